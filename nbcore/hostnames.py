"""Host names that notebooks have for themselves.

A label is ``<name>--<namespace>``, or a digest where that could be misread: when it would be too
long (RFC 1035 section 2.3.4), when either part contains ``--``, or when it would begin with
``xn--``, which stands for letters beyond ASCII (RFC 5890 section 2.3.1). A digest has no ``--``,
and every other label has it exactly once; so no two notebooks share one.

Pure.
"""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache

LABEL_MAX_LENGTH = 63
LOCAL_DOMAIN = "localhost"
"""Browsers resolve its subdomains to this machine by themselves (RFC 6761 section 6.3)."""

_BETWEEN = "--"
_FOREIGN = "xn--"
_DIGEST_PREFIX = "nb-"


@lru_cache(maxsize=4096)
def host_label(namespace: str, name: str) -> str:
    """The first label of a notebook's host name, at most 63 characters.

    Example: ``churn-model--data-science``.
    """
    label = f"{name}{_BETWEEN}{namespace}"
    is_plain = _BETWEEN not in name and _BETWEEN not in namespace
    if is_plain and len(label) <= LABEL_MAX_LENGTH and not label.startswith(_FOREIGN):
        return label
    digest = hashlib.sha256(f"{namespace}/{name}".encode()).digest()
    return _DIGEST_PREFIX + base64.b32encode(digest).decode("ascii").rstrip("=").lower()

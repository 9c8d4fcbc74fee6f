"""Where a browser goes after signing in: to a path of ours, or nowhere. Pure."""

from __future__ import annotations

import re

# One slash, then no second one: //host and /\host lead to other hosts, and browsers drop tabs and
# line breaks before they look (https://url.spec.whatwg.org/#url-parsing).
_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*", re.ASCII)
_MOST = 2048


def next_place(wanted: str | None) -> str:
    """The path and query that somebody wanted; "" when it is none of ours. Pure."""
    if not wanted or len(wanted) > _MOST or not _PATH.fullmatch(wanted):
        return ""
    return wanted

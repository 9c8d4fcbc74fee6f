"""The audit log: who changed, opened, signed in or out, and whether it was allowed.

Logger ``nbcore.audit``. As text a line is ``key=value``; with NB_LOG_FORMAT=json the keys are
fields of the line's object.
"""

from __future__ import annotations

import json
import logging
import re
from dataclasses import asdict, dataclass
from enum import StrEnum

from nbcore.errors import ClusterError, ForbiddenError

log = logging.getLogger(__name__)

FIELDS = "fields"
"""The attribute of a log record that holds what is written as fields of its own."""

SIGN_IN = "sign-in"
SIGN_OUT = "sign-out"
NOBODY = "-"
"""As which somebody is written whose name no user has."""

_PLAIN = re.compile(r"[-\w.:/@+]+", re.ASCII)


class Outcome(StrEnum):
    """What became of it.

    ``failed`` is neither: nobody could say, or it was no valid request. ``paused`` is a sign-in
    that was not judged, after too many wrong ones.
    """

    ALLOWED = "allowed"
    DENIED = "denied"
    FAILED = "failed"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line.

    Attributes:
        user: who; at a sign-in NOBODY for a name that no user has.
        verb: as in RBAC: create, update, patch, delete; or SIGN_IN, SIGN_OUT.
        resource: as in RBAC, for example notebooks or notebooks/connect; "" where there is none.
        name: of the object; "" when the server was to choose one.
        address: where the person sits, when that is known.
    """

    user: str
    verb: str
    outcome: Outcome
    resource: str = ""
    namespace: str = ""
    name: str = ""
    address: str = ""


def write(entry: Entry) -> None:
    """Writes one line, whatever stands in the entry."""
    fields = {key: str(value) for key, value in asdict(entry).items() if value}
    text = " ".join(f"{key}={_quoted(value)}" for key, value in fields.items())
    log.info("%s", text, extra={FIELDS: fields})


def outcome_of(error: ClusterError | None) -> Outcome:
    """What an answer of the cluster says about a request; None is a success. Pure."""
    if error is None:
        return Outcome.ALLOWED
    return Outcome.DENIED if isinstance(error, ForbiddenError) else Outcome.FAILED


def _quoted(value: str) -> str:
    """In quotes unless it is plain: no name can begin a line, or look like another key. Pure."""
    return value if _PLAIN.fullmatch(value) else json.dumps(value)

"""Sessions as text, for what has to outlive a restart: hashes, never a cookie's secret."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from nbcore.errors import InvalidIdentityError, NbError
from nbcore.identity import Person
from nbcore.names import JsonObject
from nbcore.sessions import Session

MOST_KEPT = 2_000
"""Of these, those seen last: a Secret holds 1 MiB (https://kubernetes.io/docs/concepts/configuration/secret/)."""

_VERSION = 1
_KEY = re.compile(r"[0-9a-f]{64}", re.ASCII)


class BrokenSessionsError(NbError):
    """What was kept is no list of sessions."""


def to_text(sessions: Iterable[Session]) -> str:
    """The sessions as JSON."""
    latest = sorted(sessions, key=lambda session: session.seen)[-MOST_KEPT:]
    return json.dumps({"version": _VERSION, "sessions": [_to_object(one) for one in latest]})


def from_text(text: str) -> list[Session]:
    """The sessions of such a text; none for an empty one.

    Raises:
        BrokenSessionsError: it is another text; one that is half right counts for nothing.
    """
    if not text:
        return []
    try:
        document = json.loads(text)
        kept = {_VERSION: document["sessions"]}[document["version"]]
        return [_from_object(item) for item in kept]
    except (KeyError, TypeError, ValueError, RecursionError, InvalidIdentityError) as error:
        raise BrokenSessionsError("they are not as they were written") from error


def _to_object(session: Session) -> JsonObject:
    return {
        "key": session.key,
        "user": session.person.user,
        "groups": list(session.person.groups),
        "stamp": session.stamp,
        "began": session.began,
        "seen": session.seen,
        "audience": session.audience,
        "parent": session.parent,
    }


def _from_object(item: JsonObject) -> Session:
    key, groups = _text(item["key"]), item["groups"]
    if not _KEY.fullmatch(key) or not isinstance(groups, list):
        raise ValueError("not a session")
    return Session(
        key=key,
        person=Person(_text(item["user"]), tuple(_text(group) for group in groups)),
        stamp=_text(item["stamp"]),
        began=float(item["began"]),
        seen=float(item["seen"]),
        audience=_text(item["audience"]),
        parent=_text(item["parent"]),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value

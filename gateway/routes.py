"""Where a raw path leads: to the app, to a notebook, or nowhere. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

from nbcore.names import (
    GATEWAY_ROOT,
    NAME_MAX_LENGTH,
    NAME_PATTERN,
    SESSION_ROOT,
    notebook_path,
)

STATUS_PATH = ".oneblock/status"
"""Below a notebook's prefix; answered by the gateway, never by the notebook."""

# RFC 1123 label, which a namespace is.
_NAMESPACE = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LIKE_OURS = re.compile(r"[/\\]+(notebook|session)([/\\]|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ToApp:
    """Anything outside of the gateway's prefixes."""


@dataclass(frozen=True, slots=True)
class ToSession:
    """Signing in or out; ``action`` says which."""

    action: str


@dataclass(frozen=True, slots=True)
class Nowhere:
    """Below the gateway's prefixes, and no address that it knows."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """A path that two parsers could read differently."""

    why: str


@dataclass(frozen=True, slots=True)
class WithoutSlash:
    """A notebook's address that lacks its last slash; ``location`` has it."""

    location: str


@dataclass(frozen=True, slots=True)
class ToNotebook:
    """A notebook's address.

    Attributes:
        rest: what follows the prefix, raw, without a leading slash.
    """

    namespace: str
    name: str
    rest: str

    @property
    def prefix(self) -> str:
        """The notebook's own part of the origin, with a trailing slash."""
        return notebook_path(self.namespace, self.name) + "/"


Route = ToApp | ToSession | Nowhere | Malformed | WithoutSlash | ToNotebook


def route(raw_path: str) -> Route:
    """Reads a raw path; the first three segments alone say which notebook is meant.

    Only plain letters count there: /notebook/d%65mo/x/ is nowhere. What comes after them is the
    notebook's own and keeps its encoding, except that dot segments, encoded or not, are refused:
    browsers resolve them before they send, so nobody honest needs them.
    """
    if problem := _problem(raw_path):
        return Malformed(problem)
    if raw_path.startswith(GATEWAY_ROOT):
        return _below(raw_path.removeprefix(GATEWAY_ROOT))
    if raw_path.startswith(SESSION_ROOT):
        return ToSession(raw_path.removeprefix(SESSION_ROOT))
    return Nowhere() if _LIKE_OURS.match(unquote(raw_path)) else ToApp()


def _below(path: str) -> Nowhere | Malformed | WithoutSlash | ToNotebook:
    namespace, _, after = path.partition("/")
    name, slash, rest = after.partition("/")
    if not _NAMESPACE.fullmatch(namespace) or not _is_name(name):
        return Nowhere()
    if not slash:
        return WithoutSlash(notebook_path(namespace, name) + "/")
    if rest.startswith(("/", "\\")):
        return Malformed("An address must not go on with two slashes.")
    return ToNotebook(namespace, name, rest)


def is_inside(raw_path: str, prefix: str) -> bool:
    """Whether a path stays below ``prefix`` (with its trailing slash) however it is decoded."""
    return raw_path.startswith(prefix) and not _problem(raw_path)


def _problem(raw_path: str) -> str:
    if not raw_path.startswith("/"):
        return "An address begins with a slash."
    decoded = unquote(raw_path, "latin-1") if "%" in raw_path else raw_path
    if _CONTROL.search(decoded):
        return "Control characters are not served."
    segments = decoded.replace("\\", "/").split("/")
    return "Addresses with . or .. are not served." if {".", ".."} & set(segments) else ""


def _is_name(name: str) -> bool:
    return len(name) <= NAME_MAX_LENGTH and NAME_PATTERN.fullmatch(name) is not None


def upstream_path(target: ToNotebook, *, strips_prefix: bool) -> str:
    """The path that the notebook's server is asked for."""
    return "/" + target.rest if strips_prefix else target.prefix + target.rest


def ascii_path(raw_path: str) -> str:
    """The path with bytes beyond ASCII percent-encoded, everything else untouched."""
    return quote(raw_path, safe="".join(map(chr, range(0x21, 0x7F))), encoding="latin-1")

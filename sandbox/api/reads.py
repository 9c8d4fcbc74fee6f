"""Get and list, with selectors and paging."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping

from sandbox.api import statuses
from sandbox.api.context import Call, Reply
from sandbox.api.selectors import Test, selection
from sandbox.api.store import CompactedError, Key, Stored, encode, order
from sandbox.client import ApiError, Object

_EXACT = "Exact"
_MATCHES = (_EXACT, "NotOlderThan", "")
_LIST_EXPIRED = "The resourceVersion for the provided list is too old."
_CONTINUE_EXPIRED = (
    "The provided continue parameter is too old to display a consistent list result. "
    "You can start a new list without the continue parameter."
)


def get(call: Call) -> Reply:
    """GET of one object."""
    return call.reply(call.stored())


def list_objects(call: Call) -> Reply:
    """GET of a collection: the answer's bytes are put together from those in the store."""
    query = call.request.query
    limit = call.request.number("limit") or 0
    _check_match(query)
    _check_version(call, query.get("resourceVersion", ""))
    test = selection(call.kind, query.get("labelSelector", ""), query.get("fieldSelector", ""))
    version, found = _collection(call)
    page, left = _page(found, test, limit)
    # Lists of custom kinds have the field even where there is nothing to continue with.
    metadata: Object = ({"continue": ""} if call.kind.is_custom else {}) | {
        "resourceVersion": version
    }
    if left:
        metadata["continue"] = _token(version, page[-1].key)
        if test is None:
            metadata["remainingItemCount"] = left
    return _list_reply(call, metadata, page)


def _page(found: list[Stored], test: Test | None, limit: int) -> tuple[list[Stored], int]:
    """One page of what was found, and how many were not looked at any more. Pure."""
    page = []
    for index, stored in enumerate(found):
        if test is None or test(stored.object):
            page.append(stored)
            if len(page) == limit:
                return page, len(found) - index - 1
    return page, 0


def _list_reply(call: Call, metadata: Object, page: list[Stored]) -> Reply:
    kind = call.kind
    head: Object = {"kind": f"{kind.kind}List", "apiVersion": kind.api_version}
    body = head | {"metadata": metadata, "items": [stored.object for stored in page]}
    start = encode(head | {"metadata": metadata})[:-1] + b',"items":['
    raw = start + b",".join(item_bytes(stored, is_custom=kind.is_custom) for stored in page) + b"]}"
    return Reply(200, body, raw)


def item_bytes(stored: Stored, *, is_custom: bool) -> bytes:
    """An object inside a list: only custom kinds repeat apiVersion and kind there."""
    if is_custom:
        return stored.raw
    return b"{" + stored.raw[stored.raw.index(b'"metadata":') :]


def _check_match(query: Mapping[str, str]) -> None:
    """422 for a way to match a version that makes no sense. Pure."""
    match, version = query.get("resourceVersionMatch", ""), query.get("resourceVersion", "")
    if not match:
        return
    field = "resourceVersionMatch"
    causes = []
    if not version:
        detail = "resourceVersionMatch is forbidden unless resourceVersion is provided"
        causes.append(statuses.forbidden_field(field, detail))
    if query.get("continue"):
        detail = "resourceVersionMatch is forbidden when continue is provided"
        causes.append(statuses.forbidden_field(field, detail))
    if match not in _MATCHES:
        causes.append(statuses.unsupported(field, match, _MATCHES))
    if match == _EXACT and version == "0":
        detail = 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'
        causes.append(statuses.forbidden_field(field, detail))
    if causes:
        raise statuses.invalid_options("ListOptions", causes)


def _check_version(call: Call, version: str) -> None:
    """A list may ask to be at least as new as a version; we are always as new as can be."""
    if version and not version.isdecimal():
        raise bad_version(version)
    current = call.world.store.revision
    if version and int(version) > current:
        details = {"retryAfterSeconds": 1, "causes": [
            {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
        ]}  # fmt: skip
        message = f"Too large resource version: {version}, current: {current}"
        raise statuses.error(504, "Timeout", f"Timeout: {message}", details)


def bad_version(version: str) -> ApiError:
    """400 for a resourceVersion that is no number. Pure."""
    shown = statuses.shown(version[:40])
    return statuses.bad_request(
        f"invalid resource version: resourceVersion: Invalid value: {shown}: "
        f"strconv.ParseUint: parsing {shown}: invalid syntax"
    )


def _token(version: str, key: Key) -> str:
    text = json.dumps({"v": "meta.k8s.io/v1", "rv": int(version), "start": list(key)})
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _collection(call: Call) -> tuple[str, list[Stored]]:
    """The version of a list, and what is on this page and after: all pages show one state."""
    store, query = call.world.store, call.request.query
    if token := query.get("continue", ""):
        version, start = _read_token(token)
        found = _collection_at(call, version, _CONTINUE_EXPIRED)
        return str(version), [stored for stored in found if order(stored.key) > order(start)]
    if query.get("resourceVersionMatch") == _EXACT:
        version = int(query["resourceVersion"])
        return str(version), _collection_at(call, version, _LIST_EXPIRED)
    return str(store.revision), store.items(call.kind.resource, call.namespace)


def _collection_at(call: Call, version: int, expired: str) -> list[Stored]:
    try:
        return call.world.store.items_at(call.kind.resource, call.namespace, version)
    except CompactedError:
        raise statuses.expired(expired) from None


def _read_token(token: str) -> tuple[int, Key]:
    try:
        padded = token + "=" * (-len(token) % 4)
        text = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        namespace, name = text["start"]
        return int(text["rv"]), (str(namespace), str(name))
    except (binascii.Error, ValueError, TypeError, KeyError, RecursionError) as problem:
        raise statuses.bad_request("invalid continue token: continue key is not valid") from problem

"""Create, update and patch: decode, complete, admit, validate, store."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.api import decoding, defaults, meta, statuses, strategies, structure
from sandbox.api.admission import Admission, admit, check
from sandbox.api.checks import claimed, object_causes, object_warnings
from sandbox.api.context import Call, Reply
from sandbox.api.deletes import finish_deletion
from sandbox.api.kinds import Kind
from sandbox.api.managed import Manager, manager_of, with_ownership
from sandbox.api.rbac.escalation import check_escalation
from sandbox.api.request import Verb
from sandbox.client import Object

Change = Callable[[Object], Object]


def create(call: Call) -> Reply:
    """POST on a collection."""
    return _create_owned(call, _decoded(call))


def without_version(call: Call, obj: Object) -> Object:
    """What an update or an apply makes: the version that it expected is only shown in a dry run.

    Raises:
        ApiError: 500 for a version that is no number.
    """
    _version_number(obj["metadata"].get("resourceVersion") or "0")
    dropped = set() if call.is_dry_run else {"resourceVersion"}
    return obj | {"metadata": {k: v for k, v in obj["metadata"].items() if k not in dropped}}


def _create_owned(call: Call, obj: Object) -> Reply:
    manager = manager_of(call.request, "")
    now = call.world.clock()
    return create_object(
        call, obj, lambda made: with_ownership(made, None, call.kind, manager, now)
    )


def create_object(call: Call, body: Object, own: Change) -> Reply:
    """Make an object that is decoded already; an apply of something new ends here too.

    Args:
        call: the request.
        body: the object.
        own: writes the managedFields of what is made.

    Raises:
        ApiError: whatever stands against it.
    """
    _check_namespace(call, body)
    world, kind = call.world, call.kind
    now = world.clock()
    metadata = meta.new_metadata(body, kind, call.namespace, now, world.new_uid())
    if not metadata.get("name") and metadata.get("generateName"):
        base = str(metadata["generateName"])
        metadata["name"] = meta.generated_name(base, world.new_suffix())
    # Owned is what was sent and its defaults, not what admission and the kind's strategy add.
    obj = _admitted(call, own(_defaulted(body | {"metadata": metadata}, kind)), None)
    obj = strategies.before_create(obj, kind, now)
    _check(call, obj, None)
    name = obj["metadata"].get("name", "")
    version = obj["metadata"].get("resourceVersion", "")
    if version.strip("0").isdecimal() and not call.is_dry_run:
        raise statuses.error(500, "", "resourceVersion should not be set on objects to be created")
    if taken := world.store.get(kind.resource, call.namespace, name):
        is_being_deleted = "deletionTimestamp" in taken.object["metadata"]
        raise statuses.already_exists(kind, name, is_being_deleted=is_being_deleted)
    if call.is_dry_run:
        return call.reply_with(obj, 201)
    return call.reply(world.store.put(kind.resource, obj), 201)


def update(call: Call) -> Reply:
    """PUT on an object or one of its parts."""
    body = _placed(call, _decoded(call))
    _check_name(call, body)
    _check_namespace(call, body)
    if not call.exists() and call.kind.is_made_by_update and not call.subresource:
        if uid := body["metadata"].get("uid"):
            why = f"Precondition failed: UID in precondition: {uid}, UID in object meta: "
            raise statuses.conflict(call.kind, call.name, why)
        return _create_owned(call, without_version(call, body))
    return replace_object(call, lambda _: body, manager_of(call.request, call.subresource))


def replace_object(call: Call, change: Change, manager: Manager | None) -> Reply:
    """Store what ``change`` makes of the object; nothing is written if that is nothing new.

    Args:
        call: the request.
        change: from the object as it stands to the one that is wanted, decoded already.
        manager: who becomes the owner of the changed fields; None when ``change`` wrote the
            ownership itself (an apply).

    Raises:
        ApiError: whatever stands against it.
    """
    world, kind = call.world, call.kind
    stored = call.stored()
    old = stored.object
    new = _placed(call, change(old))
    _check_namespace(call, new)
    _check_identity(call, new, old)
    now = world.clock()
    metadata = meta.carried_over(new["metadata"], old["metadata"])
    new = new | {"metadata": metadata}
    new = strategies.before_update(new, old, kind, call.subresource, now)
    new = _defaulted(new, kind)
    if manager:
        new = with_ownership(new, old, kind, manager, now)
    new = _admitted(call, new, old)
    _check(call, new, old)
    new = meta.next_generation(new, old, kind)
    if meta.is_same(new, old):
        return call.reply(stored)
    if call.is_dry_run or finish_deletion(world, kind, new):
        version = {"resourceVersion": old["metadata"]["resourceVersion"]}
        return call.reply_with(new | {"metadata": new["metadata"] | version})
    return call.reply(world.store.put(kind.resource, new))


def _decoded(call: Call) -> Object:
    wanted = call.request.query.get("fieldValidation", "")
    obj, warnings = decoding.decode(call.request.body, call.kind, wanted)
    call.warnings.extend(warnings)
    if obj.get("apiVersion") != call.kind.api_version:
        raise statuses.bad_request(
            f"the API version in the data ({obj.get('apiVersion', '')}) does not match the "
            f"expected API version ({call.kind.api_version})"
        )
    return obj


def _defaulted(obj: Object, kind: Kind) -> Object:
    if not kind.is_custom:
        return defaults.with_defaults(obj, kind.resource)
    filled: Object = structure.with_defaults(obj, kind.schema)
    return filled


def _admitted(call: Call, obj: Object, old: Object | None) -> Object:
    return obj if call.subresource else admit(_ask(call, obj, old))


def _check(call: Call, obj: Object, old: Object | None) -> None:
    """Validation, then what only valid objects are asked, in the order of the API server."""
    kind = call.kind
    causes = object_causes(obj, old, kind, call.subresource)
    if causes:
        raise statuses.invalid_object(claimed(kind, obj), obj["metadata"].get("name", ""), causes)
    if not call.subresource:
        call.warnings.extend(object_warnings(obj, old, kind))
        check_escalation(call.world.roles, call.request.user, kind, obj, old)
        check(_ask(call, obj, old))


def _ask(call: Call, obj: Object, old: Object | None) -> Admission:
    return Admission(kind=call.kind, new=obj, old=old, reader=call.world)


def _check_namespace(call: Call, body: Object) -> None:
    namespace = body["metadata"].get("namespace") or call.namespace
    if call.kind.is_namespaced and namespace != call.namespace:
        raise statuses.bad_request(
            "the namespace of the provided object does not match the namespace sent on the request"
        )


def _placed(call: Call, body: Object) -> Object:
    """The object with the namespace of the path where it names none."""
    if not call.kind.is_namespaced or body["metadata"].get("namespace"):
        return body
    return body | {"metadata": body["metadata"] | {"namespace": call.namespace}}


def _check_name(call: Call, obj: Object) -> None:
    name = obj["metadata"].get("name", "")
    if not name:
        raise statuses.bad_request(
            f"the name of the object ({call.name} based on URL) was undeterminable: "
            "name must be provided"
        )
    if name != call.name:
        raise statuses.bad_request(
            f"the name of the object ({name}) does not match the name on the URL ({call.name})"
        )


def _check_identity(call: Call, new: Object, old: Object) -> None:
    kind, given, current = call.kind, new["metadata"], old["metadata"]
    _check_name(call, new)
    is_put = call.request.target.verb is Verb.UPDATE
    if is_put and given.get("uid") and given["uid"] != current["uid"]:
        why = (
            f"Precondition failed: UID in precondition: {given['uid']}, "
            f"UID in object meta: {current['uid']}"
        )
        raise statuses.conflict(kind, current["name"], why)
    version = _version_number(given.get("resourceVersion") or "0")
    if not version and kind.needs_resource_version:
        raise statuses.version_required(kind, current["name"])
    if version and version != int(current["resourceVersion"]):
        raise statuses.conflict(kind, current["name"])


def _version_number(text: str) -> int:
    """A version as a number: 0 stands for none. Pure.

    Raises:
        ApiError: 500 for what is no number, as a real server answers.
    """
    if not (text.isascii() and text.isdecimal()):
        message = f"strconv.ParseUint: parsing {statuses.shown(text)}: invalid syntax"
        raise statuses.error(500, "", message)
    return int(text)

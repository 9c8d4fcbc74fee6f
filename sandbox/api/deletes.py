"""Delete: at once, with a grace period, or as soon as the last finalizer is gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sandbox.api import meta, statuses, strategies
from sandbox.api.context import Call, Reply, World
from sandbox.api.kinds import DeleteAnswer, Kind
from sandbox.api.selectors import selection
from sandbox.api.store import Stored
from sandbox.client import Object

FOREGROUND = "foregroundDeletion"
ORPHAN = "orphan"
_LASTING = frozenset({"default", "kube-public", "kube-system"})
_POLICY_FINALIZERS = {"Foreground": FOREGROUND, "Orphan": ORPHAN}


def delete(call: Call) -> Reply:
    """DELETE of one object."""
    stored = call.stored()
    options = _options(call)
    _check_preconditions(call.kind, stored.object, options)
    return delete_object(call, stored, options)


def delete_collection(call: Call) -> Reply:
    """DELETE of everything that the selectors choose."""
    query = call.request.query
    test = selection(call.kind, query.get("labelSelector", ""), query.get("fieldSelector", ""))
    options = _options(call)
    chosen = [s for s in call.siblings() if test is None or test(s.object)]
    for stored in chosen:
        delete_object(call, stored, options)
    head: Object = {"kind": f"{call.kind.kind}List", "apiVersion": call.kind.api_version}
    metadata = {"resourceVersion": str(call.world.store.revision)}
    return call.reply_with(head | {"metadata": metadata, "items": [s.object for s in chosen]})


def delete_object(call: Call, stored: Stored, options: Object) -> Reply:
    """Delete an object, or mark it when something must happen first."""
    world, kind = call.world, call.kind
    if kind.resource == "namespaces" and stored.key[1] in _LASTING:
        raise statuses.forbidden(kind, stored.key[1], "this namespace may not be deleted")
    marked = mark_deleted(world, kind, stored.object, options)
    if call.is_dry_run and marked:
        return call.reply_with(marked)
    if marked is None:
        last = stored if call.is_dry_run else _removed(world, kind, stored)
        if kind.delete_answer is DeleteAnswer.OBJECT:
            return call.reply(last)
        metadata = last.object["metadata"]
        return call.reply_with(statuses.success(kind, metadata["name"], metadata["uid"]))
    if meta.is_same(marked, stored.object):
        return call.reply(stored)
    return call.reply(world.store.put(kind.resource, marked))


def _removed(world: World, kind: Kind, stored: Stored) -> Stored:
    _remove_instances(world, kind, stored.object)
    return world.store.remove(kind.resource, stored)


def _remove_instances(world: World, kind: Kind, obj: Object) -> None:
    """The objects of a custom kind go with its definition."""
    if kind.resource != strategies.CRDS:
        return
    resource = f"{obj['spec']['names']['plural']}.{obj['spec']['group']}"
    for instance in world.store.items(resource):
        world.store.remove(resource, instance)


def mark_deleted(world: World, kind: Kind, obj: Object, options: Object) -> Object | None:
    """The object with its deletion begun; None when it can go at once."""
    metadata = obj["metadata"]
    finalizers = _finalizers(metadata, options)
    rest = {k: v for k, v in metadata.items() if k != "finalizers"}
    kept = rest | ({"finalizers": finalizers} if finalizers else {})
    grace = strategies.grace_period(obj, kind, options.get("gracePeriodSeconds"))
    is_namespace = kind.resource == "namespaces" and obj.get("spec", {}).get("finalizers")
    if not grace and not finalizers and not is_namespace:
        return None
    if metadata.get("deletionTimestamp"):
        grace = min(grace, metadata.get("deletionGracePeriodSeconds", 0))
        if grace == metadata.get("deletionGracePeriodSeconds", 0):
            return obj | {"metadata": kept}
    deadline = world.clock() + timedelta(seconds=grace)
    marks: Object = {"deletionTimestamp": meta.timestamp(deadline)}
    marks["deletionGracePeriodSeconds"] = grace
    if metadata.get("generation") and "deletionTimestamp" not in metadata:
        marks["generation"] = metadata["generation"] + 1
    marked = obj | {"metadata": kept | marks}
    if is_namespace:
        return marked | {"status": obj.get("status", {}) | {"phase": "Terminating"}}
    return marked


def finish_deletion(world: World, kind: Kind, new: Object) -> Stored | None:
    """Remove an object whose deletion waited for nothing but this update; None for all others."""
    metadata = new["metadata"]
    is_waiting = metadata.get("finalizers") or metadata.get("deletionGracePeriodSeconds")
    if not metadata.get("deletionTimestamp") or is_waiting:
        return None
    if kind.resource == "namespaces" and new.get("spec", {}).get("finalizers"):
        return None
    stored = world.store.get(kind.resource, metadata.get("namespace", ""), metadata["name"])
    return world.store.remove(kind.resource, stored, last=new) if stored else None


def _finalizers(metadata: Object, options: Object) -> list[str]:
    """What a deletion waits for: a policy takes the place of the one of an earlier deletion."""
    own = list(metadata.get("finalizers") or [])
    if not options.get("propagationPolicy"):
        return own
    added = _POLICY_FINALIZERS.get(options["propagationPolicy"])
    others = [name for name in own if name not in _POLICY_FINALIZERS.values()]
    wanted = [*others, added] if added else others
    return own if set(own) == set(wanted) else wanted


def _options(call: Call) -> Object:
    """DeleteOptions from the body, else from the query.

    Raises:
        ApiError: 400 for a value of the wrong type.
    """
    if isinstance(call.request.body, dict):
        options = {k: v for k, v in call.request.body.items() if v is not None}
    else:
        options = {k: v for k, v in call.request.query.items() if k == "propagationPolicy"}
        if (grace := call.request.number("gracePeriodSeconds")) is not None:
            options["gracePeriodSeconds"] = grace
    types = {"gracePeriodSeconds": int, "preconditions": dict, "propagationPolicy": str}
    for name, wanted in types.items():
        if name in options and type(options[name]) is not wanted:
            raise statuses.bad_request(f"DeleteOptions cannot be handled: {name} has a wrong type")
    return options


def _check_preconditions(kind: Kind, obj: Object, options: Object) -> None:
    metadata = obj["metadata"]
    wanted = options.get("preconditions") or {}
    words = {
        "uid": ("UID", "deleted and then recreated"),
        "resourceVersion": ("ResourceVersion", "modified"),
    }
    for name, (word, happened) in words.items():
        if wanted.get(name) and wanted[name] != metadata[name]:
            why = (
                f"the {word} in the precondition ({wanted[name]}) does not match the {word} in "
                f"record ({metadata[name]}). The object might have been {happened}"
            )
            # Here alone the message names the kind where others name the resource.
            raise statuses.conflict(replace(kind, plural=kind.kind), metadata["name"], why)

"""From a request to its answer: authorisation, then the verb's own steps down to storage."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.api import deletes, patching, reads, scale, statuses, writes
from sandbox.api.authorization import authorise
from sandbox.api.context import Call, Reply, World
from sandbox.api.options import check_options
from sandbox.api.rbac import reviews
from sandbox.api.request import Request, Verb, asked_target
from sandbox.api.watches import Watch
from sandbox.client import ApiError

_VERBS: dict[Verb, Callable[[Call], Reply]] = {
    Verb.GET: reads.get,
    Verb.LIST: reads.list_objects,
    Verb.CREATE: writes.create,
    Verb.UPDATE: writes.update,
    Verb.PATCH: patching.patch,
    Verb.DELETE: deletes.delete,
    Verb.DELETE_COLLECTION: deletes.delete_collection,
}
_SUBRESOURCES: dict[tuple[str, Verb], Callable[[Call], Reply]] = {
    ("", verb): run for verb, run in _VERBS.items()
} | {
    ("status", Verb.GET): reads.get,
    ("status", Verb.UPDATE): writes.update,
    ("status", Verb.PATCH): patching.patch,
    ("finalize", Verb.UPDATE): writes.update,
    ("scale", Verb.GET): scale.get,
    ("scale", Verb.UPDATE): scale.update,
    ("scale", Verb.PATCH): scale.patch,
    ("binding", Verb.CREATE): scale.bind,
}


def call_of(world: World, request: Request) -> Call:
    """What a request is about, once it is known to be allowed and served.

    Raises:
        ApiError: 403 or 404.
    """
    authorise(world.roles, request.user, asked_target(request.target, request.query))
    return Call(world=world, kind=world.registry.find(request.target), request=request)


def handle(world: World, request: Request) -> Reply:
    """The answer to everything but watches and logs.

    Raises:
        ApiError: for every answer that is no success.
    """
    call = call_of(world, request)
    target = request.target
    if target.verb is Verb.PATCH:
        patching.check_format(call)
    check_options(request)
    run = _run(call)
    needs_namespace = call.kind.is_namespaced and (target.verb is Verb.CREATE or target.name)
    if run is None or (needs_namespace and not target.namespace):
        raise statuses.method_not_allowed()
    try:
        return run(call)
    except ApiError as problem:
        problem.warnings = tuple(call.warnings)
        raise


def _run(call: Call) -> Callable[[Call], Reply] | None:
    verb = call.request.target.verb
    if call.kind.is_review:
        return reviews.answer if verb is Verb.CREATE else None
    return _SUBRESOURCES.get((call.subresource, verb))


def watch(world: World, request: Request) -> Watch:
    """A watch that has begun.

    Raises:
        ApiError: when it can't begin.
    """
    return Watch(call_of(world, request))

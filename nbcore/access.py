"""What somebody may do: the API server's own answers, remembered for some seconds.

Nothing is decided here. A person is asked for by SubjectAccessReview with the rights of the app's
account; for that account itself it is a SelfSubjectAccessReview.
https://kubernetes.io/docs/reference/access-authn-authz/authorization/
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from nbcore.errors import ClusterError
from nbcore.identity import Identity, Person
from nbcore.kube.resources import (
    NOTEBOOKS,
    PERSISTENT_VOLUME_CLAIMS,
    SELF_SUBJECT_ACCESS_REVIEWS,
    SETTINGS,
    SUBJECT_ACCESS_REVIEWS,
    Resource,
)
from nbcore.names import CATALOG_SETTING, JsonObject

REMEMBERED_SECONDS = 10.0
_AUTHENTICATED = "system:authenticated"
_MANY = 20_000
_AT_ONCE = 8
# From this part of its time on an answer is asked for again while it still counts, so that whoever
# looks on a page every two seconds never waits.
_AGEING = 0.6


@dataclass(frozen=True, slots=True)
class Question:
    """May somebody do this? An empty namespace means all of them, an empty name any object."""

    verb: str
    resource: Resource
    namespace: str = ""
    name: str = ""
    subresource: str = ""

    def at(self, namespace: str, name: str = "") -> Question:
        """The same about one namespace, or one object in it. Pure."""
        return replace(self, namespace=namespace, name=name)


LIST = Question("list", NOTEBOOKS)
CREATE = Question("create", NOTEBOOKS)
CHANGE = Question("patch", NOTEBOOKS)
DELETE = Question("delete", NOTEBOOKS)
OPEN = Question("create", NOTEBOOKS, subresource="connect")
LIST_VOLUMES = Question("list", PERSISTENT_VOLUME_CLAIMS)
CREATE_VOLUMES = Question("create", PERSISTENT_VOLUME_CLAIMS)
DELETE_VOLUMES = Question("delete", PERSISTENT_VOLUME_CLAIMS)


def may_list(namespace: str) -> Question:
    """Whether notebooks of a namespace may be seen; "" for those of all namespaces. Pure."""
    return LIST.at(namespace)


def may_open(namespace: str, name: str) -> Question:
    """Whether a notebook may be opened, which is to run code in it. Pure."""
    return OPEN.at(namespace, name)


def may_edit_catalog(setting: str = CATALOG_SETTING) -> Question:
    """Whether the image catalog may be changed: that makes an admin. Pure."""
    return Question("update", SETTINGS, name=setting)


_Key = tuple[Identity, Question]


class Reviewer(Protocol):
    """The part of Kube that is needed."""

    def create(self, resource: Resource, obj: JsonObject) -> JsonObject:
        """Sends a review; the answer stands in its status."""


class Access:
    """Answers for everybody; thread-safe.

    Args:
        kube: the app's own account, which may ask about others.
        clock: seconds that never go back.
        seconds: how long an answer is remembered, from the moment at which it was asked for.
    """

    def __init__(
        self, kube: Reviewer, *, clock: Callable[[], float], seconds: float = REMEMBERED_SECONDS
    ) -> None:
        self._kube = kube
        self._clock = clock
        self._seconds = seconds
        self._lock = threading.Lock()
        self._answers: dict[_Key, tuple[float, bool]] = {}
        self._asking: dict[_Key, Future[bool]] = {}
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="access")

    def known(self, identity: Identity, question: Question) -> bool | None:
        """The answer if it is still remembered, without asking; None if it is not."""
        found = self._answers.get((identity, question))
        return found[1] if found and self._clock() - found[0] < self._seconds else None

    def allows(self, identity: Identity, question: Question) -> bool:
        """Whether it is allowed; asks the API server when the answer is not remembered.

        Many who ask the same at once send one request.

        Raises:
            ClusterError: nobody knows; that is not a yes, and it is not remembered.
        """
        found = self.known(identity, question)
        if found is None:
            return self._answer((identity, question)).result()
        if self._is_ageing((identity, question)):
            self._pool.submit(self._answer, (identity, question))
        return found

    def allowed(self, identity: Identity, questions: Iterable[Question]) -> list[Question]:
        """Those that are allowed, in their order; asks several at a time.

        Raises:
            ClusterError: as ``allows``.
        """
        asked = list(questions)
        missing = [each for each in asked if self.known(identity, each) is None]
        told = dict(
            zip(missing, self._pool.map(partial(self.allows, identity), missing), strict=True)
        )
        return [
            each for each in asked if (told[each] if each in told else self.allows(identity, each))
        ]

    def ask(self, identity: Identity, questions: Iterable[Question]) -> Iterator[bool]:
        """The answers as of now, whatever is remembered, in order; asks several at a time.

        Raises:
            ClusterError: as ``allows``, at the first question that has no answer.
        """
        return self._pool.map(partial(self._ask, identity), questions)

    def _is_ageing(self, key: _Key) -> bool:
        asked, _ = self._answers.get(key, (self._clock(), False))
        return self._clock() - asked >= self._seconds * _AGEING and key not in self._asking

    def _answer(self, key: _Key) -> Future[bool]:
        """What is asked for already, or is asked for now."""
        future: Future[bool] = Future()
        with self._lock:
            if key in self._asking:
                return self._asking[key]
            found = self._answers.get(key)
            if found is not None and not self._is_ageing(key):
                future.set_result(found[1])
                return future
            self._asking[key] = future
        asked = self._clock()
        answer = None
        try:
            answer = (asked, self._ask(*key))
            future.set_result(answer[1])
        except ClusterError as error:
            future.set_exception(error)
        finally:
            # Whatever was raised besides: nobody waits for it any more.
            future.cancel()
            self._finish(key, answer)
        return future

    def _finish(self, key: _Key, answer: tuple[float, bool] | None) -> None:
        with self._lock:
            del self._asking[key]
            if answer is not None:
                if len(self._answers) >= _MANY:
                    self._forget(answer[0])
                self._answers[key] = answer

    def _forget(self, now: float) -> None:
        """Makes room: what has run out, or everything if nothing has."""
        young = {k: a for k, a in self._answers.items() if now - a[0] < self._seconds}
        self._answers = young if len(young) < _MANY else {}

    def _ask(self, identity: Identity, question: Question) -> bool:
        resource, spec = _review(identity, question)
        review = {"apiVersion": resource.api_version, "kind": resource.kind, "spec": spec}
        answer = self._kube.create(resource, {**review, "metadata": {}})
        return (answer.get("status") or {}).get("allowed") is True


def _review(identity: Identity, question: Question) -> tuple[Resource, JsonObject]:
    spec: JsonObject = {"resourceAttributes": _attributes(question)}
    match identity:
        case Person(user, groups):
            # The server adds this group to everybody who is impersonated, but not here.
            named = {"user": user, "groups": [*groups, _AUTHENTICATED]}
            return SUBJECT_ACCESS_REVIEWS, spec | named
        case _:
            return SELF_SUBJECT_ACCESS_REVIEWS, spec


def _attributes(question: Question) -> JsonObject:
    attributes = {
        "verb": question.verb,
        "group": question.resource.group,
        "version": question.resource.version,
        "resource": question.resource.plural,
        "subresource": question.subresource,
        "namespace": question.namespace,
        "name": question.name,
    }
    return {key: value for key, value in attributes.items() if value}

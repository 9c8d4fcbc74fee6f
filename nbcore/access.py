"""What somebody may do: the API server's own answers, remembered for some seconds.

Nothing is decided here. A person is asked for by SubjectAccessReview with the rights of the app's
account; for that account itself it is a SelfSubjectAccessReview.
https://kubernetes.io/docs/reference/access-authn-authz/authorization/
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from nbcore.identity import Identity, Person
from nbcore.kube.client import Kube
from nbcore.kube.resources import (
    NOTEBOOKS,
    SELF_SUBJECT_ACCESS_REVIEWS,
    SETTINGS,
    SUBJECT_ACCESS_REVIEWS,
    Resource,
)
from nbcore.names import CATALOG_SETTING, JsonObject

REMEMBERED_SECONDS = 10.0
_AUTHENTICATED = "system:authenticated"
_MANY = 20_000


@dataclass(frozen=True, slots=True)
class Question:
    """May somebody do this? An empty namespace means all of them, an empty name any object."""

    verb: str
    resource: Resource
    namespace: str = ""
    name: str = ""
    subresource: str = ""


def may_list(namespace: str) -> Question:
    """Whether notebooks of a namespace may be seen; "" for those of all namespaces. Pure."""
    return Question("list", NOTEBOOKS, namespace)


def may_open(namespace: str, name: str) -> Question:
    """Whether a notebook may be opened, which is to run code in it. Pure."""
    return Question("create", NOTEBOOKS, namespace, name, subresource="connect")


def may_edit_catalog(setting: str = CATALOG_SETTING) -> Question:
    """Whether the image catalog may be changed: that makes an admin. Pure."""
    return Question("update", SETTINGS, name=setting)


class Access:
    """Answers for everybody; thread-safe.

    Args:
        kube: the app's own account, which may ask about others.
        clock: seconds that never go back.
        seconds: how long an answer is remembered.
    """

    def __init__(
        self, kube: Kube, *, clock: Callable[[], float], seconds: float = REMEMBERED_SECONDS
    ) -> None:
        self._kube = kube
        self._clock = clock
        self._seconds = seconds
        self._lock = threading.Lock()
        self._answers: dict[tuple[Identity, Question], tuple[float, bool]] = {}

    def known(self, identity: Identity, question: Question) -> bool | None:
        """The answer if it is still remembered, without asking; None if it is not."""
        found = self._answers.get((identity, question))
        return found[1] if found and self._clock() - found[0] < self._seconds else None

    def allows(self, identity: Identity, question: Question) -> bool:
        """Whether it is allowed; asks the API server when the answer is not remembered.

        Raises:
            ClusterError: nobody knows; that is not a yes.
        """
        found = self.known(identity, question)
        if found is not None:
            return found
        asked = self._clock()
        allowed = self._ask(identity, question)
        with self._lock:
            if len(self._answers) >= _MANY:
                self._answers.clear()
            self._answers[identity, question] = (asked, allowed)
        return allowed

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

"""Two servers that get the same requests, one sequence after the other."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any

from tests.cluster.api import Answer, Api, JsonObject, eventually
from tests.contract.comparison import FOREIGN, comparable
from tests.contract.steps import Action, Memory, Sequence, Step, body_of
from tests.contract.subjects import Subject

_METHODS = {
    Action.GET: "GET",
    Action.LIST: "GET",
    Action.CREATE: "POST",
    Action.PUT: "PUT",
    Action.PUT_SEEN: "PUT",
    Action.DELETE: "DELETE",
}
_CONTROLLERS = frozenset({"foregroundDeletion", "orphan", "kubernetes.io/pvc-protection"})


@dataclass(slots=True)
class Side:
    """One server, and what it has shown in this sequence."""

    api: Api
    namespace: str
    memory: Memory = field(default_factory=Memory)

    def send(self, step: Step, subject: Subject) -> JsonObject:
        """Sends one step; gives the comparable part of the answer."""
        self.memory.count += 1
        answer = self._request(step, subject)
        is_dry = step.is_dry_run
        for obj in _objects(answer.body):
            if not is_dry:
                self.memory.see(obj)
        if isinstance(answer.body, dict) and "continue" in answer.body.get("metadata", {}):
            self.memory.token = answer.body["metadata"]["continue"]
        if not is_dry:
            self._settle(step.name, subject)
        return comparable(answer, self.memory.numbers() if subject.is_steady else None)

    def _request(self, step: Step, subject: Subject) -> Answer:
        has_name = step.action not in {Action.LIST, Action.CREATE}
        path = subject.resource.path(
            self.namespace, step.name if has_name else "", step.subresource
        )
        body = body_of(step, subject, self.memory)
        query = {k: self.memory.words(v, step.name) for k, v in step.query}
        method = _METHODS.get(step.action, "PATCH")
        kind = step.action.value if method == "PATCH" else "application/json"
        return self.api.request(method, path, body, content_type=kind, **query)

    def _settle(self, name: str, subject: Subject) -> None:
        """Waits until controllers have done what a deletion asks of them."""
        seen = self.memory.objects.get(name)
        if not seen or "deletionTimestamp" not in seen["metadata"]:
            return
        path = subject.resource.path(self.namespace, name)
        eventually(lambda: not self._waits_for_controllers(path), what=f"{path} is settled")

    def _waits_for_controllers(self, path: str) -> bool:
        answer = self.api.request("GET", path)
        if answer.status != 200:
            return False
        self.memory.see(answer.body)
        metadata = answer.body["metadata"]
        return "deletionTimestamp" in metadata and bool(
            _CONTROLLERS & set(metadata.get("finalizers", ()))
        )

    def clear(self, subject: Subject) -> None:
        """Removes everything of the sequence's kind and forgets it."""
        self.memory = Memory()
        collection = subject.resource.path(self.namespace)
        eventually(lambda: self._is_empty(collection), what=f"{collection} is empty")

    def _is_empty(self, collection: str) -> bool:
        names = [i["metadata"] for i in self.api.get(collection)["items"]]
        left = [m for m in names if m["name"] != FOREIGN]
        for metadata in left:
            path = f"{collection}/{metadata['name']}"
            if metadata.get("finalizers"):
                self.api.request(
                    "PATCH", path, {"metadata": {"finalizers": None}},
                    content_type="application/merge-patch+json",
                )  # fmt: skip
            self.api.request("DELETE", path, propagationPolicy="Background")
        return not left


@dataclass(frozen=True, slots=True)
class Duel:
    """Both servers, asked at the same time."""

    sandbox: Side
    real: Side
    executor: Executor

    def first_difference(self, sequence: Sequence) -> str:
        """What the servers first answered differently; "" if nothing."""
        subject = sequence.subject
        try:
            for number, step in enumerate(sequence.steps, 1):
                ours, theirs = self._both(lambda side, step=step: side.send(step, subject))
                if ours != theirs:
                    return f"step {number}: {step}\n" + _shown(ours, theirs)
            return ""
        finally:
            self._both(lambda side: side.clear(subject))

    def _both(self, act: Any) -> list[Any]:
        return list(self.executor.map(act, (self.sandbox, self.real)))


def _objects(body: Any) -> list[JsonObject]:
    match body:
        case {"items": list(items)}:
            return [item for item in items if "uid" in item["metadata"]]
        case {"metadata": {"uid": _, "resourceVersion": _}}:
            return [body]
        case _:
            return []


def _shown(ours: Any, theirs: Any, path: str = "") -> str:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return "".join(
            _shown(ours.get(k, "(absent)"), theirs.get(k, "(absent)"), f"{path}.{k}")
            for k in [*theirs, *(k for k in ours if k not in theirs)]
            if ours.get(k, "(absent)") != theirs.get(k, "(absent)")
        )
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        pairs = enumerate(zip(ours, theirs, strict=True))
        return "".join(_shown(a, b, f"{path}[{i}]") for i, (a, b) in pairs if a != b)
    return f"{path}\n  sandbox {ours!r}\n  real    {theirs!r}\n"

"""How random requests are drawn.

Most steps meet an object and are right: each sequence begins by making one, and most writes have
one edit or none. Requests that are wrong all the time would only compare refusals.
"""

from __future__ import annotations

from typing import TypeVar

from hypothesis import strategies as st

from tests.cluster.api import JsonObject
from tests.contract.edits import ABSENT, Edit
from tests.contract.steps import UNUSED_UID, Action, Query, Sequence, Step
from tests.contract.subjects import SUBJECTS, Subject

T = TypeVar("T")


def sequences() -> st.SearchStrategy[Sequence]:
    """Sequences of up to thirteen steps."""
    return st.sampled_from(sorted(SUBJECTS)).flatmap(_sequences_of)


def _sequences_of(kind: str) -> st.SearchStrategy[Sequence]:
    subject = SUBJECTS[kind]
    edits = _few(st.sampled_from(subject.edits), counts=[0, 0, 0, 1]).map(tuple)
    first = st.builds(Step, st.just(Action.CREATE), st.just("a"), edits=edits)
    rest = st.lists(_steps(subject), min_size=1, max_size=12)
    return st.builds(lambda step, steps: Sequence(kind, (step, *steps)), first, rest)


def _steps(subject: Subject) -> st.SearchStrategy[Step]:
    weights = {_creates: 2, _reads: 1, _lists: 2, _puts: 4, _patches: 6, _applies: 5, _deletes: 2}
    return _one_of(*[draw(subject) for draw, weight in weights.items() for _ in range(weight)])


def _creates(subject: Subject) -> st.SearchStrategy[Step]:
    generated = (Edit("metadata/name", ABSENT), Edit("metadata/generateName", "g{count}-"))
    named = st.builds(
        Step,
        st.just(Action.CREATE),
        st.sampled_from(["a", "b", "b", "b", "Not_valid", "x" * 64]),
        _query(_WRITE),
        _edits(subject.edits),
    )
    unnamed = st.builds(
        Step,
        st.just(Action.CREATE),
        st.just("a"),
        _query(_WRITE),
        _edits(subject.edits).map(lambda edits: edits + generated),
    )
    return _one_of(named, named, named, unnamed)


def _reads(_: Subject) -> st.SearchStrategy[Step]:
    return st.builds(Step, st.just(Action.GET), _NAME)


def _lists(_: Subject) -> st.SearchStrategy[Step]:
    return st.builds(Step, st.just(Action.LIST), st.just(""), _query(_LIST))


def _puts(subject: Subject) -> st.SearchStrategy[Step]:
    action = st.sampled_from([Action.PUT, Action.PUT_SEEN, Action.PUT_SEEN])
    whole = st.builds(Step, action, _NAME, _query(_WRITE), _edits(subject.edits))
    return _with_status(subject, whole, action, _query(_WRITE))


def _patches(subject: Subject) -> st.SearchStrategy[Step]:
    # Custom kinds take no strategic merge patch: enough that it is refused now and then.
    merge, strategic = Action.MERGE_PATCH, Action.STRATEGIC_MERGE_PATCH
    actions = [merge, merge, merge, strategic] if subject.status_edits else [merge, strategic]
    action = st.sampled_from(actions)
    merges = st.builds(Step, action, _NAME, _query(_WRITE), _edits(subject.edits))
    operations = st.builds(
        Step,
        st.just(Action.JSON_PATCH),
        _NAME,
        _query(_WRITE),
        body=_few(_operations(subject), counts=[1, 1, 1, 2, 3]),
    )
    both = [merges, operations]
    if subject.directives:
        both.append(
            st.builds(
                Step,
                st.just(Action.STRATEGIC_MERGE_PATCH),
                _NAME,
                _query(_WRITE),
                st.sampled_from(subject.directives).map(lambda edit: (edit,)),
            )
        )
    return _with_status(subject, _one_of(*both), action, _query(_WRITE))


def _operations(subject: Subject) -> st.SearchStrategy[JsonObject]:
    table = subject.edits + subject.items
    values = [edit for edit in table if edit.value != ABSENT]
    # What becomes of an object without its version or kind depends on the order of decoding.
    places = [edit for edit in table if edit.path not in {"kind", "apiVersion"}]
    plain = st.builds(
        _operation, st.sampled_from(["add", "add", "replace", "test"]), st.sampled_from(values)
    )
    removal = st.builds(_operation, st.just("remove"), st.sampled_from(places))
    texts = st.sampled_from([edit for edit in table if edit.path.startswith(_TEXTS)])
    place = st.sampled_from(places)
    fitting = st.builds(_transfer, _TRANSFER, texts, texts)
    odd = st.builds(_transfer, _TRANSFER, place, place)
    return _one_of(plain, plain, plain, removal, fitting, fitting, odd)


_TEXTS = ("metadata/labels/", "metadata/annotations/", "data/")
_TRANSFER = st.sampled_from(["copy", "move"])


def _transfer(op: str, source: Edit, target: Edit) -> JsonObject:
    return {"op": op, "from": f"/{source.path}", "path": f"/{target.path}"}


def _operation(op: str, edit: Edit) -> JsonObject:
    value = {} if op == "remove" else {"value": edit.value}
    return {"op": op, "path": f"/{edit.path}", **value}


def _applies(subject: Subject) -> st.SearchStrategy[Step]:
    # An empty map is stored as it was applied, but never shown: the next write takes it away.
    table = tuple(edit for edit in subject.edits if edit.value != {})
    whole = st.builds(Step, st.just(Action.APPLY), _NAME, _AS_MANAGER, _edits(table))
    return _with_status(subject, whole, st.just(Action.APPLY), _AS_MANAGER)


def _deletes(subject: Subject) -> st.SearchStrategy[Step]:
    bodies = st.sampled_from(_DELETE_BODIES + (_STALE if subject.is_steady else []))
    return st.builds(Step, st.just(Action.DELETE), _NAME, _query(_DELETE), body=bodies)


def _with_status(
    subject: Subject,
    whole: st.SearchStrategy[Step],
    action: st.SearchStrategy[Action],
    query: st.SearchStrategy[Query],
) -> st.SearchStrategy[Step]:
    if not subject.status_edits:
        return whole
    part = st.builds(
        Step,
        action,
        _NAME,
        query,
        _edits(subject.status_edits),
        st.just("status"),
    )
    return _one_of(whole, whole, part)


def _edits(table: tuple[Edit, ...]) -> st.SearchStrategy[tuple[Edit, ...]]:
    return _few(st.sampled_from(table), counts=[0, 1, 1, 1, 2, 3]).map(tuple)


def _one_of(*choices: st.SearchStrategy[T]) -> st.SearchStrategy[T]:
    """One of the choices; what is named twice comes twice as often, unlike in ``st.one_of``."""
    return st.sampled_from(choices).flatmap(lambda choice: choice)


def _few(one: st.SearchStrategy[T], *, counts: list[int]) -> st.SearchStrategy[list[T]]:
    """As many as one of the counts says."""
    return st.sampled_from(counts).flatmap(
        lambda count: st.lists(one, min_size=count, max_size=count)
    )


def _query(options: dict[str, list[str]]) -> st.SearchStrategy[Query]:
    """Mostly nothing, else one or two options."""
    pairs = [(name, value) for name, values in options.items() for value in values]
    few = _few(st.sampled_from(pairs), counts=[0, 0, 0, 1, 1, 2])
    return few.map(lambda drawn: tuple(dict(drawn).items()))


_NAME = st.sampled_from(["a", "a", "a", "a", "b"])
_WRITE = {
    "dryRun": ["All", "Some"],
    "fieldValidation": ["Strict", "Ignore", "Warn", "Other"],
    "fieldManager": ["first", "second"],
}
_APPLY = {"force": ["true", "true", "false"], "dryRun": ["All"], "fieldValidation": ["Strict"]}
_MANAGERS = ["first", "second", "third"]
_AS_MANAGER = st.builds(
    lambda manager, query: (*query, ("fieldManager", manager)),
    st.sampled_from([*_MANAGERS, *_MANAGERS, ""]),
    _query(_APPLY),
)
_LIST = {
    "labelSelector": [
        "app=x",
        "app in (x,y)",
        "app notin (x)",
        "!app",
        "app!=x",
        "app,tier=a",
        "app in (",
        "app=not valid!",
        "tier=",
        "app==y",
    ],
    "fieldSelector": ["metadata.name=a", "metadata.name!=a", "spec.unknown=1"],
    "limit": ["1", "2", "x"],
    "continue": ["{continue}", "{continue}", "x"],
}
_DELETE = {
    "propagationPolicy": ["Foreground", "Background", "Orphan", "Other"],
    "dryRun": ["All"],
    "gracePeriodSeconds": ["0", "5"],
}
_STALE = [{"preconditions": {"resourceVersion": "{stale}"}}]
_DELETE_BODIES = [
    None, None, None, {}, {"preconditions": {"uid": "{uid}"}},
    {"preconditions": {"resourceVersion": "{current}"}},
    {"preconditions": {"uid": UNUSED_UID}},
    {"propagationPolicy": "Foreground"}, {"propagationPolicy": "Orphan"},
    {"dryRun": ["All"]}, {"dryRun": ["Some"]}, {"kind": "DeleteOptions", "apiVersion": "v1"},
]  # fmt: skip

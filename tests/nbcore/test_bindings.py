from __future__ import annotations

from nbcore.bindings import BindingIndex
from nbcore.identity import Person
from nbcore.names import JsonObject

CAROL = Person("carol", ("data",))
ERIN = Person("erin")
EDIT = ("ClusterRole", "edit")


def binding(namespace: str, *subjects: tuple[str, str], role: tuple[str, str] = EDIT) -> JsonObject:
    found = [{"kind": kind, "name": subject} for kind, subject in subjects]
    kind, name = role
    return {
        "metadata": {"name": "b", "namespace": namespace},
        "subjects": found,
        "roleRef": {"kind": kind, "name": name},
    }


def role(namespace: str, *verbs: str) -> JsonObject:
    rules = [{"apiGroups": ["ml.oneblock.ai"], "resources": ["notebooks"], "verbs": list(verbs)}]
    return {"metadata": {"name": "own", "namespace": namespace}, "rules": rules}


def test_given_bindings_when_they_change_then_the_index_follows() -> None:
    index = BindingIndex()
    first, second = binding("a", ("User", "carol")), binding("a", ("Group", "data"))
    index.change(None, first)
    index.change(None, second)
    index.change(None, binding("b", ("Group", "system:authenticated")))
    index.change(None, binding("c", ("User", "data"), ("ServiceAccount", "carol")))
    index.change(None, binding("d"))

    assert index.grants(CAROL).keys() == {"a", "b"}

    index.change(first, binding("a", ("User", "erin")))
    assert index.grants(CAROL).keys() == {"a", "b"}
    index.change(second, None)
    assert index.grants(CAROL).keys() == {"b"}
    assert index.grants(ERIN).keys() == {"a", "b"}


def test_given_several_bindings_when_asked_then_each_role_of_a_namespace_counts() -> None:
    index = BindingIndex()
    index.change(None, binding("a", ("User", "carol")))
    index.change(None, binding("a", ("Group", "data"), role=("ClusterRole", "view")))
    index.change(None, binding("b", ("User", "carol")))

    assert index.grants(CAROL) == {"a": {EDIT, ("ClusterRole", "view")}, "b": {EDIT}}


def test_given_a_cluster_role_and_a_role_of_one_name_when_asked_then_they_differ() -> None:
    index = BindingIndex()
    index.change(None, binding("a", ("User", "erin")))
    index.change(None, binding("b", ("User", "erin"), role=("Role", "edit")))

    found = index.grants(ERIN)

    assert found["a"] != found["b"]


def test_given_roles_of_one_name_when_compared_then_their_rules_decide() -> None:
    index = BindingIndex()
    for namespace in ("a", "b", "c"):
        index.change(None, binding(namespace, ("User", "erin"), role=("Role", "own")))
    unread = index.grants(ERIN)
    assert len({*unread.values()}) == 3

    for obj in (role("a", "list"), role("b", "list"), role("c", "get")):
        index.change_role(None, obj)

    found = index.grants(ERIN)
    assert found["a"] == found["b"] != found["c"]

    index.change_role(role("b", "list"), role("b", "get"))
    found = index.grants(ERIN)
    assert found["a"] != found["b"] == found["c"]

    index.change_role(role("b", "get"), None)
    assert index.grants(ERIN)["b"] == unread["b"]

from __future__ import annotations

import pytest

from ui import namespaces


def test_given_namespaces_when_offered_then_kubernetes_and_our_own_are_left_out() -> None:
    names = ("kube-system", "oneblock-notebooks", "demo", "default", "a")
    found = [{"metadata": {"name": name}} for name in names]

    assert namespaces.offered(found) == ["a", "default", "demo"]


@pytest.mark.parametrize(
    ("names", "preferred", "usual"),
    [
        pytest.param(["a", "demo"], ["demo"], "demo", id="the preferred one"),
        pytest.param(["a", "b"], ["demo", "b"], "b", id="the preferred one that exists"),
        pytest.param(["default", "team"], [], "team", id="not default"),
        pytest.param(["default"], ["demo"], "default", id="default alone"),
        pytest.param([], ["demo"], namespaces.ALL, id="none"),
    ],
)
def test_given_namespaces_when_nothing_was_chosen_then_the_usual_one_is_shown(
    names: list[str], preferred: list[str], usual: str
) -> None:
    assert namespaces.usual(names, preferred) == usual

from __future__ import annotations

import pytest

from sandbox.api.kinds import BUILT_IN_KINDS
from sandbox.api.selectors import selection
from sandbox.client import ApiError

PODS = next(kind for kind in BUILT_IN_KINDS if kind.plural == "pods")
POD = {
    "metadata": {"name": "x", "namespace": "demo", "labels": {"app": "a", "tier": "back"}},
    "spec": {"nodeName": "n1"},
    "status": {"phase": "Running"},
}


@pytest.mark.parametrize(
    ("selector", "is_chosen"),
    [
        ("app=a", True),
        ("app==a", True),
        ("app!=a", False),
        ("other!=a", True),
        ("app in (a,b)", True),
        ("app in (b, c)", False),
        ("app notin (b)", True),
        ("other notin (b)", True),
        ("app", True),
        ("!app", False),
        ("!other", True),
        ("app=a,tier in (back,front),!old", True),
        ("app=a,tier=front", False),
        ("app=", False),
    ],
)
def test_given_labels_when_selected_then_as_kubernetes_does(selector: str, is_chosen: bool) -> None:  # noqa: FBT001 a column
    test = selection(PODS, selector, "")

    assert test is not None
    assert test(POD) is is_chosen


@pytest.mark.parametrize(
    ("selector", "is_chosen"),
    [
        ("metadata.name=x", True),
        ("metadata.name!=x", False),
        ("spec.nodeName=n1,status.phase=Running", True),
        ("spec.nodeName=", False),
        ("status.podIP=", True),
    ],
)
def test_given_fields_when_selected_then_as_kubernetes_does(selector: str, is_chosen: bool) -> None:  # noqa: FBT001 a column
    test = selection(PODS, "", selector)

    assert test is not None
    assert test(POD) is is_chosen


@pytest.mark.parametrize(
    ("labels", "fields"), [("a b c", ""), ("((((", ""), ("", "spec.foo=1"), ("", "nonsense")]
)
def test_given_nonsense_when_selected_then_bad_request(labels: str, fields: str) -> None:
    with pytest.raises(ApiError) as caught:
        selection(PODS, labels, fields)

    assert caught.value.code == 400

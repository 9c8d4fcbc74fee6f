from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from controller.children import Children
from controller.drift import stamped
from controller.plan import Plan, Remove, guarded, plan
from nbcore.catalog import shipped_catalog
from nbcore.children import build_network_policy
from nbcore.ides import IDES, IdeType
from nbcore.kube.resources import NETWORK_POLICIES, SERVICES, STATEFUL_SETS
from nbcore.names import JsonObject
from tests.controller.objects import (
    condition,
    converged,
    foreign,
    notebook,
    pod,
    service,
    statefulset,
)

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
READY = [condition("Ready", "True")]


def planned(parent: JsonObject, children: Children, now: datetime = NOW) -> Plan:
    return plan(parent, children, shipped_catalog(), now)


def types(status: JsonObject) -> dict[str, str]:
    return {each["type"]: each["status"] for each in status["conditions"]}


def test_given_a_new_notebook_when_planned_then_both_children_are_made_for_it() -> None:
    found = planned(notebook(), Children())

    assert [(c.resource, c.live) for c in found.changes] == [
        (SERVICES, None),
        (STATEFUL_SETS, None),
    ]
    for change in found.changes:
        (owner,) = change.desired["metadata"]["ownerReferences"]
        assert (owner["uid"], owner["controller"]) == ("uid-nb", True)
    assert found.status["phase"] == "Pending"
    assert found.status["observedGeneration"] == 3


def test_given_a_converged_notebook_when_planned_twice_then_nothing_is_left_to_do() -> None:
    parent = notebook()
    children = converged(parent, pod({"running": {}}, conditions=READY))

    first = planned(parent, children)
    second = planned({**parent, "status": first.status}, children, NOW + timedelta(hours=1))

    assert first.changes == second.changes == ()
    assert second.status == first.status
    assert second.requeue_after is None
    assert first.status["phase"] == "Ready"


def test_given_a_suspended_notebook_when_planned_then_its_statefulset_alone_changes() -> None:
    children = converged(notebook())

    (change,) = planned(notebook(suspend=True), children).changes

    assert change.resource is STATEFUL_SETS
    assert change.desired["spec"]["replicas"] == 0


def test_given_a_child_that_is_being_deleted_when_planned_then_it_is_awaited() -> None:
    parent = notebook()
    children = converged(notebook(suspend=True))
    assert children.statefulset is not None
    children.statefulset["metadata"]["deletionTimestamp"] = "2026-11-23T10:00:00Z"

    assert planned(parent, children).changes == ()


def test_given_a_notebook_that_is_being_deleted_when_planned_then_nothing_is_made() -> None:
    found = planned(notebook(metadata={"deletionTimestamp": "2026-11-23T10:00:00Z"}), Children())

    assert found.changes == ()
    assert found.status["phase"] == "Terminating"
    assert found.status["message"] == "lab is being deleted."


@pytest.mark.parametrize("owner", [{}, {"kind": "Database", "name": "lab"}])
def test_given_a_foreign_service_when_planned_then_nothing_new_is_made_and_it_is_said(
    owner: JsonObject,
) -> None:
    parent = notebook()

    found = planned(parent, Children(service=foreign(service(parent), **owner)))

    assert found.changes == ()
    assert found.status["phase"] == "Failed"
    assert found.status["reason"] == "NameConflict"
    assert "demo has a Service lab" in found.status["message"]
    assert types(found.status) == {"Ready": "False", "NameConflict": "True"}
    assert found.requeue_after == 30


def test_given_a_foreign_service_when_stopped_then_our_own_statefulset_still_obeys() -> None:
    parent = notebook()
    children = Children(statefulset=statefulset(parent), service=foreign(service(parent)))

    (change,) = planned(notebook(suspend=True), children).changes

    assert change.resource is STATEFUL_SETS


def test_given_children_of_an_earlier_notebook_when_planned_then_they_are_awaited() -> None:
    parent = notebook()
    old = foreign(statefulset(parent), kind="Notebook", name="lab")

    found = planned(parent, Children(statefulset=old))

    assert found.changes == ()
    assert (found.status["phase"], found.status["reason"]) == ("Pending", "LeftOver")
    assert found.requeue_after is not None


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        pytest.param({"template": None}, "containers is empty", id="no template"),
        pytest.param(
            {"template": {"spec": {"containers": [{}]}}}, "image is missing", id="no image"
        ),
        pytest.param({"template": {"spec": {"containers": 3}}}, "no list", id="containers: 3"),
        pytest.param({"suspend": "yes"}, "neither true nor false", id="suspend: yes"),
    ],
)
def test_given_a_strange_template_when_planned_then_the_status_alone_says_so(
    broken: JsonObject, words: str
) -> None:
    found = planned(notebook(**broken), Children())

    assert found.changes == ()
    assert (found.status["phase"], found.status["reason"]) == ("Failed", "InvalidTemplate")
    assert words in found.status["message"]
    assert types(found.status) == {"Ready": "False", "Invalid": "True"}


def test_given_an_unknown_type_when_planned_then_it_runs_as_jupyter_with_a_condition() -> None:
    found = planned(notebook(label="emacs", image="team/emacs:1"), Children())

    assert len(found.changes) == 2
    assert types(found.status) == {"Ready": "False", "UnknownType": "True"}


@pytest.mark.parametrize("label", ["juptyer", ""])
def test_given_the_specs_typo_or_no_label_when_the_catalog_knows_the_image_then_all_is_well(
    label: str,
) -> None:
    assert types(planned(notebook(label=label), Children()).status) == {"Ready": "False"}


@pytest.mark.parametrize("service_type", ["NodePort", "LoadBalancer"])
def test_given_a_service_that_can_be_reached_when_planned_then_a_condition_says_so(
    service_type: str,
) -> None:
    found = planned(notebook(serviceType=service_type), Children())

    assert types(found.status)["Exposed"] == "True"


def test_given_an_existing_child_when_applied_then_its_uid_guards_it() -> None:
    parent = notebook()
    children = replace(converged(notebook(suspend=True)), service=None)

    first, second = planned(parent, children).changes

    assert "uid" not in guarded(first)["metadata"]
    assert guarded(second)["metadata"]["uid"] == "uid-sts"


def policy(parent: JsonObject) -> JsonObject:
    """The NetworkPolicy of a notebook as the server would store it."""
    built = stamped(build_network_policy(parent, IDES[IdeType.JUPYTER]))
    return {**built, "metadata": {**built["metadata"], "uid": "uid-np", "resourceVersion": "3"}}


def with_policies(parent: JsonObject, children: Children) -> Plan:
    return plan(parent, children, shipped_catalog(), NOW, with_policies=True)


def test_given_policies_when_a_notebook_is_new_then_its_policy_comes_before_its_pod() -> None:
    found = with_policies(notebook(), Children())

    resources = [change.resource for change in found.changes]
    assert resources == [NETWORK_POLICIES, SERVICES, STATEFUL_SETS]


def test_given_a_policy_as_stored_when_planned_then_nothing_is_left_to_do() -> None:
    parent = notebook()
    children = replace(converged(parent), network_policy=policy(parent))

    found = with_policies(parent, children)

    assert (found.changes, found.removals) == ((), ())


def test_given_a_policy_when_the_notebook_is_to_be_reached_past_the_gateway_then_it_goes() -> None:
    parent, exposed = notebook(), notebook(serviceType="NodePort")
    stored = policy(parent)
    children = replace(converged(exposed), network_policy=stored)

    found = with_policies(exposed, children)

    assert found.removals == (Remove(NETWORK_POLICIES, stored),)
    assert types(found.status)["Exposed"] == "True"


@pytest.mark.parametrize(
    "metadata", [{"ownerReferences": []}, {"deletionTimestamp": "2026-11-23T10:00:00Z"}]
)
def test_given_a_policy_of_somebody_else_or_one_that_goes_when_exposed_then_it_is_left_alone(
    metadata: JsonObject,
) -> None:
    exposed, stored = notebook(serviceType="NodePort"), policy(notebook())
    stored["metadata"] |= metadata

    found = with_policies(exposed, replace(converged(exposed), network_policy=stored))

    assert found.removals == ()


def test_given_a_policy_of_somebody_else_when_ours_is_wanted_then_it_is_a_conflict() -> None:
    stored = policy(notebook())
    stored["metadata"]["ownerReferences"] = []

    found = with_policies(notebook(), replace(converged(notebook()), network_policy=stored))

    assert found.changes == ()
    assert found.status["reason"] == "NameConflict"
    assert "NetworkPolicy lab" in found.status["message"]

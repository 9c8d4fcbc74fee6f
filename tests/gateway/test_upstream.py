"""Every way to point the gateway elsewhere by objects that somebody may write."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from gateway.upstream import Address, Children, Refused, find_upstream
from nbcore.names import JsonObject
from tests.gateway.rig import ready_notebook


class Objects:
    """One ready notebook, whose objects a case changes."""

    def __init__(self) -> None:
        made = [copy.deepcopy(obj) for _, obj in ready_notebook("nb", 8888)]
        self.notebook, stateful_set, self.pod, self.slice = made
        self.stateful_set: JsonObject | None = stateful_set

    @property
    def endpoint(self) -> JsonObject:
        endpoint: JsonObject = self.slice["endpoints"][0]
        return endpoint

    def found(self) -> Address | Refused:
        children = Children(self.stateful_set, (self.slice,), {"nb-0": self.pod})
        return find_upstream(self.notebook, children)


def test_given_a_ready_notebook_when_asked_then_its_pod_is_found() -> None:
    objects = Objects()

    found = objects.found()

    assert found == Address("127.0.0.1", 8888)
    assert isinstance(found, Address)
    assert found.proof == (objects.notebook, objects.stateful_set, objects.slice, objects.pod)


def test_given_an_unknown_readiness_when_asked_then_it_counts_as_ready() -> None:
    objects = Objects()
    objects.endpoint["conditions"] = {}

    assert isinstance(objects.found(), Address)


def change(path: str, *, to: Any) -> Callable[[Objects], None]:
    def apply(objects: Objects) -> None:
        first, *steps, last = path.split(".")
        target = getattr(objects, first)
        for step in steps:
            target = target[int(step)] if step.isdigit() else target[step]
        if isinstance(target, list):
            target[int(last)] = to
        else:
            target[last] = to

    return apply


@pytest.mark.parametrize(
    ("tamper", "refused"),
    [
        pytest.param(
            change("endpoint.conditions.ready", to=False), Refused.NOT_READY, id="not ready"
        ),
        pytest.param(change("slice.endpoints", to=[]), Refused.NOT_READY, id="no endpoints"),
        pytest.param(change("slice.endpoints", to=None), Refused.NOT_READY, id="null endpoints"),
        pytest.param(change("endpoint.addresses", to=[]), Refused.NOT_READY, id="no addresses"),
        pytest.param(change("slice.ports", to=[]), Refused.NOT_READY, id="no ports"),
        pytest.param(change("slice.ports.0.protocol", to="UDP"), Refused.NOT_READY, id="udp"),
        pytest.param(change("slice.ports.0.port", to="22"), Refused.NOT_READY, id="port no number"),
        pytest.param(
            change("endpoint.addresses", to=["169.254.169.254"]),
            Refused.FOREIGN_ADDRESS,
            id="address of the cloud's metadata",
        ),
        pytest.param(
            change("endpoint.addresses", to=["evil.example"]),
            Refused.FOREIGN_ADDRESS,
            id="a name as address",
        ),
        pytest.param(
            change("pod.status", to={}), Refused.FOREIGN_ADDRESS, id="the pod has no addresses"
        ),
        pytest.param(change("endpoint.targetRef", to=None), Refused.FOREIGN_POD, id="no target"),
        pytest.param(
            change("endpoint.targetRef.kind", to="Node"), Refused.FOREIGN_POD, id="target no pod"
        ),
        pytest.param(
            change("endpoint.targetRef.uid", to="pod-2"),
            Refused.FOREIGN_POD,
            id="another pod's uid",
        ),
        pytest.param(
            change("endpoint.targetRef.name", to="other-0"), Refused.FOREIGN_POD, id="unknown pod"
        ),
        pytest.param(
            change("pod.metadata.ownerReferences", to=[]), Refused.FOREIGN_POD, id="pod of nobody"
        ),
        pytest.param(
            change("pod.metadata.ownerReferences.0.uid", to="set-2"),
            Refused.FOREIGN_POD,
            id="pod of another set",
        ),
        pytest.param(
            change("pod.metadata.ownerReferences.0.controller", to=False),
            Refused.FOREIGN_POD,
            id="pod owned but not controlled",
        ),
        pytest.param(
            change("pod.metadata.name", to="aaa-0"),
            Refused.FOREIGN_POD,
            id="pod that claims the set but has another name",
        ),
        pytest.param(
            change("pod.spec.hostNetwork", to=True), Refused.HOST_NETWORK, id="host network"
        ),
        pytest.param(
            change("stateful_set.metadata.ownerReferences.0.uid", to="nb-2"),
            Refused.FOREIGN_SET,
            id="set of an earlier notebook of that name",
        ),
        pytest.param(
            change("stateful_set.metadata.ownerReferences", to=None),
            Refused.FOREIGN_SET,
            id="set of nobody",
        ),
        pytest.param(
            change("notebook.metadata.uid", to=""), Refused.FOREIGN_SET, id="notebook without a uid"
        ),
    ],
)
def test_given_a_broken_chain_when_asked_then_it_is_refused(
    tamper: Callable[[Objects], None], refused: Refused
) -> None:
    objects = Objects()
    tamper(objects)

    assert objects.found() is refused


def test_given_no_stateful_set_when_asked_then_it_is_not_ready() -> None:
    objects = Objects()
    objects.stateful_set = None

    assert objects.found() is Refused.NOT_READY


def test_given_a_forged_endpoint_beside_the_real_one_when_asked_then_the_real_one_counts() -> None:
    objects = Objects()
    forged = {**objects.endpoint, "addresses": ["10.9.9.9"]}
    objects.slice["endpoints"] = [forged, objects.endpoint]

    assert objects.found() == Address("127.0.0.1", 8888)

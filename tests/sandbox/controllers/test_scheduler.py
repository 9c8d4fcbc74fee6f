from __future__ import annotations

from typing import Any

import pytest

from sandbox.client import Object
from sandbox.controllers.scheduler import is_waiting, refusal, requests, used
from tests.sandbox.objects import claim, claim_volume, container, node, pod, ready, terminating

PREEMPTION = "no new claims to deallocate, preemption: 0/1 nodes are available: 1"
NO_VICTIMS = f"{PREEMPTION} No preemption victims found for incoming pod."
NOT_HELPFUL = f"{PREEMPTION} Preemption is not helpful for scheduling."
GPU_NODE = node(**{"nvidia.com/gpu": "1"})
BOUND = {"phase": "Bound"}


def asking(name: str = "lab-0", **limits: str) -> Object:
    named = {
        key.replace("_", "/").replace("nvidia/", "nvidia.com/"): v for key, v in limits.items()
    }
    return pod(name, containers=[container(resources={"limits": named})])


def bound(obj: Object) -> Object:
    return ready(obj)


def why(
    wanted: Object, *others: Object, on: Object = GPU_NODE, claims: tuple[Object, ...] = ()
) -> str | None:
    by_name = {found["metadata"]["name"]: found for found in claims}
    found = refusal(wanted, on, list(others), lambda _, name: by_name.get(name))
    return found.message if found else None


@pytest.mark.parametrize(
    ("wanted", "others", "message"),
    [
        pytest.param(asking(cpu="2", memory="4Gi", nvidia_gpu="1"), (), None, id="all fits"),
        pytest.param(
            asking(nvidia_gpu="1"),
            (bound(asking("other", nvidia_gpu="1")),),
            f"0/1 nodes are available: 1 Insufficient nvidia.com/gpu. {NO_VICTIMS}",
            id="the GPU is taken",
        ),
        pytest.param(
            asking(nvidia_gpu="2"),
            (),
            f"0/1 nodes are available: 1 Insufficient nvidia.com/gpu. {NOT_HELPFUL}",
            id="more GPUs than there are",
        ),
        pytest.param(
            asking(memory="5Gi", cpu="3"),
            (),
            "0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory. " + NOT_HELPFUL,
            id="two reasons in order",
        ),
        pytest.param(
            asking(),
            tuple(bound(pod(f"p{n}")) for n in range(3)),
            f"0/1 nodes are available: 1 Too many pods. {NO_VICTIMS}",
            id="too many pods",
        ),
        pytest.param(
            pod(nodeSelector={"zone": "elsewhere"}),
            (),
            "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. "
            + NOT_HELPFUL,
            id="another zone",
        ),
        pytest.param(pod(nodeSelector={"zone": "here"}), (), None, id="this zone"),
        pytest.param(
            asking(cpu="2"),
            ({**bound(asking("done", cpu="2")), "status": {"phase": "Succeeded"}},),
            None,
            id="a finished pod holds nothing",
        ),
    ],
)
def test_given_a_node_when_a_pod_asks_then_the_answer_is_the_real_schedulers(
    wanted: Object, others: tuple[Object, ...], message: str | None
) -> None:
    assert why(wanted, *others) == message


@pytest.mark.parametrize(
    ("claims", "message"),
    [
        pytest.param(
            (),
            '0/1 nodes are available: persistentvolumeclaim "lab" not found. not found',
            id="missing",
        ),
        pytest.param(
            (claim(),),
            "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found",
            id="unbound",
        ),
        pytest.param(
            (terminating(claim(status=BOUND)),),
            '0/1 nodes are available: persistentvolumeclaim "lab" is being deleted. not found',
            id="being deleted",
        ),
        pytest.param((claim(status=BOUND),), None, id="bound"),
    ],
)
def test_given_a_claim_when_its_pod_asks_then_it_must_be_bound(
    claims: tuple[Object, ...], message: str | None
) -> None:
    wanted = pod(volumes=[claim_volume("lab")])

    assert why(wanted, claims=claims) == message


def test_given_a_cordoned_node_when_a_pod_asks_then_it_is_refused() -> None:
    cordoned = {**node(), "spec": {"unschedulable": True}}

    assert "node(s) were unschedulable" in (why(pod(), on=cordoned) or "")


@pytest.mark.parametrize(
    ("containers", "init", "total"),
    [
        pytest.param([{"requests": {"cpu": "0.5"}}] * 2, [], {"cpu": 1000}, id="a sum"),
        pytest.param(
            [{"requests": {"cpu": "100m"}, "limits": {"cpu": "1"}}], [], {"cpu": 100}, id="request"
        ),
        pytest.param([{"limits": {"memory": "1Ki"}}], [], {"memory": 1024}, id="limit counts"),
        pytest.param(
            [{"requests": {"cpu": "1"}}],
            [{"requests": {"cpu": "2"}}, {"requests": {"cpu": "1"}}],
            {"cpu": 2000},
            id="the greediest init container",
        ),
    ],
)
def test_given_containers_when_summed_then_requests_are_effective(
    containers: list[Any], init: list[Any], total: dict[str, int]
) -> None:
    asked = pod(
        containers=[container(resources=r) for r in containers],
        initContainers=[container(resources=r) for r in init],
    )

    assert requests(asked) == total


def test_given_pods_of_another_node_when_counted_then_they_hold_nothing_here() -> None:
    elsewhere = pod(nodeName="other")

    assert used([elsewhere], "sandbox") == {}


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        pytest.param(pod(), True, id="new"),
        pytest.param(ready(pod()), False, id="bound"),
        pytest.param(terminating(pod()), False, id="going"),
    ],
)
def test_given_a_pod_when_looked_at_then_it_waits_or_not(obj: Object, *, expected: bool) -> None:
    assert is_waiting(obj) is expected

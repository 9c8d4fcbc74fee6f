from __future__ import annotations

import pytest

from nbcore.capacity import too_large
from nbcore.findings import Verdict
from nbcore.form import Field
from nbcore.names import JsonObject
from tests.nbcore.builders import notebook

BIG_CPU = {"cpu": "64", "memory": "8Gi"}
BIG_GPU = {"cpu": "4", "memory": "32Gi", "nvidia.com/gpu": "1"}


def asking(**limits: object) -> JsonObject:
    named = {"nvidia.com/gpu" if key == "gpu" else key: value for key, value in limits.items()}
    return notebook("nb", container={"resources": {"limits": named}})


def nodes(*rooms: JsonObject) -> list[JsonObject]:
    return [{"status": {"allocatable": room}} for room in rooms]


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        pytest.param({"cpu": "4", "memory": "32Gi", "gpu": 1}, [], id="exactly one node"),
        pytest.param({"cpu": "64", "memory": "1Gi"}, [], id="the other node"),
        pytest.param(
            {"cpu": "1", "memory": "1Gi", "gpu": 5},
            ["No node has 5 GPUs (nvidia.com/gpu). It waits until one does."],
            id="GPUs",
        ),
        pytest.param(
            {"cpu": "1e3", "memory": "1Ti"},
            [
                "No node has 1000 CPU. It waits until one does.",
                "No node has 1 TiB. It waits until one does.",
            ],
            id="CPU and memory",
        ),
        pytest.param(
            {"cpu": "8", "memory": "1Gi", "gpu": 1},
            ["No node has all of this at once. It waits until one does."],
            id="each on another node",
        ),
    ],
)
def test_given_nodes_when_compared_then_what_none_has_is_told(
    limits: JsonObject, told: list[str]
) -> None:
    found = too_large(asking(**limits), nodes(BIG_CPU, BIG_GPU))

    assert [finding.message for finding in found] == told
    assert all(finding.verdict is Verdict.WAITS for finding in found)


def test_given_too_many_gpus_when_told_then_their_field_is_named() -> None:
    (found,) = too_large(asking(cpu="1", memory="1Gi", gpu=5), nodes(BIG_CPU))

    assert found.field == Field.GPU_COUNT


@pytest.mark.parametrize(
    "known",
    [pytest.param([], id="none known"), pytest.param(nodes(BIG_GPU, {"cpu": []}), id="odd")],
)
def test_given_unknown_nodes_when_compared_then_nothing_is_claimed(known: list[JsonObject]) -> None:
    assert too_large(asking(cpu="1", memory="1Gi"), known) == ()

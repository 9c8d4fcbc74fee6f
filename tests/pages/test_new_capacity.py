"""The form compares what is asked for with what the nodes have."""

from __future__ import annotations

from nbcore.kube.resources import NODES
from tests.cluster.api import eventually
from tests.pages.visit import Visit, run, words


def test_given_more_gpus_than_any_node_has_when_typed_then_it_says_that_it_waits(
    visit: Visit,
) -> None:
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "small"}}
    visit.api.create("/api/v1/nodes", node)
    allocatable = {"cpu": "2", "memory": "8Gi", "nvidia.com/gpu": "1"}
    visit.api.merge("/api/v1/nodes/small/status", {"status": {"allocatable": allocatable}})
    eventually(
        lambda: any("status" in each for each in visit.cache.list(NODES)), what="the node is there"
    )
    page = visit.open_form()
    page.number_input(key="new_gpu_count").set_value(5)

    said = words(run(page))
    visit.api.delete("/api/v1/nodes/small")

    assert "No node has 5 GPUs (nvidia.com/gpu). It waits until one does." in said

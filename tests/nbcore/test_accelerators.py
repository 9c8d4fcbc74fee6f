from __future__ import annotations

import pytest

from nbcore.accelerators import COMMON_GPUS, is_accelerator, runtime_class_of


@pytest.mark.parametrize(
    "resource",
    [
        *COMMON_GPUS,
        "nvidia.com/mig-1g.5gb",
        "example.com/vgpu",
        "habana.ai/gaudi",
        "google.com/tpu",
    ],
)
def test_given_an_accelerator_when_asked_then_it_is_one(resource: str) -> None:
    assert is_accelerator(resource)


@pytest.mark.parametrize(
    "resource", ["cpu", "gpu", "memory", "hugepages-1Gi", "example.com/fpga", "mig-1", "", "/"]
)
def test_given_another_resource_when_asked_then_it_is_none(resource: str) -> None:
    assert not is_accelerator(resource)


@pytest.mark.parametrize(
    ("resource", "runtime_class"),
    [("nvidia.com/gpu", "nvidia"), ("nvidia.com/mig-1g.5gb", "nvidia"), ("amd.com/gpu", None)],
)
def test_given_a_resource_when_asked_then_its_runtime_class_is_told(
    resource: str, runtime_class: str | None
) -> None:
    assert runtime_class_of(resource) == runtime_class

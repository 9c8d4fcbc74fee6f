"""Which resource names are accelerators, and what each asks of a pod. Pure."""

from __future__ import annotations

NVIDIA_GPU = "nvidia.com/gpu"
AMD_GPU = "amd.com/gpu"

# Offered when no node says what it has.
COMMON_GPUS = (NVIDIA_GPU, AMD_GPU)

# Device plugins whose resource does not end in "gpu".
_OTHERS = frozenset(
    {
        "aws.amazon.com/neuron",
        "aws.amazon.com/neuroncore",
        "google.com/tpu",
        "gpu.intel.com/i915",
        "gpu.intel.com/xe",
        "habana.ai/gaudi",
    }
)


def is_accelerator(resource: str) -> bool:
    """Whether a resource is one: nvidia.com/gpu, nvidia.com/mig-1g.5gb, amd.com/gpu... Pure."""
    domain, slash, kind = resource.partition("/")
    if not slash:
        return False
    is_mig_slice = domain == "nvidia.com" and kind.startswith("mig-")
    return kind.endswith("gpu") or is_mig_slice or resource in _OTHERS


def runtime_class_of(resource: str) -> str | None:
    """The RuntimeClass that a pod with this resource needs; None when it needs none. Pure."""
    return "nvidia" if resource.startswith("nvidia.com/") else None

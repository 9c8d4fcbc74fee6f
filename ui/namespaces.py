"""Which namespaces a person can choose from. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nbcore.names import SYSTEM_NAMESPACE, JsonObject

ALL = ""
"""The choice that stands for all namespaces, as in an API path."""

# https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/#initial-namespaces
_OF_KUBERNETES = frozenset({"kube-system", "kube-public", "kube-node-lease"})


def offered(namespaces: Iterable[JsonObject]) -> list[str]:
    """Names for people to choose from: sorted, without Kubernetes' own and ours. Pure."""
    names = {str(item["metadata"]["name"]) for item in namespaces}
    return sorted(names - _OF_KUBERNETES - {SYSTEM_NAMESPACE})


def usual(names: Sequence[str], preferred: Sequence[str]) -> str:
    """The namespace that a first visit shows: the first preferred one that exists.

    Otherwise the first that is not ``default``, which a team rarely means; ALL if there is none.
    Pure.
    """
    known = [name for name in preferred if name in names]
    others = [name for name in names if name != "default"]
    return next(iter([*known, *others, *names]), ALL)


def title(name: str) -> str:
    """What the selection shows. Pure."""
    return name or "All namespaces"

"""Hypothesis strategies for objects that strangers wrote."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from tests.nbcore.builders import notebook, with_home

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)

_FULL = notebook(
    **with_home("nb"),
    spec={"suspend": False, "serviceType": "NodePort"},
    status={"phase": "Ready", "reason": "x", "message": "y", "observedGeneration": 1},
    metadata={
        "annotations": {"ml.oneblock.ai/owner": "alice", "ml.oneblock.ai/last-action": "{}"},
        "creationTimestamp": "2026-01-01T00:00:00Z",
    },
)
_FULL["spec"]["template"]["spec"]["containers"][0] |= {
    "env": [{"name": "A", "value": "b"}],
    "ports": [{"containerPort": 8888}],
    "resources": {"limits": {"cpu": 1, "nvidia.com/gpu": 1}, "requests": {"memory": "1Gi"}},
    "volumeMounts": [{"name": "home", "mountPath": "/home/jovyan"}],
}


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    keys = value if isinstance(value, dict) else range(len(value) if isinstance(value, list) else 0)
    deeper = [place for key in keys for place in _places(value[key], (*path, key))]
    return [path, *deeper] if path else deeper


@st.composite
def _broken_notebooks(draw: st.DrawFn) -> Any:
    """A notebook in which any JSON stands at one or two places."""
    found = deepcopy(_FULL)
    for path in draw(st.lists(st.sampled_from(_places(_FULL)), min_size=1, max_size=2)):
        _replace(found, path, draw(JSON))
    return found


def strange_objects() -> st.SearchStrategy[Any]:
    """Any JSON object, mostly one that is nearly a notebook."""
    return _broken_notebooks() | st.dictionaries(st.sampled_from(["metadata", "spec", "x"]), JSON)


def _replace(found: Any, path: tuple[Any, ...], value: Any) -> None:
    """Replaces, unless an earlier replacement took the way there."""
    *way, last = path
    try:
        for key in way:
            found = found[key]
        found[last] = value
    except (KeyError, IndexError, TypeError):
        return

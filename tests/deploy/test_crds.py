"""What the shipped CRDs promise, on the text alone; tests/contract has them applied."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

CRDS = sorted((Path(__file__).parents[2] / "deploy" / "crds").glob("*.yaml"))
# kubectl keeps the applied object in an annotation; all annotations together have this limit.
ANNOTATIONS_LIMIT = 262_144


def _defaults(node: Any, path: str = "") -> dict[str, Any]:
    if isinstance(node, list):
        return {}
    if not isinstance(node, dict):
        return {}
    found = {f"{path}": node["default"]} if "default" in node and "type" in node else {}
    for key, value in node.items():
        found |= _defaults(value, f"{path}.{key}")
    return found


@pytest.mark.parametrize("file", CRDS, ids=lambda f: f.name)
def test_given_a_crd_when_applied_by_kubectl_then_it_fits_the_annotation(file: Path) -> None:
    assert len(json.dumps(yaml.safe_load(file.read_text()))) < ANNOTATIONS_LIMIT / 2


@pytest.mark.parametrize("file", CRDS, ids=lambda f: f.name)
def test_given_a_crd_when_listed_by_label_then_it_is_part_of_us(file: Path) -> None:
    labels = yaml.safe_load(file.read_text())["metadata"]["labels"]

    assert labels == {"app.kubernetes.io/part-of": "oneblock-notebooks"}


def test_given_the_notebook_crd_when_it_fills_in_defaults_then_only_these() -> None:
    crd = yaml.safe_load((CRDS[0].parent / "ml.oneblock.ai_notebooks.yaml").read_text())

    defaults = _defaults(crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"])

    assert set(defaults.values()) == {"ClusterIP", "TCP"}
    assert all(path.endswith((".protocol", ".serviceType")) for path in defaults)

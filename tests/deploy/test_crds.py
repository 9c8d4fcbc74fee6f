"""What the shipped CRDs promise, on the text alone; tests/contract has them applied."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.crds.generate import QUANTITY
from nbcore.errors import NbError
from nbcore.form import ServiceType
from nbcore.names import NAME_MAX_LENGTH, NAME_PATTERN
from nbcore.quantities import parse_quantity
from nbcore.status import Phase

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
    defaults = _defaults(_schema())

    assert set(defaults.values()) == {"ClusterIP", "TCP"}
    assert all(path.endswith((".protocol", ".serviceType")) for path in defaults)


def _schema() -> Any:
    crd = yaml.safe_load((CRDS[0].parent / "ml.oneblock.ai_notebooks.yaml").read_text())
    return crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]


def test_given_the_rules_of_names_when_compared_with_ours_then_they_are_the_same() -> None:
    rules = [rule["rule"] for rule in _schema()["x-kubernetes-validations"]]

    assert f"size(self.metadata.name) <= {NAME_MAX_LENGTH}" in rules
    assert f"self.metadata.name.matches('^{NAME_PATTERN.pattern}$')" in rules


def test_given_the_closed_sets_when_compared_with_ours_then_they_are_the_same() -> None:
    properties = _schema()["properties"]

    assert properties["spec"]["properties"]["serviceType"]["enum"] == list(ServiceType)
    assert properties["status"]["properties"]["phase"]["enum"] == list(Phase)


GOOD = ("1", "0.5", ".5", "5.", "+1", "1Gi", "100m", "1e3", "1E3", "1e-3", "250n", "1Ei", "0")
ARABIC_ONE = "\u0661"
BAD = ("", " 1", "1 Gi", "1_000", "NaN", "Infinity", "1K", "1gi", "Gi", "--1", "0x1", ARABIC_ONE)


@pytest.mark.parametrize("text", [*GOOD, *BAD])
def test_given_a_quantity_when_read_by_us_and_by_the_schema_then_both_agree(text: str) -> None:
    by_schema = re.search(QUANTITY["pattern"], text) is not None

    assert (by_schema, _is_quantity(text)) == (text in GOOD, text in GOOD)


def _is_quantity(text: str) -> bool:
    try:
        parse_quantity(text)
    except NbError:
        return False
    return True

"""What deploy/ renders to, without a server."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
import yaml

from tests.cluster.api import JsonObject
from tests.cluster.servers import ROOT
from tests.contract.kubectl import Kubectl
from tests.deploy.installation import DEPLOY, NAMESPACE, one, rendered

PAGE = ROOT / "docs" / "reference" / "controller.md"
ROW = re.compile(r"^\| (?P<resources>[a-z/, ]+) \| (?P<verbs>(?:[a-z]+, )*[a-z]+)(?: \(.*\))? \|$")
VERBS = {"get", "list", "watch", "create", "patch", "update", "delete"}
OUR_KINDS = {"Notebook", "Setting"}


def _documented() -> set[tuple[str, str]]:
    rows = [match for line in PAGE.read_text().splitlines() if (match := ROW.match(line))]
    return {
        (resource, verb)
        for row in rows
        if set(row["verbs"].split(", ")) <= VERBS
        for resource in row["resources"].split(", ")
        for verb in row["verbs"].split(", ")
    }


def _granted(rules: list[JsonObject]) -> set[tuple[str, str]]:
    return {(r, verb) for rule in rules for r in rule["resources"] for verb in rule["verbs"]}


def test_given_all_objects_when_rendered_then_each_is_labelled_and_none_is_of_our_kinds(
    kubectl: Kubectl,
) -> None:
    objects = rendered(kubectl)

    assert {o["kind"] for o in objects} & OUR_KINDS == set()
    unlabelled = [
        o["metadata"]["name"]
        for o in objects
        if (o["metadata"].get("labels") or {}).get("app.kubernetes.io/part-of") != NAMESPACE
    ]
    assert unlabelled == []


def test_given_a_cluster_with_settings_when_the_component_is_left_out_then_ours_stays_away(
    kubectl: Kubectl,
) -> None:
    with_component, without = (
        rendered(kubectl),
        rendered(kubectl, "crds") + rendered(kubectl, "base"),
    )

    def names(objects: list[JsonObject]) -> set[str]:
        return {f"{o['kind']} {o['metadata']['name']}" for o in objects}

    assert names(with_component) - names(without) == {
        "CustomResourceDefinition settings.management.oneblock.ai"
    }


def test_given_the_documented_rights_when_compared_with_the_roles_then_they_are_the_same(
    kubectl: Kubectl,
) -> None:
    objects = rendered(kubectl, "base")
    role = one(objects, "ClusterRole", "oneblock-notebook-controller")
    own = one(objects, "Role", "notebook-controller-own")

    assert _granted(role["rules"]) | _granted(own["rules"]) == _documented()
    wildcards = [rule for rule in role["rules"] if "*" in str(rule)]
    assert wildcards == []


def test_given_the_deployment_when_compared_with_its_neighbours_then_names_and_ports_fit(
    kubectl: Kubectl,
) -> None:
    objects = rendered(kubectl, "base")
    deployment = one(objects, "Deployment", "notebook-controller")["spec"]
    labels = deployment["template"]["metadata"]["labels"]
    (container,) = deployment["template"]["spec"]["containers"]
    (port,) = container["ports"]
    service = one(objects, "Service", "notebook-controller-metrics")["spec"]
    policy = one(objects, "NetworkPolicy", "notebook-controller")["spec"]
    budget = one(objects, "PodDisruptionBudget", "notebook-controller")["spec"]

    assert f"--metrics-port={port['containerPort']}" in container["args"]
    assert service["ports"][0]["targetPort"] == port["name"]
    assert policy["ingress"][0]["ports"] == [{"port": port["name"], "protocol": "TCP"}]
    assert service["selector"].items() <= labels.items()
    for selector in (policy["podSelector"], budget["selector"], deployment["selector"]):
        assert selector["matchLabels"].items() <= labels.items()
    assert budget["minAvailable"] < deployment["replicas"]


@pytest.mark.parametrize(
    ("folders", "has_setting"),
    [
        pytest.param([""], True, id="everything"),
        pytest.param(["crds", "base"], False, id="without the Setting's kind"),
    ],
)
def test_given_a_kustomization_of_the_installation_page_when_rendered_then_its_image_is_used(
    kubectl: Kubectl, tmp_path: Path, folders: list[str], *, has_setting: bool
) -> None:
    resources = [os.path.relpath(DEPLOY / folder, tmp_path) for folder in folders]
    image = {"name": "oneblock-notebooks", "newName": "registry.example.org/nb", "newTag": "1"}
    text = yaml.safe_dump({"resources": resources, "images": [image]})
    (tmp_path / "kustomization.yaml").write_text(text)

    objects = rendered(kubectl, str(tmp_path))

    deployment = one(objects, "Deployment", "notebook-controller")["spec"]["template"]["spec"]
    assert deployment["containers"][0]["image"] == "registry.example.org/nb:1"
    names = {o["metadata"]["name"] for o in objects}
    assert ("settings.management.oneblock.ai" in names) == has_setting


def test_given_the_image_when_its_recipe_is_read_then_it_is_what_make_venv_does() -> None:
    recipe = (DEPLOY / "Dockerfile").read_text().replace("\\\n", "")
    makefile = (ROOT / "Makefile").read_text()
    install = re.search(r"python -m pip install (?P<flags>.*) -r requirements\.txt", makefile)

    assert install is not None
    for flag in install["flags"].split():
        assert flag in recipe
    assert "python -m venv .venv" in recipe
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", recipe, re.MULTILINE)


def test_given_the_image_when_its_recipe_is_read_then_everything_that_it_copies_is_there() -> None:
    lines = re.findall(r"^COPY (.*)$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    copied = {source for line in lines for source in line.split()[:-1]}
    allowed = (ROOT / ".dockerignore").read_text().splitlines()
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"benchmarks"}

    assert [source for source in copied if not (ROOT / source).exists()] == []
    assert packages | {"pages", "app.py", "quickstart.py"} <= copied
    assert {f"!{Path(source).parts[0]}" for source in copied} <= set(allowed)

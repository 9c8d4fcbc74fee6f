"""What deploy/ renders to, without a server."""

from __future__ import annotations

import os
import re
import textwrap
from pathlib import Path

import pytest
import yaml

from nbcore.kube.cache import FOLLOWED
from tests.cluster.api import JsonObject
from tests.cluster.servers import ROOT
from tests.contract.kubectl import Kubectl
from tests.deploy.installation import DEPLOY, NAMESPACE, one, rendered

PAGES = ROOT / "docs" / "reference"
ROW = re.compile(r"^\| (?P<resources>[a-z/, ]+) \| (?P<verbs>(?:[a-z]+, )*[a-z]+)(?: \(.*\))? \|$")
VERBS = {"get", "list", "watch", "create", "patch", "update", "delete", "impersonate"}
OUR_KINDS = {"Notebook", "Setting"}


def _documented(page: str) -> set[tuple[str, str]]:
    lines = (PAGES / page).read_text().splitlines()
    rows = [match for line in lines if (match := ROW.match(line))]
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


@pytest.mark.parametrize(
    ("page", "name"), [("controller.md", "notebook-controller"), ("app.md", "notebook-app")]
)
def test_given_the_documented_rights_when_compared_with_the_roles_then_they_are_the_same(
    kubectl: Kubectl, page: str, name: str
) -> None:
    objects = rendered(kubectl, "base")
    role = one(objects, "ClusterRole", f"oneblock-{name}")
    own = one(objects, "Role", f"{name}-own")

    assert _granted(role["rules"]) | _granted(own["rules"]) == _documented(page)
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


def test_given_the_app_when_its_cache_is_compared_with_its_role_then_they_are_the_same(
    kubectl: Kubectl,
) -> None:
    role = one(rendered(kubectl, "base"), "ClusterRole", "oneblock-notebook-app")

    followed = {
        (resource.group, resource.plural, verb)
        for resource, _ in FOLLOWED
        for verb in ("list", "watch")
    }
    granted = {
        (group, resource, verb)
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }
    assert granted - followed == {
        ("", "users", "impersonate"),
        ("", "groups", "impersonate"),
        ("authorization.k8s.io", "subjectaccessreviews", "create"),
    }
    assert followed <= granted


def test_given_the_app_when_compared_with_its_neighbours_then_names_and_ports_fit(
    kubectl: Kubectl,
) -> None:
    objects = rendered(kubectl, "base")
    deployment = one(objects, "Deployment", "notebook-app")["spec"]
    labels = deployment["template"]["metadata"]["labels"]
    (container,) = deployment["template"]["spec"]["containers"]
    (port,) = container["ports"]
    service = one(objects, "Service", "notebook-app")["spec"]
    policy = one(objects, "NetworkPolicy", "notebook-app")["spec"]

    assert f"--server.port={port['containerPort']}" in container["args"]
    assert service["ports"][0]["targetPort"] == port["name"]
    assert policy["ingress"][0]["ports"] == [{"port": port["name"], "protocol": "TCP"}]
    for selector in (policy["podSelector"]["matchLabels"], service["selector"]):
        assert selector.items() <= labels.items()
    assert deployment["strategy"] == {"type": "Recreate"}
    (settings,) = [o for o in objects if o["kind"] == "ConfigMap"]
    assert container["envFrom"] == [{"configMapRef": {"name": settings["metadata"]["name"]}}]


def test_given_all_objects_when_rendered_then_no_secret_holds_anything(kubectl: Kubectl) -> None:
    secrets = [o for o in rendered(kubectl) if o["kind"] == "Secret"]

    assert [o["metadata"]["name"] for o in secrets] == ["notebook-sessions"]
    assert all(not o.keys() & {"data", "stringData"} for o in secrets)


def test_given_every_component_when_used_together_then_all_of_them_take_effect(
    kubectl: Kubectl, tmp_path: Path
) -> None:
    names = ("pinned-groups", "ingress", "node-port")
    folders = [os.path.relpath(DEPLOY / "components" / name, tmp_path) for name in names]
    own = {
        "name": "notebook-app",
        "namespace": NAMESPACE,
        "behavior": "merge",
        "literals": ["NB_ALLOWED_HOSTS=nb.example.com"],
    }
    host = "- {op: replace, path: /spec/rules/0/host, value: nb.example.com}"
    patch = {"target": {"kind": "Ingress", "name": "notebook-app"}, "patch": host}
    text = yaml.safe_dump(
        {
            "resources": [os.path.relpath(DEPLOY, tmp_path)],
            "components": folders,
            "configMapGenerator": [own],
            "patches": [patch],
        }
    )
    (tmp_path / "kustomization.yaml").write_text(text)

    objects = rendered(kubectl, str(tmp_path))

    rules = one(objects, "ClusterRole", "oneblock-notebook-app")["rules"]
    pinned = [rule for rule in rules if rule["resources"] == ["groups"]]
    assert pinned[0]["resourceNames"] == ["data-scientists", "team-leads", "notebook-admins"]
    assert one(objects, "Service", "notebook-app")["spec"]["type"] == "NodePort"
    hosts = [rule["host"] for rule in one(objects, "Ingress", "notebook-app")["spec"]["rules"]]
    assert hosts == ["nb.example.com", "*.notebooks.example.org"]
    (settings,) = [o for o in objects if o["kind"] == "ConfigMap"]
    assert settings["data"] == {"NB_SIGN_IN": "users", "NB_ALLOWED_HOSTS": "nb.example.com"}


def test_given_the_installation_pages_pinned_users_when_rendered_then_the_app_becomes_no_others(
    kubectl: Kubectl, tmp_path: Path
) -> None:
    page = (DEPLOY.parent / "docs" / "how-to" / "install.md").read_text("utf-8")
    example = page.partition("Pin the users as well")[2].partition("    patches:")
    text = textwrap.dedent(example[1] + example[2].partition("\n\n")[0])
    resources = [os.path.relpath(DEPLOY, tmp_path)]
    components = [os.path.relpath(DEPLOY / "components" / "pinned-groups", tmp_path)]
    own = {"resources": resources, "components": components, **yaml.safe_load(text)}
    (tmp_path / "kustomization.yaml").write_text(yaml.safe_dump(own))

    rules = one(rendered(kubectl, str(tmp_path)), "ClusterRole", "oneblock-notebook-app")["rules"]

    pinned = {
        rule["resources"][0]: rule["resourceNames"]
        for rule in rules
        if rule["verbs"] == ["impersonate"]
    }
    assert pinned == {
        "groups": ["data-scientists", "team-leads", "notebook-admins"],
        "users": ["ada", "grace"],
    }


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

    for name in ("notebook-controller", "notebook-app"):
        deployment = one(objects, "Deployment", name)["spec"]["template"]["spec"]
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

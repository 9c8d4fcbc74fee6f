"""kubectl when it looks: get, get -w, describe, api-resources, version."""

from __future__ import annotations

import pytest
import yaml

from nbcore.kube.resources import NOTEBOOKS, STATEFUL_SETS
from tests.cluster.api import JsonObject
from tests.cluster.servers import ApiServer
from tests.contract.kubectl import Kubectl
from tests.contract.objects import config_map, notebook, pod, service, stateful_set


def _manifest(*objects: JsonObject) -> str:
    return yaml.safe_dump_all(objects)


@pytest.fixture
def two(api_server: ApiServer) -> ApiServer:
    """The server with notebooks a and b."""
    for name in ("a", "b"):
        api_server.api.create(NOTEBOOKS.path(api_server.namespace), notebook(name))
    return api_server


def test_given_notebooks_when_got_then_a_table_with_our_columns(
    two: ApiServer, kubectl: Kubectl
) -> None:
    header, *rows = kubectl.ok("get", "nb").splitlines()

    expected = ["NAME", "TYPE", "IMAGE", "CPU", "MEMORY", "GPU", "STATUS", "AGE"]
    assert header.split() == expected
    assert [row.split()[0] for row in rows] == ["a", "b"]
    assert rows[0].split()[2:4] == ["100m", "64Mi"]
    assert two.name


@pytest.mark.parametrize("word", ["notebook", "notebooks", "nb", "notebooks.ml.oneblock.ai"])
def test_given_a_name_of_the_kind_when_got_then_it_is_understood(
    two: ApiServer, kubectl: Kubectl, word: str
) -> None:
    output = kubectl.ok("get", word, "a", "-o", "name")

    assert output.strip() == "notebook.ml.oneblock.ai/a"
    assert two.name


def test_given_a_notebook_when_got_as_yaml_then_it_is_the_object(
    two: ApiServer, kubectl: Kubectl
) -> None:
    got = yaml.safe_load(kubectl.ok("get", "nb", "a", "-o", "yaml"))

    expected = two.api.get(NOTEBOOKS.path(two.namespace, "a"))
    del expected["metadata"]["managedFields"]
    assert got == expected


def test_given_labels_when_got_with_a_selector_then_only_matches(
    two: ApiServer, kubectl: Kubectl
) -> None:
    two.api.merge(NOTEBOOKS.path(two.namespace, "b"), {"metadata": {"labels": {"team": "x"}}})

    output = kubectl.ok("get", "nb", "-l", "team=x", "-o", "name")

    assert output.split() == ["notebook.ml.oneblock.ai/b"]


def test_given_no_notebook_when_got_then_not_found(kubectl: Kubectl) -> None:
    output = kubectl.run("get", "nb", "nobody")

    assert output.code == 1
    expected = 'Error from server (NotFound): notebooks.ml.oneblock.ai "nobody" not found'
    assert output.stderr.strip() == expected


def test_given_several_kinds_when_got_at_once_then_all_come(
    two: ApiServer, kubectl: Kubectl
) -> None:
    two.api.create(STATEFUL_SETS.path(two.namespace), stateful_set("s", replicas=0))

    output = kubectl.ok("get", "nb,sts,svc", "-o", "name")

    assert "notebook.ml.oneblock.ai/a" in output
    assert "statefulset.apps/s" in output


def test_given_a_watch_when_the_status_changes_then_a_line_comes(
    two: ApiServer, kubectl: Kubectl
) -> None:
    # Of a list, kubectl watches from the version that it printed; of one object, from "now", which
    # may be after the change.
    with kubectl.start("get", "nb", "-w") as lines:
        header, *printed = (lines.next() for _ in range(3))
        patch = {"status": {"phase": "Ready"}}
        two.api.merge(NOTEBOOKS.path(two.namespace, "a", "status"), patch)
        changed = lines.next()

    assert header.startswith("NAME")
    assert [line.split()[0] for line in printed] == ["a", "b"]
    assert changed.split()[0] == "a"
    assert "Ready" in changed.split()


def test_given_a_notebook_when_described_then_its_spec_and_events_are_shown(
    two: ApiServer, kubectl: Kubectl
) -> None:
    made = two.api.get(NOTEBOOKS.path(two.namespace, "a"))
    involved = {
        "apiVersion": "ml.oneblock.ai/v1",
        "kind": "Notebook",
        "name": "a",
        "namespace": two.namespace,
        "uid": made["metadata"]["uid"],
    }
    event = {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": "a.1"},
        "involvedObject": involved,
        "reason": "Pulling",
        "message": "pulling the image",
        "type": "Normal",
        "lastTimestamp": "2026-01-02T03:04:05Z",
    }
    two.api.create(f"/api/v1/namespaces/{two.namespace}/events", event)

    output = kubectl.ok("describe", "nb", "a")

    assert "Service Type:  ClusterIP" in output
    assert "pulling the image" in output


@pytest.mark.parametrize("kind", ["pod", "statefulset", "service", "configmap"])
def test_given_a_built_in_object_when_described_then_it_is_shown(
    kubectl: Kubectl, kind: str
) -> None:
    objects = {
        "pod": pod("x", requests={"cpu": "9000"}),
        "statefulset": stateful_set("x", replicas=0),
        "service": service("x"),
        "configmap": config_map("x", colour="red"),
    }
    kubectl.ok("apply", "-f", "-", stdin=_manifest(objects[kind]))

    output = kubectl.ok("describe", kind, "x")

    assert output.splitlines()[0].split() == ["Name:", "x"]
    assert kubectl.namespace in output


def test_given_the_kinds_when_asked_for_then_api_resources_lists_ours(kubectl: Kubectl) -> None:
    output = kubectl.ok("api-resources", "--api-group=ml.oneblock.ai", "--no-headers")

    assert output.split() == ["notebooks", "nb", "ml.oneblock.ai/v1", "true", "Notebook"]


def test_given_a_server_when_asked_for_its_version_then_kubectl_shows_it(
    kubectl: Kubectl,
) -> None:
    assert "Server Version: v1." in kubectl.ok("version")


@pytest.mark.parametrize("word", ["nb", "notebook.spec", "nb.spec.template.spec.containers"])
def test_given_our_kind_when_explained_then_its_fields_are_listed(
    two: ApiServer, kubectl: Kubectl, word: str
) -> None:
    output = kubectl.ok("explain", word)

    assert "KIND:       Notebook" in output
    assert "GROUP:      ml.oneblock.ai" in output
    assert "FIELDS:" in output
    assert two.name

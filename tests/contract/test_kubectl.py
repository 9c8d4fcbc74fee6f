"""kubectl, as people use it: each command against both servers."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
import yaml

from nbcore.kube.resources import NOTEBOOKS, STATEFUL_SETS
from tests.cluster.api import JsonObject, eventually
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
    with kubectl.start("get", "nb", "a", "-w") as lines:
        header, first = lines.next(), lines.next()
        patch = {"status": {"phase": "Ready"}}
        two.api.merge(NOTEBOOKS.path(two.namespace, "a", "status"), patch)
        second = lines.next()

    assert header.startswith("NAME")
    assert first.split()[0] == "a"
    assert "Ready" in second.split()


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


@pytest.mark.parametrize(
    ("flags", "again"),
    [
        pytest.param([], ["created", "configured", "unchanged"], id="client side"),
        pytest.param(["--server-side"], ["serverside-applied"] * 3, id="server side"),
    ],
)
@pytest.mark.parametrize("kind", ["notebook", "statefulset", "configmap", "service"])
def test_given_a_manifest_when_applied_changed_and_applied_again_then_it_says_what_it_did(
    api_server: ApiServer, kubectl: Kubectl, kind: str, flags: list[str], again: list[str]
) -> None:
    before: JsonObject = {
        "notebook": notebook("x"),
        "statefulset": stateful_set("x", replicas=0),
        "configmap": config_map("x", a="1"),
        "service": service("x"),
    }[kind]
    after = json.loads(json.dumps(before))
    after["metadata"]["labels"] = {"changed": "yes"}
    if kind == "notebook":
        after["spec"]["suspend"] = True

    said = [
        kubectl.ok("apply", *flags, "-f", "-", stdin=_manifest(obj)).split()[-1]
        for obj in (before, after, after)
    ]

    assert said == again
    got = json.loads(kubectl.ok("get", kind, "x", "-o", "json"))
    assert got["metadata"]["labels"] == {"changed": "yes"}
    assert api_server.name


def test_given_client_side_ownership_when_applied_by_the_server_then_it_is_taken_over(
    kubectl: Kubectl,
) -> None:
    kubectl.ok("apply", "-f", "-", stdin=_manifest(notebook("x", suspend=True)))

    kubectl.ok("apply", "--server-side", "-f", "-", stdin=_manifest(notebook("x")))

    spec = json.loads(kubectl.ok("get", "nb", "x", "-o", "json"))["spec"]
    assert "suspend" not in spec


def test_given_a_typo_when_applied_then_kubectl_refuses_it(kubectl: Kubectl) -> None:
    output = kubectl.run("apply", "-f", "-", stdin=_manifest(notebook("x", colour="red")))

    assert output.code == 1
    assert 'unknown field "spec.colour"' in output.stderr


def test_given_a_broken_rule_when_applied_then_the_message_says_what_to_do(
    kubectl: Kubectl,
) -> None:
    wrong = notebook("x")
    wrong["spec"]["template"]["spec"]["containers"][0]["name"] = "other"

    output = kubectl.run("apply", "-f", "-", stdin=_manifest(wrong))

    assert output.code == 1
    assert 'The Notebook "x" is invalid' in output.stderr
    assert "set spec.template.spec.containers[0].name to the value" in output.stderr


def test_given_two_documents_when_applied_and_deleted_then_both_come_and_go(
    api_server: ApiServer, kubectl: Kubectl
) -> None:
    manifest = _manifest(notebook("x"), config_map("z"))

    applied = kubectl.ok("apply", "-f", "-", stdin=manifest)
    deleted = kubectl.ok("delete", "-f", "-", stdin=manifest)

    assert applied.split("\n")[:2] == [
        "notebook.ml.oneblock.ai/x created",
        "configmap/z created",
    ]
    assert 'notebook.ml.oneblock.ai "x" deleted' in deleted
    assert not api_server.api.exists(NOTEBOOKS.path(api_server.namespace, "x"))


def test_given_a_notebook_when_created_from_a_file_twice_then_it_already_exists(
    kubectl: Kubectl,
) -> None:
    kubectl.ok("create", "-f", "-", stdin=_manifest(notebook("x")))

    output = kubectl.run("create", "-f", "-", stdin=_manifest(notebook("x")))

    assert output.code == 1
    assert "(AlreadyExists)" in output.stderr


def test_given_a_finalizer_when_deleted_then_kubectl_waits_until_it_is_gone(
    two: ApiServer, kubectl: Kubectl
) -> None:
    path = NOTEBOOKS.path(two.namespace, "a")
    two.api.merge(path, {"metadata": {"finalizers": ["example.com/clean-up"]}})

    with kubectl.start("delete", "nb", "a") as lines:
        eventually(
            lambda: "deletionTimestamp" in two.api.get(path)["metadata"], what="being deleted"
        )
        said = lines.next()
        two.api.merge(path, {"metadata": {"finalizers": None}})

    assert said.startswith('notebook.ml.oneblock.ai "a" deleted')
    assert not two.api.exists(path)


def test_given_a_condition_when_it_becomes_true_then_wait_ends(
    two: ApiServer, kubectl: Kubectl
) -> None:
    status = {
        "phase": "Ready",
        "conditions": [{"type": "Ready", "status": "True"}],
    }

    with kubectl.start("wait", "nb/a", "--for=condition=Ready", "--timeout=30s") as lines:
        two.api.merge(NOTEBOOKS.path(two.namespace, "a", "status"), {"status": status})
        said = lines.next()
    phase = kubectl.ok("wait", "nb/a", "--for=jsonpath={.status.phase}=Ready", "--timeout=30s")

    assert said == "notebook.ml.oneblock.ai/a condition met"
    assert phase.strip() == "notebook.ml.oneblock.ai/a condition met"


def test_given_a_notebook_when_waited_for_its_deletion_then_wait_ends(
    two: ApiServer, kubectl: Kubectl
) -> None:
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(kubectl.run, "wait", "nb/a", "--for=delete", "--timeout=30s")
        two.api.delete(NOTEBOOKS.path(two.namespace, "a"))

    assert waiting.result().code == 0


@pytest.mark.parametrize(
    ("kind", "patch"),
    [
        pytest.param("merge", '{"spec": {"suspend": true}}', id="merge"),
        pytest.param(
            "json", '[{"op": "add", "path": "/spec/suspend", "value": true}]', id="JSON patch"
        ),
    ],
)
def test_given_a_notebook_when_patched_then_kubectl_says_patched(
    two: ApiServer, kubectl: Kubectl, kind: str, patch: str
) -> None:
    said = kubectl.ok("patch", "nb", "a", f"--type={kind}", "-p", patch)
    again = kubectl.ok("patch", "nb", "a", f"--type={kind}", "-p", patch)

    assert said.strip() == "notebook.ml.oneblock.ai/a patched"
    assert again.strip() == "notebook.ml.oneblock.ai/a patched (no change)"
    assert two.api.get(NOTEBOOKS.path(two.namespace, "a"))["spec"]["suspend"] is True


def test_given_a_stateful_set_when_patched_strategically_then_kubectl_says_patched(
    api_server: ApiServer, kubectl: Kubectl
) -> None:
    path = STATEFUL_SETS.path(api_server.namespace)
    api_server.api.create(path, stateful_set("s", replicas=0))
    patch = {"spec": {"template": {"spec": {"containers": [{"name": "main", "image": "x:1"}]}}}}

    kubectl.ok("patch", "sts", "s", "-p", json.dumps(patch))

    template = api_server.api.get(f"{path}/s")["spec"]["template"]["spec"]
    assert template["containers"][0]["image"] == "x:1"
    assert template["containers"][0]["resources"]


def test_given_a_stateful_set_when_scaled_then_it_says_so(
    api_server: ApiServer, kubectl: Kubectl
) -> None:
    path = STATEFUL_SETS.path(api_server.namespace)
    api_server.api.create(path, stateful_set("s", replicas=0))

    said = kubectl.ok("scale", "sts", "s", "--replicas=2")

    assert said.strip() == "statefulset.apps/s scaled"
    assert api_server.api.get(f"{path}/s")["spec"]["replicas"] == 2


def test_given_a_notebook_when_labelled_and_annotated_then_it_says_so(
    two: ApiServer, kubectl: Kubectl
) -> None:
    labelled = kubectl.ok("label", "nb", "a", "team=x")
    annotated = kubectl.ok("annotate", "nb", "a", "note=hello")

    assert labelled.strip() == "notebook.ml.oneblock.ai/a labeled"
    assert annotated.strip() == "notebook.ml.oneblock.ai/a annotated"
    assert two.api.get(NOTEBOOKS.path(two.namespace, "a"))["metadata"]["labels"] == {"team": "x"}


def test_given_the_kinds_when_asked_for_then_api_resources_lists_ours(kubectl: Kubectl) -> None:
    output = kubectl.ok("api-resources", "--api-group=ml.oneblock.ai", "--no-headers")

    assert output.split() == ["notebooks", "nb", "ml.oneblock.ai/v1", "true", "Notebook"]


def test_given_a_server_when_asked_for_its_version_then_kubectl_shows_it(
    kubectl: Kubectl,
) -> None:
    assert "Server Version: v1." in kubectl.ok("version")

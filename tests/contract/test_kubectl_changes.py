"""kubectl when it changes things: create, apply, patch, scale, label, delete, wait."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
import yaml

from nbcore.kube.resources import NOTEBOOKS, STATEFUL_SETS
from tests.cluster.api import JsonObject, eventually
from tests.cluster.servers import ApiServer
from tests.contract.kubectl import Kubectl
from tests.contract.objects import config_map, notebook, service, stateful_set


def _manifest(*objects: JsonObject) -> str:
    return yaml.safe_dump_all(objects)


@pytest.fixture
def two(api_server: ApiServer) -> ApiServer:
    """The server with notebooks a and b."""
    for name in ("a", "b"):
        api_server.api.create(NOTEBOOKS.path(api_server.namespace), notebook(name))
    return api_server


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

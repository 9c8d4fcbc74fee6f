"""A check asks both servers and makes nothing."""

from __future__ import annotations

import pytest

from nbcore import lifecycle
from nbcore.builder import Manifests, build
from nbcore.findings import Finding, Verdict
from nbcore.form import ExistingVolume, Field
from nbcore.identity import Person
from nbcore.kube.client import Kube
from tests.cluster.api import eventually
from tests.cluster.servers import ApiServer, ServerName
from tests.nbcore.builders import form
from tests.nbcore.clicks import NOON, assert_left, create, manifests_of


def _check(kube: Kube, manifests: Manifests) -> dict[str, Finding]:
    """What is not fine, by field."""
    findings = lifecycle.check_notebook(kube, manifests)
    return {finding.field: finding for finding in findings if finding.verdict is not Verdict.FINE}


def test_given_a_good_form_when_checked_then_all_is_fine_and_nothing_is_made(
    api_server: ApiServer, kube: Kube
) -> None:
    findings = lifecycle.check_notebook(kube, manifests_of(api_server))

    assert [finding.verdict for finding in findings] == [Verdict.FINE] * 3
    assert_left(kube, api_server, notebooks=[], volumes=[])


def test_given_taken_names_when_checked_then_both_fields_are_told(
    api_server: ApiServer, kube: Kube
) -> None:
    create(kube, api_server)

    found = _check(kube, manifests_of(api_server))

    assert set(found) == {Field.NAME, Field.VOLUME_NAME}
    assert all(finding.detail for finding in found.values())


def test_given_a_missing_volume_when_checked_then_it_is_told(
    api_server: ApiServer, kube: Kube
) -> None:
    found = _check(kube, manifests_of(api_server, volume=ExistingVolume("lost")))

    assert found[Field.VOLUME_NAME].verdict is Verdict.REFUSED
    assert f"{api_server.namespace} has no volume lost" in found[Field.VOLUME_NAME].message


def test_given_a_volume_that_another_notebook_uses_when_checked_then_it_may_wait(
    api_server: ApiServer, kube: Kube
) -> None:
    create(kube, api_server, "etl")

    found = _check(kube, manifests_of(api_server, volume=ExistingVolume("etl")))

    assert found[Field.VOLUME_NAME].verdict is Verdict.WAITS
    assert "used by etl" in found[Field.VOLUME_NAME].message


def test_given_a_mount_without_volume_when_checked_then_it_is_told(
    api_server: ApiServer, kube: Kube
) -> None:
    manifests = manifests_of(api_server)
    manifests.notebook["spec"]["template"]["spec"]["volumes"].pop(0)

    found = _check(kube, manifests)

    assert found[Field.VOLUME].message == "home is mounted, but there is no such volume."


def test_given_a_template_of_no_pod_when_checked_then_it_is_told(
    api_server: ApiServer, kube: Kube
) -> None:
    manifests = manifests_of(api_server)
    manifests.notebook["spec"]["template"]["spec"]["containers"][0]["ports"] = "x"

    findings = lifecycle.check_notebook(kube, manifests)

    assert any("No pod can be made of this" in finding.message for finding in findings)


@pytest.mark.parametrize(
    ("hard", "field", "words"),
    [
        pytest.param(
            {"requests.memory": "512Mi"},
            Field.MEMORY,
            "asks 1 GiB, 512 MiB left of 512 MiB.",
            id="memory",
        ),
        pytest.param({"limits.cpu": "100m"}, Field.CPU, "left of 0.1 CPU.", id="cpu"),
        pytest.param(
            {"requests.storage": "1Gi"},
            Field.VOLUME_SIZE,
            "asks 10 GiB, 1 GiB left of 1 GiB.",
            id="storage",
        ),
        pytest.param(
            {"persistentvolumeclaims": "0"},
            Field.VOLUME,
            "asks 1, 0 left of 0 volumes.",
            id="volumes",
        ),
    ],
)
def test_given_a_quota_when_checked_then_the_sentence_has_its_numbers(
    api_server: ApiServer, kube: Kube, hard: dict[str, str], field: Field, words: str
) -> None:
    path = f"/api/v1/namespaces/{api_server.namespace}/resourcequotas"
    api_server.api.create(path, {"metadata": {"name": "team"}, "spec": {"hard": hard}})
    eventually(
        lambda: "used" in api_server.api.get(f"{path}/team").get("status", {}),
        what="the quota is counted",
    )

    found = _check(kube, manifests_of(api_server))

    assert set(found) == {field}
    assert found[field].message.startswith(f"Over the quota of {api_server.namespace}: asks ")
    assert found[field].message.endswith(f"{words} Stop something or ask for less.")
    assert_left(kube, api_server, notebooks=[], volumes=[])


def test_given_a_limit_range_when_checked_then_the_sentence_has_its_bound(
    api_server: ApiServer, kube: Kube
) -> None:
    limits = [{"type": "Container", "max": {"memory": "512Mi"}}]
    path = f"/api/v1/namespaces/{api_server.namespace}/limitranges"
    api_server.api.create(path, {"metadata": {"name": "bounds"}, "spec": {"limits": limits}})

    # A real server learns of a new limit range from a watch.
    found = eventually(lambda: _check(kube, manifests_of(api_server)), what="it is known")

    assert found[Field.MEMORY].message == (
        f"{api_server.namespace} allows at most 512 MiB a container."
    )


# RuntimeClass, Pod Security and roles are the real server's own words.
on_the_real_one = pytest.mark.parametrize(
    "server", [ServerName.REAL], indirect=True, ids=str, scope="session"
)


@on_the_real_one
def test_given_a_missing_runtime_class_when_checked_then_it_is_told(
    api_server: ApiServer, kube: Kube
) -> None:
    typed = form(namespace=api_server.namespace, gpu_count=1)

    found = _check(kube, build(typed, owner="alice", now=NOON))

    assert "no RuntimeClass nvidia" in found[Field.GPU_RESOURCE].message


@on_the_real_one
def test_given_a_restricted_namespace_when_checked_then_pod_security_is_told(
    api_server: ApiServer, kube: Kube
) -> None:
    label = {"pod-security.kubernetes.io/enforce": "restricted"}
    namespace = f"/api/v1/namespaces/{api_server.namespace}"
    api_server.api.merge(namespace, {"metadata": {"labels": label}})

    found = _check(kube, manifests_of(api_server))

    assert "Pod Security" in found[""].message


@on_the_real_one
def test_given_somebody_without_rights_when_checked_then_pods_are_not_checked(
    api_server: ApiServer, kube: Kube
) -> None:

    findings = lifecycle.check_notebook(kube.acting_as(Person("mallory")), manifests_of(api_server))

    verdicts = [finding.verdict for finding in findings]
    assert verdicts == [Verdict.REFUSED, Verdict.REFUSED, Verdict.NOT_CHECKED]
    assert findings[1].message == f"You may not create notebooks in {api_server.namespace}."


@on_the_real_one
def test_given_somebody_without_rights_when_checked_then_the_existing_volume_is_not_checked(
    api_server: ApiServer, kube: Kube
) -> None:
    manifests = manifests_of(api_server, volume=ExistingVolume("old"))

    findings = lifecycle.check_notebook(kube.acting_as(Person("mallory")), manifests)

    assert findings[-1].verdict is Verdict.NOT_CHECKED
    assert "Volume old was not checked" in findings[-1].message

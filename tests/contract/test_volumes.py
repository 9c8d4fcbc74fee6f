from __future__ import annotations

from collections.abc import Iterator

import pytest

from nbcore.kube.resources import PERSISTENT_VOLUME_CLAIMS, PODS, STORAGE_CLASSES
from tests.cluster.api import eventually
from tests.cluster.servers import ApiServer
from tests.contract.objects import claim, pod

DEFAULT = "storageclass.kubernetes.io/is-default-class"


@pytest.fixture
def default_class(api_server: ApiServer) -> Iterator[str]:
    """The cluster's default StorageClass; a real control plane has none, so it gets one."""
    if not api_server.is_real:
        yield "local"
        return
    name = f"class-{api_server.namespace}"
    body = {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": name, "annotations": {DEFAULT: "true"}},
        "provisioner": "kubernetes.io/no-provisioner",
    }
    api_server.api.create(STORAGE_CLASSES.path(), body)
    # Admission learns of a new class from a watch.
    path = PERSISTENT_VOLUME_CLAIMS.path(api_server.namespace)
    eventually(
        lambda: (
            "storageClassName" in api_server.api.create(path, claim("try"), dryRun="All")["spec"]
        ),
        what="the default class is known",
    )
    yield name
    api_server.api.delete(STORAGE_CLASSES.path(name=name))


def test_given_a_default_class_when_listed_then_its_annotation_says_so(
    api_server: ApiServer, default_class: str
) -> None:
    classes = api_server.api.get(STORAGE_CLASSES.path())["items"]

    defaults = [
        c["metadata"]["name"]
        for c in classes
        if c["metadata"].get("annotations", {}).get(DEFAULT) == "true"
    ]
    assert defaults == [default_class]


def test_given_a_claim_without_class_when_created_then_it_gets_the_default(
    api_server: ApiServer, default_class: str
) -> None:
    made = api_server.api.create(PERSISTENT_VOLUME_CLAIMS.path(api_server.namespace), claim("data"))

    assert made["spec"]["storageClassName"] == default_class
    assert made["spec"]["volumeMode"] == "Filesystem"
    assert made["status"] == {"phase": "Pending"}
    assert made["metadata"]["finalizers"] == ["kubernetes.io/pvc-protection"]


def test_given_an_empty_class_when_created_then_it_stays_empty_and_unbound(
    api_server: ApiServer, default_class: str
) -> None:
    path = PERSISTENT_VOLUME_CLAIMS.path(api_server.namespace)

    made = api_server.api.create(path, claim("data", storageClassName=""))

    assert default_class
    assert made["spec"]["storageClassName"] == ""
    assert made["status"]["phase"] == "Pending"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param({"accessModes": []}, "spec.accessModes", id="no access mode"),
        pytest.param({"resources": {}}, "spec.resources[storage]", id="no size"),
        pytest.param(
            {"resources": {"requests": {"storage": "0"}}}, "spec.resources[storage]", id="size 0"
        ),
        pytest.param(
            {"storageClassName": "Not A Name"}, "spec.storageClassName", id="class of no name"
        ),
    ],
)
def test_given_a_wrong_claim_when_created_then_the_field_is_named(
    api_server: ApiServer, change: dict[str, object], field: str
) -> None:
    path = PERSISTENT_VOLUME_CLAIMS.path(api_server.namespace)

    status = api_server.api.expect(422, "POST", path, claim("data", **change))

    assert field in [c["field"] for c in status["details"]["causes"]]


def test_given_a_size_of_no_grammar_when_created_then_bad_request(
    api_server: ApiServer,
) -> None:
    path = PERSISTENT_VOLUME_CLAIMS.path(api_server.namespace)
    body = claim("data", resources={"requests": {"storage": "1 Gi"}})

    status = api_server.api.expect(400, "POST", path, body)

    assert "quantities must match the regular expression" in status["message"]


def test_given_a_claim_when_its_access_mode_changes_then_forbidden_by_validation(
    api_server: ApiServer,
) -> None:
    path = PERSISTENT_VOLUME_CLAIMS.path(api_server.namespace)
    api_server.api.create(path, claim("data", storageClassName=""))

    status = api_server.api.expect(
        422,
        "PATCH",
        f"{path}/data",
        {"spec": {"accessModes": ["ReadWriteMany"]}},
        content_type="application/merge-patch+json",
    )

    assert [c["field"] for c in status["details"]["causes"]] == ["spec"]
    assert "is immutable after creation" in status["message"]


def test_given_an_unused_claim_when_deleted_then_it_goes(api_server: ApiServer) -> None:
    path = PERSISTENT_VOLUME_CLAIMS.path(api_server.namespace)
    api_server.api.create(path, claim("data", storageClassName=""))

    api_server.api.delete(f"{path}/data")

    eventually(lambda: not api_server.api.exists(f"{path}/data"), what="the claim is gone")


def test_given_a_claim_that_a_pod_uses_when_deleted_then_it_stays_until_the_pod_is_gone(
    api_server: ApiServer, node: str
) -> None:
    path = PERSISTENT_VOLUME_CLAIMS.path(api_server.namespace)
    api_server.api.create(path, claim("data", storageClassName=""))
    user = pod("user")
    user["spec"] |= {
        "nodeName": node,
        "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}],
    }
    pods = PODS.path(api_server.namespace)
    api_server.api.create(pods, user)

    api_server.api.delete(f"{path}/data")
    held = api_server.api.get(f"{path}/data")
    api_server.api.delete(f"{pods}/user", {"gracePeriodSeconds": 0})

    assert held["metadata"]["deletionTimestamp"]
    eventually(lambda: not api_server.api.exists(f"{path}/data"), what="the claim is gone")

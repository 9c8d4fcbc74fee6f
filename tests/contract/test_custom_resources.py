"""What a CRD brings: defaults, pruning, the status subresource, columns, its own life."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from nbcore.kube.resources import CUSTOM_RESOURCE_DEFINITIONS, NOTEBOOKS, SETTINGS
from tests.cluster.api import JSON_PATCH, JsonObject, eventually
from tests.cluster.servers import ApiServer
from tests.contract.objects import IMAGE, notebook

TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"


@pytest.fixture
def setting(api_server: ApiServer) -> Iterator[str]:
    """The name of a Setting that exists while the test runs."""
    name = f"setting-{api_server.namespace}"
    body = {
        "apiVersion": "management.oneblock.ai/v1",
        "kind": "Setting",
        "metadata": {"name": name},
        "default": "shipped",
        "customized": True,
        "source": {"kind": "elsewhere"},
    }
    api_server.api.create(SETTINGS.path(), body)
    yield name
    api_server.api.delete(SETTINGS.path(name=name))


def test_given_no_service_type_when_created_then_cluster_ip_is_the_default(
    api_server: ApiServer,
) -> None:
    made = api_server.api.create(NOTEBOOKS.path(api_server.namespace), notebook("a"))

    assert made["spec"]["serviceType"] == "ClusterIP"
    assert set(made["spec"]) == {"serviceType", "template"}


def test_given_a_port_without_protocol_when_created_then_tcp_and_no_other_default(
    api_server: ApiServer,
) -> None:
    body = notebook("a")
    pod = body["spec"]["template"]["spec"]
    pod["containers"][0]["ports"] = [{"containerPort": 8888}]
    pod["volumes"] = [{"name": "v", "emptyDir": {}}]
    pod["containers"][0]["env"] = [{"name": "A"}]

    made = api_server.api.create(NOTEBOOKS.path(api_server.namespace), body)

    got = made["spec"]["template"]["spec"]
    assert got["containers"][0]["ports"] == [{"containerPort": 8888, "protocol": "TCP"}]
    assert got["volumes"] == [{"name": "v", "emptyDir": {}}]
    assert got["containers"][0]["env"] == [{"name": "A"}]
    assert set(got) == {"containers", "volumes"}


def test_given_unknown_fields_when_created_then_they_are_pruned(api_server: ApiServer) -> None:
    body = notebook("a", colour="red")
    body["spec"]["template"]["spec"]["containers"][0]["imagePolicy"] = "Always"
    body["extra"] = 1

    made = api_server.api.create(
        NOTEBOOKS.path(api_server.namespace), body, fieldValidation="Ignore"
    )

    assert "extra" not in made
    assert "colour" not in made["spec"]
    assert "imagePolicy" not in made["spec"]["template"]["spec"]["containers"][0]


def test_given_a_setting_of_another_product_when_created_then_its_fields_stay(
    api_server: ApiServer, setting: str
) -> None:
    got = api_server.api.get(SETTINGS.path(name=setting))

    assert got["default"] == "shipped"
    assert got["customized"] is True
    assert got["source"] == {"kind": "elsewhere"}


def test_given_a_setting_when_its_value_is_merged_then_the_default_stays(
    api_server: ApiServer, setting: str
) -> None:
    patched = api_server.api.merge(SETTINGS.path(name=setting), {"value": "mine"})

    assert (patched["default"], patched["value"]) == ("shipped", "mine")


def test_given_a_status_in_the_body_when_created_then_it_is_dropped(
    api_server: ApiServer,
) -> None:
    body = {**notebook("a"), "status": {"phase": "Ready"}}

    made = api_server.api.create(NOTEBOOKS.path(api_server.namespace), body)

    assert "status" not in made


def test_given_a_notebook_when_its_status_is_written_then_the_spec_and_generation_stay(
    api_server: ApiServer,
) -> None:
    path = NOTEBOOKS.path(api_server.namespace)
    made = api_server.api.create(path, notebook("a"))
    body = {**made, "status": {"phase": "Starting", "observedGeneration": 1}}
    body["spec"] = {**made["spec"], "suspend": True}

    written = api_server.api.replace(f"{path}/a/status", body)

    assert written["status"] == {"phase": "Starting", "observedGeneration": 1}
    assert "suspend" not in written["spec"]
    assert written["metadata"]["generation"] == 1
    assert written["metadata"]["resourceVersion"] != made["metadata"]["resourceVersion"]


def test_given_a_status_when_the_object_is_replaced_then_the_status_stays(
    api_server: ApiServer,
) -> None:
    path = NOTEBOOKS.path(api_server.namespace)
    api_server.api.create(path, notebook("a"))
    ready = api_server.api.merge(f"{path}/a/status", {"status": {"phase": "Ready"}})

    ready["status"] = {"phase": "Failed"}
    ready["spec"]["suspend"] = True
    replaced = api_server.api.replace(f"{path}/a", ready)

    assert replaced["status"] == {"phase": "Ready"}
    assert replaced["spec"]["suspend"] is True


def test_given_a_container_state_when_json_patched_then_the_old_state_goes(
    api_server: ApiServer,
) -> None:
    path = NOTEBOOKS.path(api_server.namespace, "a", "status")
    api_server.api.create(NOTEBOOKS.path(api_server.namespace), notebook("a"))

    def write(status: JsonObject) -> Any:
        operations = [{"op": "add", "path": "/status", "value": status}]
        return api_server.api.expect(200, "PATCH", path, operations, content_type=JSON_PATCH)

    write({"containerState": {"running": {"startedAt": "2026-01-02T03:04:05Z"}}})
    written = write({"containerState": {"waiting": {"reason": "CrashLoopBackOff"}}})

    assert written["status"] == {"containerState": {"waiting": {"reason": "CrashLoopBackOff"}}}


@pytest.mark.parametrize(
    ("status", "field"),
    [
        pytest.param({"phase": "Sleeping"}, "status.phase", id="no phase of ours"),
        pytest.param({"readyReplicas": "1"}, "status.readyReplicas", id="text for a number"),
        pytest.param({"lastActivity": "yesterday"}, "status.lastActivity", id="no time"),
        pytest.param(
            {"conditions": [{"type": "Ready", "status": "True"}] * 2},
            "status.conditions[1]",
            id="a condition twice",
        ),
    ],
)
def test_given_a_status_that_the_schema_refuses_when_written_then_the_field_is_named(
    api_server: ApiServer, status: JsonObject, field: str
) -> None:
    path = NOTEBOOKS.path(api_server.namespace)
    api_server.api.create(path, notebook("a"))

    answer = api_server.api.expect(
        422,
        "PATCH",
        f"{path}/a/status",
        {"status": status},
        content_type="application/merge-patch+json",
    )

    assert field in [c["field"] for c in answer["details"]["causes"]]


def _table(s: ApiServer, path: str) -> Any:
    return s.api.expect(200, "GET", path, accept=TABLE)


def test_given_a_notebook_when_asked_for_as_a_table_then_the_columns_are_filled(
    api_server: ApiServer,
) -> None:
    path = NOTEBOOKS.path(api_server.namespace)
    body = notebook("a")
    body["metadata"]["labels"] = {"ml.oneblock.ai/notebook-type": "jupyter"}
    body["spec"]["template"]["spec"]["containers"][0]["resources"] = {
        "requests": {"cpu": "200m"},
        "limits": {"cpu": "500m", "memory": "1Gi", "nvidia.com/gpu": 1},
    }
    api_server.api.create(path, body)
    api_server.api.merge(f"{path}/a/status", {"status": {"phase": "Ready"}})

    table = _table(api_server, path)

    assert (table["apiVersion"], table["kind"]) == ("meta.k8s.io/v1", "Table")
    names = [column["name"] for column in table["columnDefinitions"]]
    assert names == ["Name", "Type", "Image", "CPU", "Memory", "GPU", "Status", "Age"]
    cells = dict(zip(names, table["rows"][0]["cells"], strict=True))
    assert cells.pop("Age").endswith("s")
    assert cells == {
        "Name": "a",
        "Type": "jupyter",
        "Image": IMAGE,
        "CPU": "200m",
        "Memory": "1Gi",
        "GPU": "1",
        "Status": "Ready",
    }
    assert table["rows"][0]["object"]["kind"] == "PartialObjectMetadata"


def test_given_a_bare_notebook_when_asked_for_as_a_table_then_missing_cells_are_empty(
    api_server: ApiServer,
) -> None:
    api_server.api.create(NOTEBOOKS.path(api_server.namespace), notebook("a"))

    table = _table(api_server, NOTEBOOKS.path(api_server.namespace, "a"))

    names = [column["name"] for column in table["columnDefinitions"]]
    cells = dict(zip(names, table["rows"][0]["cells"], strict=True))
    assert (cells["Type"], cells["GPU"], cells["Status"]) == (None, None, None)


def _widgets(group: str) -> JsonObject:
    schema = {
        "type": "object",
        "properties": {"size": {"type": "integer", "minimum": 1, "default": 3}},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"widgets.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"kind": "Widget", "plural": "widgets", "singular": "widget"},
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {"openAPIV3Schema": schema},
                }
            ],
        },
    }


def test_given_a_new_kind_when_made_used_and_deleted_then_it_comes_and_goes(
    api_server: ApiServer,
) -> None:
    group = f"{api_server.namespace}.example.com"
    crd = CUSTOM_RESOURCE_DEFINITIONS.path(name=f"widgets.{group}")
    widgets = f"/apis/{group}/v1/namespaces/{api_server.namespace}/widgets"
    api_server.api.create(CUSTOM_RESOURCE_DEFINITIONS.path(), _widgets(group))
    eventually(lambda: api_server.api.exists(widgets), what="widgets are served")
    conditions = {c["type"]: c["status"] for c in api_server.api.get(crd)["status"]["conditions"]}

    widget = {"apiVersion": f"{group}/v1", "kind": "Widget", "metadata": {"name": "a"}}
    made = api_server.api.create(widgets, widget)
    api_server.api.delete(crd)
    eventually(lambda: not api_server.api.exists(widgets), what="widgets are gone")

    assert conditions == {"NamesAccepted": "True", "Established": "True"}
    assert made["size"] == 3
    assert not api_server.api.exists(crd)


def test_given_a_schema_that_is_not_structural_when_made_then_the_crd_is_refused(
    api_server: ApiServer,
) -> None:
    crd = _widgets(f"{api_server.namespace}.example.com")
    properties = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]
    properties["shape"] = {"description": "a field without a type"}

    status = api_server.api.expect(422, "POST", CUSTOM_RESOURCE_DEFINITIONS.path(), crd)

    assert any("shape" in c["field"] for c in status["details"]["causes"])

from __future__ import annotations

import pytest

from sandbox.api.context import World
from sandbox.api.local import LocalClient
from sandbox.client import (
    APPLY_PATCH,
    JSON_PATCH,
    STRATEGIC_MERGE_PATCH,
    ApiError,
)
from tests.sandbox.api.objects import (
    CONFIG_MAPS,
    PODS,
    WIDGETS,
    Object,
    config_map,
    pod,
    widget,
    widget_definition,
)

DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


async def test_given_an_object_when_created_then_the_server_completes_it(
    client: LocalClient,
) -> None:
    made = await client.create(WIDGETS, widget("x") | {"status": {"phase": "Mine"}})

    metadata = made["metadata"]
    assert metadata["generation"] == 1
    assert metadata["creationTimestamp"] == "2026-11-23T12:00:00Z"
    assert {"uid", "resourceVersion", "managedFields"} <= metadata.keys()
    assert made["spec"] == {"size": "S", "replicas": 1}
    assert "status" not in made


async def test_given_generate_name_when_created_then_the_name_is_made(client: LocalClient) -> None:
    body: Object = {"kind": "ConfigMap", "metadata": {"generateName": "n-" * 40}}

    made = await client.create(CONFIG_MAPS, body)

    assert made["metadata"]["name"].startswith("n-n-")
    assert len(made["metadata"]["name"]) == 63


async def test_given_a_taken_name_when_created_then_already_exists(client: LocalClient) -> None:
    await client.create(CONFIG_MAPS, config_map("x"))

    with pytest.raises(ApiError) as caught:
        await client.create(CONFIG_MAPS, config_map("x"))

    assert (caught.value.code, caught.value.reason) == (409, "AlreadyExists")
    assert caught.value.message == 'configmaps "x" already exists'


async def test_given_no_namespace_when_created_in_it_then_not_found(client: LocalClient) -> None:
    with pytest.raises(ApiError) as caught:
        await client.create(CONFIG_MAPS.replace("demo", "nowhere"), config_map("x"))

    assert caught.value.message == 'namespaces "nowhere" not found'


async def test_given_a_stale_version_when_updated_then_conflict(client: LocalClient) -> None:
    stale = await client.create(CONFIG_MAPS, config_map("x"))
    await client.patch(f"{CONFIG_MAPS}/x", {"data": {"a": "1"}})

    with pytest.raises(ApiError) as caught:
        await client.update(f"{CONFIG_MAPS}/x", stale | {"data": {"a": "2"}})

    assert (caught.value.code, caught.value.reason) == (409, "Conflict")


async def test_given_nothing_new_when_written_then_the_version_stays(client: LocalClient) -> None:
    made = await client.create(WIDGETS, widget("x"))

    patched = await client.patch(f"{WIDGETS}/x", {"spec": {"size": "S"}})
    updated = await client.update(f"{WIDGETS}/x", made)

    versions = {o["metadata"]["resourceVersion"] for o in (made, patched, updated)}
    assert len(versions) == 1


async def test_given_spec_and_status_when_written_then_each_endpoint_takes_its_own(
    client: LocalClient,
) -> None:
    await client.create(WIDGETS, widget("x"))

    both = {"spec": {"replicas": 2}, "status": {"phase": "Ready"}}
    main = await client.patch(f"{WIDGETS}/x", both)
    status = await client.patch(f"{WIDGETS}/x/status", both | {"spec": {"replicas": 9}})

    assert (main["spec"]["replicas"], "status" in main, main["metadata"]["generation"]) == (
        2,
        False,
        2,
    )
    assert (status["spec"]["replicas"], status["status"]) == (2, {"phase": "Ready"})
    assert status["metadata"]["generation"] == 2


async def test_given_a_rule_about_change_when_broken_then_invalid(client: LocalClient) -> None:
    await client.create(WIDGETS, widget("x"))

    with pytest.raises(ApiError) as caught:
        await client.patch(f"{WIDGETS}/x", {"spec": {"size": "M"}})

    assert caught.value.message == (
        'Widget.example.com "x" is invalid: spec: Invalid value: size is immutable'
    )
    assert caught.value.body["details"]["causes"][0]["field"] == "spec"


async def test_given_a_broken_shape_when_created_then_rules_wait(client: LocalClient) -> None:
    with pytest.raises(ApiError) as caught:
        await client.create(WIDGETS, widget("x", size="XXL"))

    causes = caught.value.body["details"]["causes"]
    assert [cause["field"] for cause in causes] == ["spec.size", "<nil>"]


@pytest.mark.parametrize(
    ("patch", "content_type"),
    [
        ([{"op": "replace", "path": "/spec/containers/0/image", "value": "b"}], JSON_PATCH),
        ({"spec": {"containers": [{"name": "c", "image": "b"}]}}, STRATEGIC_MERGE_PATCH),
    ],
    ids=["json", "strategic"],
)
async def test_given_a_pod_when_patched_then_the_image_changes(
    client: LocalClient, patch: Object | list[Object], content_type: str
) -> None:
    await client.create(PODS, pod("x"))

    patched = await client.patch(f"{PODS}/x", patch, content_type=content_type)

    assert patched["spec"]["containers"][0]["image"] == "b"


async def test_given_a_custom_kind_when_merged_strategically_then_unsupported(
    client: LocalClient,
) -> None:
    await client.create(WIDGETS, widget("x"))

    with pytest.raises(ApiError) as caught:
        await client.patch(f"{WIDGETS}/x", {}, content_type=STRATEGIC_MERGE_PATCH)

    assert caught.value.code == 415


async def test_given_no_manager_when_applied_then_invalid(client: LocalClient) -> None:
    with pytest.raises(ApiError) as caught:
        await client.patch(f"{WIDGETS}/x", widget("x"), content_type=APPLY_PATCH)

    assert caught.value.code == 422


async def test_given_a_scale_when_written_then_the_replicas_change(client: LocalClient) -> None:
    await client.create(WIDGETS, widget("x"))

    scale = await client.patch(f"{WIDGETS}/x/scale", {"spec": {"replicas": 4}})
    found = await client.get(f"{WIDGETS}/x")

    assert (scale["kind"], scale["spec"]) == ("Scale", {"replicas": 4})
    assert found["spec"]["replicas"] == 4


async def test_given_a_pod_when_bound_then_it_has_its_node_once(client: LocalClient) -> None:
    await client.create(PODS, pod("x"))
    binding: Object = {"kind": "Binding", "target": {"kind": "Node", "name": "n1"}}

    await client.create(f"{PODS}/x/binding", binding)
    with pytest.raises(ApiError) as caught:
        await client.create(f"{PODS}/x/binding", binding)

    assert (await client.get(f"{PODS}/x"))["spec"]["nodeName"] == "n1"
    assert caught.value.code == 409


async def test_given_a_pod_when_its_command_is_changed_then_forbidden(client: LocalClient) -> None:
    await client.create(PODS, pod("x"))

    with pytest.raises(ApiError) as caught:
        await client.patch(f"{PODS}/x", {"spec": {"hostname": "other"}})

    assert "pod updates may not change fields other than" in caught.value.message


async def test_given_a_definition_when_made_then_established_and_served(
    client: LocalClient, world: World
) -> None:
    definition = widget_definition()
    definition["metadata"]["name"] = "gadgets.example.com"
    definition["spec"]["names"] = {"plural": "gadgets", "kind": "Gadget"}

    made = await client.create(DEFINITIONS, definition)

    assert {c["type"] for c in made["status"]["conditions"]} == {"Established", "NamesAccepted"}
    assert world.registry.by_resource("gadgets.example.com")


async def test_given_a_definition_when_deleted_then_its_objects_go(
    client: LocalClient, world: World
) -> None:
    await client.create(WIDGETS, widget("x"))

    await client.delete(f"{DEFINITIONS}/widgets.example.com")

    assert world.store.items("widgets.example.com") == []
    with pytest.raises(ApiError) as caught:
        await client.get(f"{WIDGETS}/x")
    assert caught.value.code == 404


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"group": "example.com"},
        {"group": "example.com", "names": {"plural": "x", "kind": "X"}, "versions": []},
    ],
    ids=["empty", "no names", "no version"],
)
async def test_given_a_broken_definition_when_made_then_invalid(
    client: LocalClient, spec: Object
) -> None:
    body: Object = {
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "x.example.com"},
        "spec": spec,
    }

    with pytest.raises(ApiError) as caught:
        await client.create(DEFINITIONS, body)

    assert caught.value.code == 422


async def test_given_two_items_of_one_key_when_written_then_refused_in_two_ways(
    client: LocalClient,
) -> None:
    twice = [{"name": "c", "image": "a"}, {"name": "c", "image": "b"}]
    body = pod("x", containers=twice)
    query = {"fieldManager": "m"}

    with pytest.raises(ApiError) as created:
        await client.create(PODS, body)
    with pytest.raises(ApiError) as applied:
        client.ask(client.request("PATCH", f"{PODS}/x", query, body, APPLY_PATCH))

    assert created.value.code == 422
    assert applied.value.code == 500
    assert 'spec.containers: duplicate entries for key [name="c"]' in applied.value.message

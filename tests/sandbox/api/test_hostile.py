"""Any JSON value in any place is an object or an ApiError, and never anything else."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.api.local import LocalClient
from sandbox.client import APPLY_PATCH, JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH, ApiError
from tests.sandbox.api.conftest import world_at
from tests.sandbox.api.objects import (
    CLAIMS,
    CONFIG_MAPS,
    PODS,
    SERVICES,
    WIDGETS,
    Object,
    config_map,
    pod,
    service,
    widget,
    widget_definition,
)

WORDS = st.sampled_from(
    ["metadata", "spec", "status", "name", "containers", "ports", "labels", "$patch", "x", "1Gi"]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4)
)
BODIES: dict[str, Object] = {
    CONFIG_MAPS: config_map("x"),
    PODS: pod("x"),
    SERVICES: service("x"),
    WIDGETS: widget("x"),
    CLAIMS: {"kind": "PersistentVolumeClaim", "metadata": {"name": "x"}, "spec": {}},
    "/apis/apps/v1/namespaces/demo/statefulsets": {"kind": "StatefulSet", "spec": {}},
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions": widget_definition(),
}
PATCHES = (MERGE_PATCH, STRATEGIC_MERGE_PATCH, APPLY_PATCH, JSON_PATCH)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalClient]:
    world = world_at(tmp_path_factory.mktemp("hostile") / "state.db")
    client = LocalClient(world, "test")
    namespace = {"kind": "Namespace", "metadata": {"name": "demo"}}
    client.ask(client.request("POST", "/api/v1/namespaces", {}, namespace))
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    client.ask(client.request("POST", path, {}, widget_definition()))
    for path in (CONFIG_MAPS, PODS, SERVICES, WIDGETS):
        client.ask(client.request("POST", path, {}, BODIES[path]))
    yield client
    world.store.close()


@settings(max_examples=300, deadline=None)
@given(path=st.sampled_from(sorted(BODIES)), field=WORDS, value=VALUES)
def test_given_any_value_in_a_field_when_created_then_an_answer(
    client: LocalClient, path: str, field: str, value: Any
) -> None:
    body = {**BODIES[path], field: value}

    with contextlib.suppress(ApiError):
        assert client.ask(client.request("POST", path, {"dryRun": "All"}, body))["kind"]


@settings(max_examples=300, deadline=None)
@given(
    path=st.sampled_from([CONFIG_MAPS, PODS, SERVICES, WIDGETS]),
    content_type=st.sampled_from(PATCHES),
    value=VALUES,
)
def test_given_any_value_as_a_patch_when_sent_then_an_answer(
    client: LocalClient, path: str, content_type: str, value: Any
) -> None:
    query = {"dryRun": "All", "fieldManager": "m"}

    with contextlib.suppress(ApiError):
        request = client.request("PATCH", f"{path}/x", query, value, content_type)
        assert client.ask(request)["kind"]

"""Two people, one object: resourceVersion and uid guard against lost writes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from nbcore.kube.resources import NOTEBOOKS, Resource
from tests.cluster.servers import ApiServer
from tests.contract.objects import CONFIG_MAPS, config_map, notebook

CHANGED = "the object has been modified; please apply your changes to the latest version"


@pytest.mark.parametrize("resource", [CONFIG_MAPS, NOTEBOOKS], ids=lambda r: r.plural)
def test_given_an_object_changed_meanwhile_when_the_old_one_is_put_then_conflict(
    api_server: ApiServer, resource: Resource
) -> None:
    build = config_map if resource is CONFIG_MAPS else notebook
    path = resource.path(api_server.namespace, "shared")
    old = api_server.api.create(resource.path(api_server.namespace), build("shared"))
    api_server.api.merge(path, {"metadata": {"labels": {"by": "somebody"}}})

    old["metadata"]["labels"] = {"by": "me"}
    status = api_server.api.expect(409, "PUT", path, old)

    assert status["reason"] == "Conflict"
    assert CHANGED in status["message"]
    assert api_server.api.get(path)["metadata"]["labels"] == {"by": "somebody"}


def test_given_a_stale_version_in_a_merge_patch_when_sent_then_conflict(
    api_server: ApiServer,
) -> None:
    path = CONFIG_MAPS.path(api_server.namespace, "shared")
    old = api_server.api.create(CONFIG_MAPS.path(api_server.namespace), config_map("shared"))
    api_server.api.merge(path, {"data": {"a": "1"}})
    patch = {
        "metadata": {"resourceVersion": old["metadata"]["resourceVersion"]},
        "data": {"a": "2"},
    }

    status = api_server.api.expect(
        409, "PATCH", path, patch, content_type="application/merge-patch+json"
    )

    assert status["reason"] == "Conflict"
    assert api_server.api.get(path)["data"] == {"a": "1"}


def test_given_no_version_when_put_then_the_last_writer_wins(api_server: ApiServer) -> None:
    path = CONFIG_MAPS.path(api_server.namespace, "shared")
    api_server.api.create(CONFIG_MAPS.path(api_server.namespace), config_map("shared", a="1"))

    replaced = api_server.api.replace(path, config_map("shared", b="2"))

    assert replaced["data"] == {"b": "2"}


def test_given_a_notebook_without_version_when_put_then_it_is_asked_for(
    api_server: ApiServer,
) -> None:
    path = NOTEBOOKS.path(api_server.namespace, "shared")
    api_server.api.create(NOTEBOOKS.path(api_server.namespace), notebook("shared"))

    status = api_server.api.expect(422, "PUT", path, notebook("shared"))

    cause = status["details"]["causes"][0]
    assert cause["field"] == "metadata.resourceVersion"
    assert "must be specified for an update" in cause["message"]


@pytest.mark.parametrize(
    "precondition", [{"uid": "11111111-1111-4111-8111-111111111111"}, {"resourceVersion": "1"}]
)
def test_given_a_precondition_that_fails_when_deleted_then_conflict(
    api_server: ApiServer, precondition: dict[str, str]
) -> None:
    path = CONFIG_MAPS.path(api_server.namespace, "kept")
    api_server.api.create(CONFIG_MAPS.path(api_server.namespace), config_map("kept"))

    status = api_server.api.expect(409, "DELETE", path, {"preconditions": precondition})

    assert status["reason"] == "Conflict"
    assert api_server.api.exists(path)


def test_given_the_right_uid_when_deleted_then_it_goes(api_server: ApiServer) -> None:
    path = CONFIG_MAPS.path(api_server.namespace, "gone")
    made = api_server.api.create(CONFIG_MAPS.path(api_server.namespace), config_map("gone"))

    api_server.api.delete(path, {"preconditions": {"uid": made["metadata"]["uid"]}})

    assert not api_server.api.exists(path)


def test_given_eight_creators_of_one_name_when_at_once_then_one_wins(
    api_server: ApiServer,
) -> None:
    def create(_: int) -> int:
        path = NOTEBOOKS.path(api_server.namespace)
        return api_server.api.request("POST", path, notebook("wanted")).status

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(create, range(8)))

    assert answers == [201, *[409] * 7]


def test_given_eight_counters_when_each_retries_on_conflict_then_no_count_is_lost(
    api_server: ApiServer,
) -> None:
    path = CONFIG_MAPS.path(api_server.namespace, "counter")
    api_server.api.create(CONFIG_MAPS.path(api_server.namespace), config_map("counter", n="0"))

    def count(_: int) -> None:
        while True:
            current = api_server.api.get(path)
            current["data"]["n"] = str(int(current["data"]["n"]) + 1)
            if api_server.api.request("PUT", path, current).status == 200:
                return

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, range(8)))

    assert api_server.api.get(path)["data"] == {"n": "8"}

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nbcore.kube.resources import NAMESPACES, NOTEBOOKS, PERSISTENT_VOLUME_CLAIMS, STATEFUL_SETS
from tests.cluster.api import eventually
from tests.cluster.servers import ApiServer
from tests.contract.objects import CONFIG_MAPS, claim, config_map, namespace, notebook, stateful_set


@pytest.fixture
def doomed(api_server: ApiServer) -> Iterator[str]:
    """A namespace that the test deletes."""
    name = f"{api_server.namespace}-doomed"
    api_server.api.create(NAMESPACES.path(), namespace(name))
    yield name
    eventually(lambda: not api_server.api.exists(NAMESPACES.path(name=name)), what="it is gone")


def test_given_a_new_namespace_when_read_then_it_is_active_and_labelled_by_its_name(
    api_server: ApiServer,
) -> None:
    made = api_server.api.get(NAMESPACES.path(name=api_server.namespace))

    assert made["status"]["phase"] == "Active"
    assert made["metadata"]["labels"] == {"kubernetes.io/metadata.name": api_server.namespace}
    assert made["spec"]["finalizers"] == ["kubernetes"]


@pytest.mark.parametrize("name", ["default", "kube-system"])
def test_given_a_server_when_started_then_it_has_the_usual_namespaces(
    api_server: ApiServer, name: str
) -> None:
    assert api_server.api.exists(NAMESPACES.path(name=name))


def test_given_a_missing_namespace_when_an_object_is_created_in_it_then_not_found(
    api_server: ApiServer,
) -> None:
    for path, body in (
        (CONFIG_MAPS.path("nowhere"), config_map("a")),
        (NOTEBOOKS.path("nowhere"), notebook("a")),
    ):
        status = api_server.api.expect(404, "POST", path, body)

        assert status["reason"] == "NotFound"
        assert status["message"] == 'namespaces "nowhere" not found'
        assert status["details"] == {"name": "nowhere", "kind": "namespaces"}


def test_given_a_full_namespace_when_deleted_then_everything_in_it_goes(
    api_server: ApiServer, doomed: str
) -> None:
    paths = {
        NOTEBOOKS.path(doomed): notebook("a"),
        CONFIG_MAPS.path(doomed): config_map("a"),
        PERSISTENT_VOLUME_CLAIMS.path(doomed): claim("a"),
        STATEFUL_SETS.path(doomed): stateful_set("a", replicas=0),
    }
    for path, body in paths.items():
        api_server.api.create(path, body)

    api_server.api.delete(NAMESPACES.path(name=doomed))

    gone = NAMESPACES.path(name=doomed)
    eventually(lambda: not api_server.api.exists(gone), what="the namespace is gone")
    assert all(api_server.api.get(path)["items"] == [] for path in paths)


def test_given_a_namespace_being_deleted_when_created_in_then_forbidden(
    api_server: ApiServer, doomed: str
) -> None:
    held = config_map("held")
    held["metadata"]["finalizers"] = ["example.com/slow"]
    api_server.api.create(CONFIG_MAPS.path(doomed), held)

    api_server.api.delete(NAMESPACES.path(name=doomed))
    phase = api_server.api.get(NAMESPACES.path(name=doomed))["status"]["phase"]
    status = api_server.api.expect(403, "POST", NOTEBOOKS.path(doomed), notebook("late"))
    patch = {"metadata": {"finalizers": None}}
    eventually(
        lambda: (
            "deletionTimestamp" in api_server.api.get(CONFIG_MAPS.path(doomed, "held"))["metadata"]
        ),
        what="the content is being deleted",
    )
    api_server.api.merge(CONFIG_MAPS.path(doomed, "held"), patch)

    assert phase == "Terminating"
    assert status["reason"] == "Forbidden"
    assert f"in namespace {doomed} because it is being terminated" in status["message"]
    causes = [c["reason"] for c in status["details"]["causes"]]
    assert causes == ["NamespaceTerminating"]


@pytest.mark.parametrize("name", ["default", "kube-system"])
def test_given_a_namespace_of_the_system_when_deleted_then_forbidden(
    api_server: ApiServer, name: str
) -> None:
    status = api_server.api.expect(403, "DELETE", NAMESPACES.path(name=name))

    assert status["message"] == (
        f'namespaces "{name}" is forbidden: this namespace may not be deleted'
    )


@pytest.mark.parametrize("name", ["a.b", "Upper", "n" * 64])
def test_given_a_wrong_name_when_a_namespace_is_made_then_invalid(
    api_server: ApiServer, name: str
) -> None:
    status = api_server.api.expect(422, "POST", NAMESPACES.path(), namespace(name))

    assert status["details"]["causes"][0]["field"] == "metadata.name"

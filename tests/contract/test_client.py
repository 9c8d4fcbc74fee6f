"""Our own client and informer against both servers: what callers of nbcore.kube rely on."""

from __future__ import annotations

import queue
from collections.abc import Iterator

import pytest

from nbcore.errors import (
    AlreadyExistsError,
    ConflictError,
    InvalidObjectError,
    NotFoundError,
)
from nbcore.identity import OwnAccount
from nbcore.kube.client import Kube
from nbcore.kube.config import connect
from nbcore.kube.informer import Informer
from nbcore.kube.requests import Selection
from nbcore.kube.resources import NOTEBOOKS
from nbcore.kube.resources import STATEFUL_SETS as SETS
from nbcore.names import JsonObject
from nbcore.settings import Settings
from tests.cluster.servers import ApiServer
from tests.contract.objects import labelled, notebook, stateful_set

Change = tuple[JsonObject | None, JsonObject | None]


@pytest.fixture
def kube(api_server: ApiServer) -> Iterator[Kube]:
    """Our client as the administrator."""
    environ = {"NB_CLUSTER": "kubeconfig", "KUBECONFIG": str(api_server.kubeconfig)}
    api_client = connect(Settings.from_environ(environ))
    yield Kube(api_client, OwnAccount("tests"))
    api_client.rest_client.pool_manager.clear()


def _here(s: ApiServer, obj: JsonObject) -> JsonObject:
    return {**obj, "metadata": {**obj["metadata"], "namespace": s.namespace}}


def test_given_a_notebook_when_it_lives_then_each_verb_works(
    api_server: ApiServer, kube: Kube
) -> None:
    made = kube.create(NOTEBOOKS, _here(api_server, notebook("a")))
    stopped = kube.merge(NOTEBOOKS, "a", api_server.namespace, {"spec": {"suspend": True}})
    operations = [{"op": "add", "path": "/status", "value": {"phase": "Stopped"}}]
    written = kube.patch(NOTEBOOKS, "a", api_server.namespace, operations, subresource="status")
    listed = kube.list(NOTEBOOKS, api_server.namespace)
    kube.delete(NOTEBOOKS, "a", api_server.namespace, uid=made["metadata"]["uid"])

    assert stopped["spec"]["suspend"] is True
    assert written["status"] == {"phase": "Stopped"}
    assert listed == [written]
    with pytest.raises(NotFoundError):
        kube.get(NOTEBOOKS, "a", api_server.namespace)


def test_given_a_taken_name_when_created_then_already_exists(
    api_server: ApiServer, kube: Kube
) -> None:
    kube.create(NOTEBOOKS, _here(api_server, notebook("a")))

    with pytest.raises(AlreadyExistsError, match="already exists"):
        kube.create(NOTEBOOKS, _here(api_server, notebook("a")))


def test_given_a_change_by_another_when_replaced_then_conflict(
    api_server: ApiServer, kube: Kube
) -> None:
    old = kube.create(NOTEBOOKS, _here(api_server, notebook("a")))
    kube.merge(NOTEBOOKS, "a", api_server.namespace, {"spec": {"suspend": True}})

    with pytest.raises(ConflictError):
        kube.replace(NOTEBOOKS, labelled(old, a="b"))


def test_given_another_uid_when_deleted_then_conflict(api_server: ApiServer, kube: Kube) -> None:
    kube.create(NOTEBOOKS, _here(api_server, notebook("a")))

    with pytest.raises(ConflictError):
        kube.delete(
            NOTEBOOKS, "a", api_server.namespace, uid="11111111-1111-4111-8111-111111111111"
        )


def test_given_a_broken_rule_when_tried_dry_then_the_causes_are_told(
    api_server: ApiServer, kube: Kube
) -> None:
    wrong = notebook("a", serviceType="ExternalName")

    with pytest.raises(InvalidObjectError) as caught:
        kube.create(NOTEBOOKS, _here(api_server, wrong), dry_run=True)

    assert caught.value.code == 422
    assert "spec.serviceType" in [cause.field for cause in caught.value.causes]


def test_given_a_child_when_applied_twice_then_the_second_changes_nothing(
    api_server: ApiServer, kube: Kube
) -> None:
    child = _here(api_server, stateful_set("a", replicas=0))
    kube.apply(SETS, child, field_manager="controller")
    api_server.api.merge(SETS.path(api_server.namespace, "a"), {"spec": {"replicas": 2}})

    mended = kube.apply(SETS, child, field_manager="controller")
    again = kube.apply(SETS, child, field_manager="controller")

    assert mended["spec"]["replicas"] == 0
    assert again["metadata"]["generation"] == mended["metadata"]["generation"]


def test_given_an_informer_when_objects_change_then_it_tells_before_and_after(
    api_server: ApiServer, kube: Kube
) -> None:
    kube.create(NOTEBOOKS, _here(api_server, notebook("there")))
    changes: queue.Queue[Change] = queue.Queue()
    informer = Informer(
        kube,
        NOTEBOOKS,
        Selection(api_server.namespace),
        on_change=lambda old, new: changes.put((old, new)),
    )
    informer.start()
    try:
        first = changes.get(timeout=20)
        kube.merge(NOTEBOOKS, "there", api_server.namespace, {"spec": {"suspend": True}})
        second = changes.get(timeout=20)
        kube.delete(NOTEBOOKS, "there", api_server.namespace)
        third = changes.get(timeout=20)
    finally:
        informer.stop()

    assert first[0] is None
    assert first[1]
    assert first[1]["metadata"]["name"] == "there"
    assert second[0] == first[1]
    assert second[1]
    assert second[1]["spec"]["suspend"] is True
    assert third[1] is None
    assert informer.is_synced
    assert informer.items() == []

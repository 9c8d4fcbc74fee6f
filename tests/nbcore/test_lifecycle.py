"""Stopping, starting and deleting, on both servers."""

from __future__ import annotations

import pytest

from nbcore import lifecycle
from nbcore.actions import LastAction, Verb
from nbcore.errors import (
    ConflictError,
    MalformedNotebookError,
    NotFoundError,
    VolumeInUseError,
    VolumeKeptError,
)
from nbcore.form import ExistingVolume, NoVolume, VolumeChoice
from nbcore.kube.client import Kube
from nbcore.kube.resources import NOTEBOOKS
from tests.cluster.api import eventually
from tests.cluster.servers import ApiServer
from tests.nbcore.clicks import NOON, assert_left, create, manifests_of, uid_of
from tests.nbcore.lossy_proxy import Loss, LossyNetwork, lossy_kube


def test_given_a_notebook_when_stopped_and_started_then_each_is_one_write_with_who_and_when(
    api_server: ApiServer, kube: Kube
) -> None:
    made = create(kube, api_server)
    at = (api_server.namespace, "nb")

    lifecycle.stop_notebook(kube, *at, by="bob", now=NOON)
    stopped = kube.get(NOTEBOOKS, "nb", api_server.namespace)
    lifecycle.start_notebook(kube, *at, by="carol", now=NOON)
    started = kube.get(NOTEBOOKS, "nb", api_server.namespace)

    assert stopped["spec"]["suspend"] is True
    assert started["spec"]["suspend"] is False
    assert LastAction.from_object(stopped) == LastAction(Verb.STOP, "bob", NOON)
    assert LastAction.from_object(started) == LastAction(Verb.START, "carol", NOON)
    generations = [found["metadata"]["generation"] for found in (made, stopped, started)]
    assert generations == [1, 2, 3]
    assert started["spec"]["template"] == made["spec"]["template"]


def test_given_no_such_notebook_when_stopped_then_it_is_not_found(
    api_server: ApiServer, kube: Kube
) -> None:
    with pytest.raises(NotFoundError):
        lifecycle.stop_notebook(kube, api_server.namespace, "nb", by="bob", now=NOON)


@pytest.mark.parametrize(
    ("with_volume", "left"), [(False, ["nb"]), (True, [])], ids=["kept", "deleted, too"]
)
def test_given_a_notebook_when_deleted_then_its_volume_goes_only_when_asked(
    api_server: ApiServer, kube: Kube, left: list[str], *, with_volume: bool
) -> None:
    made = create(kube, api_server)

    lifecycle.delete_notebook(
        kube, api_server.namespace, "nb", uid=uid_of(made), with_volume=with_volume
    )

    assert_left(kube, api_server, notebooks=[], volumes=left)


def test_given_a_shared_volume_when_both_are_to_be_deleted_then_nothing_is(
    api_server: ApiServer, kube: Kube
) -> None:
    made = create(kube, api_server)
    create(kube, api_server, "etl", volume=ExistingVolume("nb"))

    with pytest.raises(VolumeInUseError) as caught:
        lifecycle.delete_notebook(
            kube, api_server.namespace, "nb", uid=uid_of(made), with_volume=True
        )

    assert caught.value.users == ("etl",)
    assert_left(kube, api_server, notebooks=["etl", "nb"], volumes=["nb"])


def test_given_another_notebook_of_the_name_when_deleted_then_nothing_is(
    api_server: ApiServer, kube: Kube
) -> None:
    create(kube, api_server)

    with pytest.raises(ConflictError):
        lifecycle.delete_notebook(kube, api_server.namespace, "nb", uid="another", with_volume=True)

    assert_left(kube, api_server, notebooks=["nb"], volumes=["nb"])


@pytest.mark.parametrize("volume", [ExistingVolume("gone"), NoVolume()], ids=["gone", "none"])
def test_given_no_volume_when_deleted_with_it_then_the_notebook_goes(
    api_server: ApiServer, kube: Kube, volume: VolumeChoice
) -> None:
    made = create(kube, api_server, volume=volume)

    lifecycle.delete_notebook(kube, api_server.namespace, "nb", uid=uid_of(made), with_volume=True)

    assert_left(kube, api_server, notebooks=[], volumes=[])


def test_given_a_volume_that_can_not_be_deleted_when_both_are_then_it_is_named(
    api_server: ApiServer, kube: Kube
) -> None:
    made = create(kube, api_server)
    network = LossyNetwork({("DELETE", "persistentvolumeclaims"): Loss.REQUEST})

    with (
        lossy_kube(api_server.api, network) as lossy,
        pytest.raises(VolumeKeptError, match=r"nb is deleted\. Its volume nb is still there"),
    ):
        lifecycle.delete_notebook(
            lossy, api_server.namespace, "nb", uid=uid_of(made), with_volume=True
        )

    assert_left(kube, api_server, notebooks=[], volumes=["nb"])


def test_given_a_volume_that_somebody_deletes_meanwhile_when_both_are_then_all_is_well(
    api_server: ApiServer, kube: Kube
) -> None:
    made = create(kube, api_server)
    claim = f"/api/v1/namespaces/{api_server.namespace}/persistentvolumeclaims/nb"
    asked = ("DELETE", "persistentvolumeclaims")

    def somebody_deletes() -> None:
        api_server.api.delete(claim)
        eventually(lambda: not api_server.api.exists(claim), what="the volume is gone")

    network = LossyNetwork(meanwhile={asked: somebody_deletes})
    with lossy_kube(api_server.api, network) as lossy:
        lifecycle.delete_notebook(
            lossy, api_server.namespace, "nb", uid=uid_of(made), with_volume=True
        )

    assert_left(kube, api_server, notebooks=[], volumes=[])


def test_given_a_malformed_notebook_when_deleted_with_its_volume_then_nothing_is(
    api_server: ApiServer, kube: Kube
) -> None:
    manifests = manifests_of(api_server)
    del manifests.notebook["spec"]["template"]["spec"]["containers"][0]["image"]
    made = kube.create(NOTEBOOKS, manifests.notebook)

    with pytest.raises(MalformedNotebookError):
        lifecycle.delete_notebook(
            kube, api_server.namespace, "nb", uid=uid_of(made), with_volume=True
        )
    lifecycle.delete_notebook(kube, api_server.namespace, "nb", uid=uid_of(made), with_volume=False)

    assert_left(kube, api_server, notebooks=[], volumes=[])

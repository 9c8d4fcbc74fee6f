"""Creation is all or nothing on both servers: refusals, two at once, answers that get lost."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from nbcore import lifecycle
from nbcore.actions import LastAction, Verb
from nbcore.builder import build
from nbcore.errors import (
    InvalidFormError,
    NbError,
    UnreachableError,
    VolumeLeftError,
)
from nbcore.form import ExistingVolume, Field, NewVolume, NoVolume, VolumeChoice
from nbcore.kube.client import Kube
from nbcore.kube.resources import NOTEBOOKS, PERSISTENT_VOLUME_CLAIMS
from nbcore.names import JsonObject
from tests.cluster.servers import ApiServer
from tests.nbcore.builders import form
from tests.nbcore.clicks import NOON, assert_left, create, manifests_of, names, uid_of
from tests.nbcore.lossy_proxy import Loss, LossyNetwork, lossy_kube


def test_given_a_form_when_created_then_volume_and_notebook_are_there(
    api_server: ApiServer, kube: Kube
) -> None:
    made = create(kube, api_server)

    assert made == kube.get(NOTEBOOKS, "nb", api_server.namespace)
    assert LastAction.from_object(made) == LastAction(Verb.CREATE, "alice", NOON)
    assert_left(kube, api_server, notebooks=["nb"], volumes=["nb"])


@pytest.mark.parametrize("volume", [ExistingVolume("old"), NoVolume()], ids=["existing", "none"])
def test_given_no_new_volume_when_created_then_only_the_notebook_is_made(
    api_server: ApiServer, kube: Kube, volume: VolumeChoice
) -> None:
    create(kube, api_server, volume=volume)

    assert_left(kube, api_server, notebooks=["nb"], volumes=[])


def test_given_a_taken_name_when_created_then_the_new_volume_goes_again(
    api_server: ApiServer, kube: Kube
) -> None:
    first = create(kube, api_server)

    with pytest.raises(InvalidFormError) as caught:
        create(kube, api_server, volume=NewVolume("second"))

    (problem,) = caught.value.problems
    assert problem.field == Field.NAME
    assert f"{api_server.namespace} already has a notebook nb. Try nb-2." in problem.message
    assert_left(kube, api_server, notebooks=["nb"], volumes=["nb"])
    assert uid_of(kube.get(NOTEBOOKS, "nb", api_server.namespace)) == uid_of(first)


def test_given_a_taken_volume_when_created_then_it_is_not_touched_and_nothing_is_made(
    api_server: ApiServer, kube: Kube
) -> None:
    volume = manifests_of(api_server).volume
    assert volume
    before = kube.create(PERSISTENT_VOLUME_CLAIMS, volume)

    with pytest.raises(InvalidFormError) as caught:
        create(kube, api_server)

    assert [problem.field for problem in caught.value.problems] == [Field.VOLUME_NAME]
    assert_left(kube, api_server, notebooks=[], volumes=["nb"])
    after = kube.get(PERSISTENT_VOLUME_CLAIMS, "nb", api_server.namespace)
    assert uid_of(after) == uid_of(before)


def test_given_name_and_volume_taken_when_created_then_both_are_told(
    api_server: ApiServer, kube: Kube
) -> None:
    create(kube, api_server)

    with pytest.raises(InvalidFormError) as caught:
        create(kube, api_server)

    assert [problem.field for problem in caught.value.problems] == [Field.NAME, Field.VOLUME_NAME]


def test_given_a_notebook_that_the_schema_refuses_when_created_then_the_volume_goes_again(
    api_server: ApiServer, kube: Kube
) -> None:
    manifests = manifests_of(api_server)
    manifests.notebook["spec"]["serviceType"] = "Teleport"

    with pytest.raises(InvalidFormError) as caught:
        lifecycle.create_notebook(kube, manifests)

    assert caught.value.problems[0].field == Field.SERVICE_TYPE
    assert_left(kube, api_server, notebooks=[], volumes=[])


def test_given_a_volume_that_the_server_refuses_when_created_then_its_field_is_told(
    api_server: ApiServer, kube: Kube
) -> None:
    manifests = manifests_of(api_server)
    assert manifests.volume
    manifests.volume["spec"]["resources"]["requests"]["storage"] = "-1Gi"

    with pytest.raises(InvalidFormError) as caught:
        lifecycle.create_notebook(kube, manifests)

    assert caught.value.problems[0].field == Field.VOLUME_SIZE
    assert_left(kube, api_server, notebooks=[], volumes=[])


def test_given_no_namespace_when_created_then_the_form_is_told(
    api_server: ApiServer, kube: Kube
) -> None:
    manifests = build(form(namespace="nowhere"), owner="alice", now=NOON)

    with pytest.raises(InvalidFormError) as caught:
        lifecycle.create_notebook(kube, manifests)

    assert caught.value.problems[0].field == Field.NAMESPACE
    assert names(kube, api_server, NOTEBOOKS) == []


@pytest.mark.parametrize(
    "volumes", [("nb", "nb"), ("alices", "bobs")], ids=["same volume", "other volumes"]
)
def test_given_two_people_when_both_create_the_same_name_then_one_wins_and_no_volume_is_orphaned(
    api_server: ApiServer, kube: Kube, volumes: tuple[str, str]
) -> None:
    start = threading.Barrier(2)

    def click(by: str, volume: str) -> JsonObject | NbError:
        manifests = manifests_of(api_server, volume=NewVolume(volume), by=by)
        start.wait()
        try:
            return lifecycle.create_notebook(kube, manifests)
        except InvalidFormError as error:
            return error

    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(click, ("alice", "bob"), volumes))

    (winner,) = [answer for answer in answers if isinstance(answer, dict)]
    (loser,) = [answer for answer in answers if isinstance(answer, InvalidFormError)]
    claim = winner["spec"]["template"]["spec"]["volumes"][0]["persistentVolumeClaim"]["claimName"]
    assert {problem.field for problem in loser.problems} <= {Field.NAME, Field.VOLUME_NAME}
    assert_left(kube, api_server, notebooks=["nb"], volumes=[claim])
    volume = kube.get(PERSISTENT_VOLUME_CLAIMS, claim, api_server.namespace)
    assert LastAction.from_object(volume) == LastAction.from_object(winner)


@pytest.mark.parametrize("collection", ["notebooks", "persistentvolumeclaims"])
def test_given_an_answer_that_got_lost_when_created_then_both_are_there(
    api_server: ApiServer, kube: Kube, collection: str
) -> None:
    network = LossyNetwork({("POST", collection): Loss.ANSWER})

    with lossy_kube(api_server.api, network) as lossy:
        made = create(lossy, api_server)

    assert made["metadata"]["name"] == "nb"
    assert_left(kube, api_server, notebooks=["nb"], volumes=["nb"])


@pytest.mark.parametrize("collection", ["notebooks", "persistentvolumeclaims"])
def test_given_a_request_that_got_lost_when_created_then_nothingassert_left(
    api_server: ApiServer, kube: Kube, collection: str
) -> None:
    network = LossyNetwork({("POST", collection): Loss.REQUEST})

    with lossy_kube(api_server.api, network) as lossy, pytest.raises(UnreachableError):
        create(lossy, api_server)

    assert_left(kube, api_server, notebooks=[], volumes=[])


def test_given_an_unknown_outcome_when_the_notebook_turns_out_to_be_there_then_its_volume_stays(
    api_server: ApiServer, kube: Kube
) -> None:
    network = LossyNetwork({("POST", "notebooks"): Loss.ANSWER, ("GET", "notebooks"): Loss.REQUEST})

    with lossy_kube(api_server.api, network) as lossy, pytest.raises(UnreachableError):
        create(lossy, api_server)

    assert_left(kube, api_server, notebooks=["nb"], volumes=["nb"])


def test_given_a_taken_name_and_no_volume_when_created_then_the_name_is_told(
    api_server: ApiServer, kube: Kube
) -> None:
    create(kube, api_server, volume=NoVolume())

    with pytest.raises(InvalidFormError) as caught:
        create(kube, api_server, volume=NoVolume())

    assert [problem.field for problem in caught.value.problems] == [Field.NAME]


def test_given_an_api_that_goes_away_after_the_volume_when_created_then_the_volume_is_named(
    api_server: ApiServer, kube: Kube
) -> None:
    network = LossyNetwork(is_down_after=("POST", "persistentvolumeclaims"))

    with (
        lossy_kube(api_server.api, network) as lossy,
        pytest.raises(VolumeLeftError, match="new volume nb could not be removed"),
    ):
        create(lossy, api_server)

    assert_left(kube, api_server, notebooks=[], volumes=["nb"])


def test_given_a_volume_that_is_being_deleted_when_created_then_the_words_say_to_wait(
    api_server: ApiServer, kube: Kube
) -> None:
    volume = manifests_of(api_server).volume
    assert volume
    kube.create(PERSISTENT_VOLUME_CLAIMS, volume)
    held = {"metadata": {"finalizers": ["example.com/held"]}}
    kube.merge(PERSISTENT_VOLUME_CLAIMS, "nb", api_server.namespace, held)
    kube.delete(PERSISTENT_VOLUME_CLAIMS, "nb", api_server.namespace)

    with pytest.raises(InvalidFormError, match="is still being deleted"):
        create(kube, api_server)

    free = {"metadata": {"finalizers": None}}
    kube.merge(PERSISTENT_VOLUME_CLAIMS, "nb", api_server.namespace, free)
    assert_left(kube, api_server, notebooks=[], volumes=[])


def test_given_a_rule_about_the_whole_object_when_broken_then_its_words_are_told(
    api_server: ApiServer, kube: Kube
) -> None:
    manifests = manifests_of(api_server)
    manifests.notebook["spec"]["template"]["spec"]["containers"][0]["name"] = "other"

    with pytest.raises(InvalidFormError) as caught:
        lifecycle.create_notebook(kube, manifests)

    assert caught.value.problems[0].message.startswith("the first container is the notebook")
    assert_left(kube, api_server, notebooks=[], volumes=[])

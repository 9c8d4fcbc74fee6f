"""The use cases against both servers.

| use case | matrix |
| --- | --- |
| create | new, existing, no volume x name taken, volume taken, refused, two at once, lost answers |
| stop, start | one write, who and when |
| delete | with and without volume x shared, gone, another uid, refused |
| check | each part fine or refused; nothing is made |
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from nbcore import lifecycle
from nbcore.actions import LastAction, Verb
from nbcore.builder import Manifests, build
from nbcore.errors import (
    ConflictError,
    InvalidFormError,
    MalformedNotebookError,
    NbError,
    NotFoundError,
    UnreachableError,
    VolumeInUseError,
    VolumeKeptError,
    VolumeLeftError,
)
from nbcore.findings import Finding, Verdict
from nbcore.form import ExistingVolume, Field, NewVolume, NoVolume, VolumeChoice
from nbcore.identity import Person
from nbcore.kube.client import Kube
from nbcore.kube.resources import NOTEBOOKS, PERSISTENT_VOLUME_CLAIMS, Resource
from nbcore.names import JsonObject
from tests.cluster.api import eventually
from tests.cluster.servers import ApiServer, ServerName
from tests.nbcore.builders import form
from tests.nbcore.lossy_proxy import Loss, LossyNetwork, lossy_kube

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def _manifests(
    server: ApiServer, name: str = "nb", *, volume: VolumeChoice | None = None, by: str = "alice"
) -> Manifests:
    typed = form(name, namespace=server.namespace, volume=volume)
    return build(typed, owner=by, now=NOON)


def _create(
    kube: Kube, server: ApiServer, name: str = "nb", *, volume: VolumeChoice | None = None
) -> JsonObject:
    return lifecycle.create_notebook(kube, _manifests(server, name, volume=volume))


def _uid(stored: JsonObject) -> str:
    return str(stored["metadata"]["uid"])


def _names(kube: Kube, server: ApiServer, resource: Resource) -> list[str]:
    return sorted(found["metadata"]["name"] for found in kube.list(resource, server.namespace))


def _is_left(kube: Kube, server: ApiServer, *, notebooks: list[str], volumes: list[str]) -> None:
    """Waits: a deleted claim is gone once a controller has looked at it."""
    eventually(
        lambda: _names(kube, server, PERSISTENT_VOLUME_CLAIMS) == volumes,
        what=f"only the volumes {volumes} are left",
    )
    assert _names(kube, server, NOTEBOOKS) == notebooks


def test_given_a_form_when_created_then_volume_and_notebook_are_there(
    api_server: ApiServer, kube: Kube
) -> None:
    made = _create(kube, api_server)

    assert made == kube.get(NOTEBOOKS, "nb", api_server.namespace)
    assert LastAction.from_object(made) == LastAction(Verb.CREATE, "alice", NOON)
    _is_left(kube, api_server, notebooks=["nb"], volumes=["nb"])


@pytest.mark.parametrize("volume", [ExistingVolume("old"), NoVolume()], ids=["existing", "none"])
def test_given_no_new_volume_when_created_then_only_the_notebook_is_made(
    api_server: ApiServer, kube: Kube, volume: VolumeChoice
) -> None:
    _create(kube, api_server, volume=volume)

    _is_left(kube, api_server, notebooks=["nb"], volumes=[])


def test_given_a_taken_name_when_created_then_the_new_volume_goes_again(
    api_server: ApiServer, kube: Kube
) -> None:
    first = _create(kube, api_server)

    with pytest.raises(InvalidFormError) as caught:
        _create(kube, api_server, volume=NewVolume("second"))

    (problem,) = caught.value.problems
    assert problem.field == Field.NAME
    assert f"{api_server.namespace} already has a notebook nb. Try nb-2." in problem.message
    _is_left(kube, api_server, notebooks=["nb"], volumes=["nb"])
    assert _uid(kube.get(NOTEBOOKS, "nb", api_server.namespace)) == _uid(first)


def test_given_a_taken_volume_when_created_then_it_is_not_touched_and_nothing_is_made(
    api_server: ApiServer, kube: Kube
) -> None:
    volume = _manifests(api_server).volume
    assert volume
    before = kube.create(PERSISTENT_VOLUME_CLAIMS, volume)

    with pytest.raises(InvalidFormError) as caught:
        _create(kube, api_server)

    assert [problem.field for problem in caught.value.problems] == [Field.VOLUME_NAME]
    _is_left(kube, api_server, notebooks=[], volumes=["nb"])
    after = kube.get(PERSISTENT_VOLUME_CLAIMS, "nb", api_server.namespace)
    assert _uid(after) == _uid(before)


def test_given_name_and_volume_taken_when_created_then_both_are_told(
    api_server: ApiServer, kube: Kube
) -> None:
    _create(kube, api_server)

    with pytest.raises(InvalidFormError) as caught:
        _create(kube, api_server)

    assert [problem.field for problem in caught.value.problems] == [Field.NAME, Field.VOLUME_NAME]


def test_given_a_notebook_that_the_schema_refuses_when_created_then_the_volume_goes_again(
    api_server: ApiServer, kube: Kube
) -> None:
    manifests = _manifests(api_server)
    manifests.notebook["spec"]["serviceType"] = "Teleport"

    with pytest.raises(InvalidFormError) as caught:
        lifecycle.create_notebook(kube, manifests)

    assert caught.value.problems[0].field == Field.SERVICE_TYPE
    _is_left(kube, api_server, notebooks=[], volumes=[])


def test_given_a_volume_that_the_server_refuses_when_created_then_its_field_is_told(
    api_server: ApiServer, kube: Kube
) -> None:
    manifests = _manifests(api_server)
    assert manifests.volume
    manifests.volume["spec"]["resources"]["requests"]["storage"] = "-1Gi"

    with pytest.raises(InvalidFormError) as caught:
        lifecycle.create_notebook(kube, manifests)

    assert caught.value.problems[0].field == Field.VOLUME_SIZE
    _is_left(kube, api_server, notebooks=[], volumes=[])


def test_given_no_namespace_when_created_then_the_form_is_told(
    api_server: ApiServer, kube: Kube
) -> None:
    manifests = build(form(namespace="nowhere"), owner="alice", now=NOON)

    with pytest.raises(InvalidFormError) as caught:
        lifecycle.create_notebook(kube, manifests)

    assert caught.value.problems[0].field == Field.NAMESPACE
    assert _names(kube, api_server, NOTEBOOKS) == []


@pytest.mark.parametrize(
    "volumes", [("nb", "nb"), ("alices", "bobs")], ids=["same volume", "other volumes"]
)
def test_given_two_people_when_both_create_the_same_name_then_one_wins_and_no_volume_is_orphaned(
    api_server: ApiServer, kube: Kube, volumes: tuple[str, str]
) -> None:
    start = threading.Barrier(2)

    def click(by: str, volume: str) -> JsonObject | NbError:
        manifests = _manifests(api_server, volume=NewVolume(volume), by=by)
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
    _is_left(kube, api_server, notebooks=["nb"], volumes=[claim])
    volume = kube.get(PERSISTENT_VOLUME_CLAIMS, claim, api_server.namespace)
    assert LastAction.from_object(volume) == LastAction.from_object(winner)


@pytest.mark.parametrize("collection", ["notebooks", "persistentvolumeclaims"])
def test_given_an_answer_that_got_lost_when_created_then_both_are_there(
    api_server: ApiServer, kube: Kube, collection: str
) -> None:
    network = LossyNetwork({("POST", collection): Loss.ANSWER})

    with lossy_kube(api_server.api, network) as lossy:
        made = _create(lossy, api_server)

    assert made["metadata"]["name"] == "nb"
    _is_left(kube, api_server, notebooks=["nb"], volumes=["nb"])


@pytest.mark.parametrize("collection", ["notebooks", "persistentvolumeclaims"])
def test_given_a_request_that_got_lost_when_created_then_nothing_is_left(
    api_server: ApiServer, kube: Kube, collection: str
) -> None:
    network = LossyNetwork({("POST", collection): Loss.REQUEST})

    with lossy_kube(api_server.api, network) as lossy, pytest.raises(UnreachableError):
        _create(lossy, api_server)

    _is_left(kube, api_server, notebooks=[], volumes=[])


def test_given_an_api_that_goes_away_after_the_volume_when_created_then_the_volume_is_named(
    api_server: ApiServer, kube: Kube
) -> None:
    network = LossyNetwork(is_down_after=("POST", "persistentvolumeclaims"))

    with (
        lossy_kube(api_server.api, network) as lossy,
        pytest.raises(VolumeLeftError, match="new volume nb could not be removed"),
    ):
        _create(lossy, api_server)

    _is_left(kube, api_server, notebooks=[], volumes=["nb"])


def test_given_a_notebook_when_stopped_and_started_then_each_is_one_write_with_who_and_when(
    api_server: ApiServer, kube: Kube
) -> None:
    made = _create(kube, api_server)
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
    made = _create(kube, api_server)

    lifecycle.delete_notebook(
        kube, api_server.namespace, "nb", uid=_uid(made), with_volume=with_volume
    )

    _is_left(kube, api_server, notebooks=[], volumes=left)


def test_given_a_shared_volume_when_both_are_to_be_deleted_then_nothing_is(
    api_server: ApiServer, kube: Kube
) -> None:
    made = _create(kube, api_server)
    _create(kube, api_server, "etl", volume=ExistingVolume("nb"))

    with pytest.raises(VolumeInUseError) as caught:
        lifecycle.delete_notebook(
            kube, api_server.namespace, "nb", uid=_uid(made), with_volume=True
        )

    assert caught.value.users == ("etl",)
    _is_left(kube, api_server, notebooks=["etl", "nb"], volumes=["nb"])


def test_given_another_notebook_of_the_name_when_deleted_then_nothing_is(
    api_server: ApiServer, kube: Kube
) -> None:
    _create(kube, api_server)

    with pytest.raises(ConflictError):
        lifecycle.delete_notebook(kube, api_server.namespace, "nb", uid="another", with_volume=True)

    _is_left(kube, api_server, notebooks=["nb"], volumes=["nb"])


@pytest.mark.parametrize("volume", [ExistingVolume("gone"), NoVolume()], ids=["gone", "none"])
def test_given_no_volume_when_deleted_with_it_then_the_notebook_goes(
    api_server: ApiServer, kube: Kube, volume: VolumeChoice
) -> None:
    made = _create(kube, api_server, volume=volume)

    lifecycle.delete_notebook(kube, api_server.namespace, "nb", uid=_uid(made), with_volume=True)

    _is_left(kube, api_server, notebooks=[], volumes=[])


def test_given_a_volume_that_can_not_be_deleted_when_both_are_then_it_is_named(
    api_server: ApiServer, kube: Kube
) -> None:
    made = _create(kube, api_server)
    network = LossyNetwork({("DELETE", "persistentvolumeclaims"): Loss.REQUEST})

    with (
        lossy_kube(api_server.api, network) as lossy,
        pytest.raises(VolumeKeptError, match=r"nb is deleted\. Its volume nb is still there"),
    ):
        lifecycle.delete_notebook(
            lossy, api_server.namespace, "nb", uid=_uid(made), with_volume=True
        )

    _is_left(kube, api_server, notebooks=[], volumes=["nb"])


def _check(kube: Kube, manifests: Manifests) -> dict[str, Finding]:
    """What is not fine, by field."""
    findings = lifecycle.check_notebook(kube, manifests)
    return {finding.field: finding for finding in findings if finding.verdict is not Verdict.FINE}


def test_given_a_good_form_when_checked_then_all_is_fine_and_nothing_is_made(
    api_server: ApiServer, kube: Kube
) -> None:
    findings = lifecycle.check_notebook(kube, _manifests(api_server))

    assert [finding.verdict for finding in findings] == [Verdict.FINE] * 3
    _is_left(kube, api_server, notebooks=[], volumes=[])


def test_given_taken_names_when_checked_then_both_fields_are_told(
    api_server: ApiServer, kube: Kube
) -> None:
    _create(kube, api_server)

    found = _check(kube, _manifests(api_server))

    assert set(found) == {Field.NAME, Field.VOLUME_NAME}
    assert all(finding.detail for finding in found.values())


def test_given_a_missing_volume_when_checked_then_it_is_told(
    api_server: ApiServer, kube: Kube
) -> None:
    found = _check(kube, _manifests(api_server, volume=ExistingVolume("lost")))

    assert found[Field.VOLUME_NAME].verdict is Verdict.REFUSED
    assert f"{api_server.namespace} has no volume lost" in found[Field.VOLUME_NAME].message


def test_given_a_volume_that_another_notebook_uses_when_checked_then_it_may_wait(
    api_server: ApiServer, kube: Kube
) -> None:
    _create(kube, api_server, "etl")

    found = _check(kube, _manifests(api_server, volume=ExistingVolume("etl")))

    assert found[Field.VOLUME_NAME].verdict is Verdict.WAITS
    assert "used by etl" in found[Field.VOLUME_NAME].message


def test_given_a_mount_without_volume_when_checked_then_it_is_told(
    api_server: ApiServer, kube: Kube
) -> None:
    manifests = _manifests(api_server)
    manifests.notebook["spec"]["template"]["spec"]["volumes"].pop(0)

    found = _check(kube, manifests)

    assert found[Field.VOLUME].message == "home is mounted, but there is no such volume."


def test_given_a_template_of_no_pod_when_checked_then_it_is_told(
    api_server: ApiServer, kube: Kube
) -> None:
    manifests = _manifests(api_server)
    manifests.notebook["spec"]["template"]["spec"]["containers"][0]["ports"] = "x"

    findings = lifecycle.check_notebook(kube, manifests)

    assert any("No pod can be made of this" in finding.message for finding in findings)


def test_given_a_malformed_notebook_when_deleted_with_its_volume_then_nothing_is(
    api_server: ApiServer, kube: Kube
) -> None:
    manifests = _manifests(api_server)
    del manifests.notebook["spec"]["template"]["spec"]["containers"][0]["image"]
    made = kube.create(NOTEBOOKS, manifests.notebook)

    with pytest.raises(MalformedNotebookError):
        lifecycle.delete_notebook(
            kube, api_server.namespace, "nb", uid=_uid(made), with_volume=True
        )
    lifecycle.delete_notebook(kube, api_server.namespace, "nb", uid=_uid(made), with_volume=False)

    _is_left(kube, api_server, notebooks=[], volumes=[])


# Quota, RuntimeClass, Pod Security and roles are the real server's own words.
on_the_real_one = pytest.mark.parametrize(
    "server", [ServerName.REAL], indirect=True, ids=str, scope="session"
)


@on_the_real_one
def test_given_a_quota_when_checked_then_the_pod_meets_it(
    api_server: ApiServer, kube: Kube
) -> None:
    path = f"/api/v1/namespaces/{api_server.namespace}/resourcequotas"
    quota = {"metadata": {"name": "team"}, "spec": {"hard": {"requests.memory": "512Mi"}}}
    api_server.api.create(path, quota)
    eventually(
        lambda: "hard" in api_server.api.get(f"{path}/team").get("status", {}),
        what="the quota is counted",
    )

    found = _check(kube, _manifests(api_server))

    assert found[Field.MEMORY].message == (
        f"Over the quota of {api_server.namespace}: asks 1 GiB, 512 MiB left of 512 MiB. "
        "Stop something or ask for less."
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

    found = _check(kube, _manifests(api_server))

    assert "Pod Security" in found[""].message


@on_the_real_one
def test_given_somebody_without_rights_when_checked_then_pods_are_not_checked(
    api_server: ApiServer, kube: Kube
) -> None:

    findings = lifecycle.check_notebook(kube.acting_as(Person("mallory")), _manifests(api_server))

    verdicts = [finding.verdict for finding in findings]
    assert verdicts == [Verdict.REFUSED, Verdict.REFUSED, Verdict.NOT_CHECKED]
    assert findings[1].message == f"You may not create notebooks in {api_server.namespace}."

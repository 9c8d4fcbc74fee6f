from __future__ import annotations

import json
import logging
import socket
import time
from typing import Any

import pytest
from kubernetes.client import ApiClient, Configuration

from nbcore import audit
from nbcore.errors import ConflictError, ForbiddenError, ServerError, UnreachableError
from nbcore.identity import OwnAccount, Person
from nbcore.kube.client import Kube
from nbcore.kube.requests import Selection
from nbcore.kube.resources import PODS
from nbcore.names import JsonObject
from tests.nbcore.kube.faulty_server import PODS_PATH, FaultyServer, WatchFault

POD: JsonObject = {"metadata": {"name": "a", "namespace": "demo"}}


def _headers(faulty: FaultyServer, name: str) -> list[str]:
    _, _, headers, _ = faulty.script.requests[-1]
    return [value for key, value in headers if key.lower() == name.lower()]


def test_given_our_own_account_when_asking_then_nobody_is_impersonated(
    faulty: FaultyServer, kube: Kube
) -> None:
    kube.list(PODS, "demo")

    assert _headers(faulty, "Impersonate-User") == []
    assert _headers(faulty, "Authorization") == ["Bearer very-secret"]


def test_given_a_person_when_asking_then_each_group_is_a_header_line(
    faulty: FaultyServer, kube: Kube
) -> None:
    kube.acting_as(Person("alice", ("students", "lab"))).list(PODS, "demo")

    assert _headers(faulty, "Impersonate-User") == ["alice"]
    assert _headers(faulty, "Impersonate-Group") == ["students", "lab"]


def test_given_two_identities_when_they_share_a_pool_then_they_do_not_mix(
    faulty: FaultyServer, kube: Kube
) -> None:
    alice = kube.acting_as(Person("alice", ("students",)))
    alice.list(PODS, "demo")
    kube.list(PODS, "demo")

    assert kube.identity == OwnAccount("me")
    assert _headers(faulty, "Impersonate-User") == []
    assert _headers(faulty, "Impersonate-Group") == []


def test_given_no_identity_when_constructed_then_it_is_refused(faulty: FaultyServer) -> None:
    with pytest.raises(TypeError):
        Kube(faulty.api_client())  # type: ignore[call-arg]  # that is the point


@pytest.mark.parametrize("nobody", [None, "", "alice"])
def test_given_what_is_no_identity_when_asking_then_it_raises_and_nothing_is_sent(
    faulty: FaultyServer, nobody: Any
) -> None:
    with pytest.raises(AssertionError):
        Kube(faulty.api_client(), nobody).list(PODS, "demo")

    assert faulty.script.requests == []


def test_given_a_person_when_something_is_changed_then_the_audit_log_says_so_once(
    faulty: FaultyServer, kube: Kube, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, audit.log.name)
    faulty.script.answers[f"{PODS_PATH}/a"] = (200, b"{}")
    faulty.script.answers[f"{PODS_PATH}/b"] = (403, b"{}")
    alice = kube.acting_as(Person("alice"), address="192.0.2.7")

    alice.delete(PODS, "a", "demo")
    with pytest.raises(ForbiddenError):
        alice.delete(PODS, "b", "demo")
    alice.list(PODS, "demo")
    kube.delete(PODS, "a", "demo")

    about = "resource=pods namespace=demo name="
    assert [r.getMessage() for r in caplog.records if r.name == audit.log.name] == [
        f"user=alice verb=delete outcome=allowed {about}a address=192.0.2.7",
        f"user=alice verb=delete outcome=denied {about}b address=192.0.2.7",
    ]


def test_given_a_kind_of_patch_when_sent_then_body_and_content_type_arrive_as_meant(
    faulty: FaultyServer, kube: Kube
) -> None:
    faulty.script.answers[f"{PODS_PATH}/a/status"] = (200, b"{}")
    faulty.script.answers[f"{PODS_PATH}/a"] = (200, b"{}")
    operations: list[JsonObject] = [{"op": "add", "path": "/status", "value": {}}]

    kube.patch(PODS, "a", "demo", operations, subresource="status")
    patched = faulty.script.requests[-1][3], _headers(faulty, "Content-Type")
    kube.merge(PODS, "a", "demo", {"spec": None})
    merged = faulty.script.requests[-1][3], _headers(faulty, "Content-Type")
    kube.apply(PODS, POD, field_manager="me")
    applied = faulty.script.requests[-1][3], _headers(faulty, "Content-Type")

    assert (json.loads(patched[0]), patched[1]) == (operations, ["application/json-patch+json"])
    assert (json.loads(merged[0]), merged[1]) == (
        {"spec": None},
        ["application/merge-patch+json"],
    )
    assert (json.loads(applied[0]), applied[1]) == (POD, ["application/apply-patch+yaml"])


def test_given_a_refusal_when_answered_then_the_servers_sentence_is_the_error(
    faulty: FaultyServer, kube: Kube
) -> None:
    status = {"code": 403, "reason": "Forbidden", "message": "exceeded quota: gpu"}
    faulty.script.answers[PODS_PATH] = (403, json.dumps(status).encode())

    with pytest.raises(ForbiddenError, match="exceeded quota: gpu") as caught:
        kube.create(PODS, POD)

    assert caught.value.request == "POST /api/v1/namespaces/demo/pods"


def test_given_another_uid_when_deleting_then_it_is_a_conflict(
    faulty: FaultyServer, kube: Kube
) -> None:
    faulty.script.answers[f"{PODS_PATH}/a"] = (409, b'{"code":409,"reason":"Conflict"}')

    with pytest.raises(ConflictError):
        kube.delete(PODS, "a", "demo", uid="u1")

    assert json.loads(faulty.script.requests[-1][3])["preconditions"] == {"uid": "u1"}


def test_given_a_redirect_when_answered_then_it_is_not_followed(
    faulty: FaultyServer, kube: Kube
) -> None:
    faulty.script.answers[f"{PODS_PATH}/a"] = (302, b"")

    with pytest.raises(ServerError):
        kube.get(PODS, "a", "demo")


def test_given_no_server_when_asking_then_the_error_says_so_without_the_token(
    faulty: FaultyServer, kube: Kube
) -> None:
    faulty.down()

    with pytest.raises(UnreachableError) as caught:
        kube.get(PODS, "a", "demo")

    assert str(caught.value) == (
        "The API server does not answer: connection refused, or host unknown."
    )
    assert "very-secret" not in repr(caught.value)


def test_given_a_server_that_is_silent_when_watched_then_it_ends_after_the_patience(
    faulty: FaultyServer, kube: Kube
) -> None:
    faulty.script.faults = [WatchFault.HALF_OPEN]
    watch = kube.watch(
        PODS, Selection("demo"), resource_version="1", timeout_seconds=60, read_seconds=0.2
    )

    with pytest.raises(UnreachableError, match="silent for too long"):
        next(iter(watch))

    watch.release()


def test_given_a_look_before_writes_when_it_raises_then_reads_alone_are_sent(
    faulty: FaultyServer,
) -> None:
    def refuse() -> None:
        raise PermissionError("not now")

    with faulty.api_client() as client:
        guarded = Kube(client, OwnAccount("me"), before_write=refuse)
        guarded.list(PODS, "demo")
        sent = len(faulty.script.requests)

        for kube in (guarded, guarded.acting_as(Person("alice", ("students",)))):
            with pytest.raises(PermissionError):
                kube.create(PODS, POD)
            with pytest.raises(PermissionError):
                kube.apply(PODS, POD, field_manager="tests")
            with pytest.raises(PermissionError):
                kube.delete(PODS, "a", "demo")

    assert len(faulty.script.requests) == sent


def test_given_a_server_that_is_silent_when_asked_briefly_then_it_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as hole:
        configuration = Configuration(host=f"http://127.0.0.1:{hole.getsockname()[1]}")
        configuration.retries = False
        configuration.proxy = None
        with ApiClient(configuration) as client:
            kube = Kube(client, OwnAccount("me"), read_seconds=0.3)
            began = time.monotonic()

            with pytest.raises(UnreachableError, match="silent for too long"):
                kube.list(PODS, "demo")

    assert time.monotonic() - began < 3

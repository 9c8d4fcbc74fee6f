from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from controller.apply import ParentGoneError, apply_change, check_parent, write_status
from controller.plan import Apply
from controller.verdict import Diagnosis
from nbcore.errors import ConflictError, InvalidObjectError, ServerError
from nbcore.identity import OwnAccount
from nbcore.kube.client import Kube
from nbcore.kube.resources import NOTEBOOKS, SERVICES
from nbcore.names import JsonObject
from nbcore.status import Phase
from tests.controller.objects import foreign, notebook, service
from tests.nbcore.kube.faulty_server import FaultyServer, running

PARENT = NOTEBOOKS.path("demo", "lab")
CHILD = SERVICES.path("demo", "lab")


@pytest.fixture
def faulty() -> Iterator[FaultyServer]:
    with running() as server:
        yield server


@pytest.fixture
def kube(faulty: FaultyServer) -> Iterator[Kube]:
    api_client = faulty.api_client()
    yield Kube(api_client, OwnAccount("controller"))
    api_client.close()


def tell(faulty: FaultyServer, request: str, obj: JsonObject, code: int = 200) -> None:
    faulty.script.answers[request] = (code, json.dumps(obj).encode())


def refuse(faulty: FaultyServer, code: int, message: str, **details: object) -> None:
    status = {"code": code, "message": message, "details": details}
    tell(faulty, f"PATCH {CHILD}", status, code)


def to_make() -> Apply:
    return Apply(SERVICES, service(notebook()), None)


def to_mend() -> Apply:
    return Apply(SERVICES, service(notebook()), service(notebook()))


@pytest.mark.parametrize(
    "live",
    [
        pytest.param(None, id="deleted"),
        pytest.param(notebook(metadata={"uid": "uid-2"}), id="another one of that name"),
        pytest.param(notebook(metadata={"deletionTimestamp": "2026-11-23T10:00:00Z"}), id="going"),
    ],
)
def test_given_a_cache_that_lags_when_the_parent_is_gone_then_nothing_is_made(
    faulty: FaultyServer, kube: Kube, live: JsonObject | None
) -> None:
    if live is not None:
        tell(faulty, PARENT, live)

    with pytest.raises(ParentGoneError):
        check_parent(kube, notebook())


def test_given_the_parent_when_it_is_there_then_it_is_fine(
    faulty: FaultyServer, kube: Kube
) -> None:
    tell(faulty, PARENT, notebook())

    check_parent(kube, notebook())

    assert [verb for verb, *_ in faulty.script.requests] == ["GET"]


def test_given_a_missing_child_when_applied_then_it_is_made_by_force(
    faulty: FaultyServer, kube: Kube
) -> None:
    tell(faulty, f"PATCH {CHILD}", service(notebook()), 201)

    made = apply_change(kube, notebook(), to_make())

    assert made == service(notebook())
    verb, target, _, body = faulty.script.requests[-1]
    assert verb == "PATCH"
    assert "force=true&fieldManager=oneblock-notebook-controller" in target
    assert json.loads(body)["metadata"]["name"] == "lab"


def test_given_a_foreign_child_without_our_label_when_found_live_then_it_is_not_touched(
    faulty: FaultyServer, kube: Kube
) -> None:
    tell(faulty, f"GET {CHILD}", foreign(service(notebook())))

    found = apply_change(kube, notebook(), to_make())

    assert isinstance(found, Diagnosis)
    assert found.reason == "NameConflict"
    assert [verb for verb, *_ in faulty.script.requests] == ["GET"]


def test_given_a_child_that_was_made_a_moment_ago_when_found_live_then_it_is_left_as_it_is(
    faulty: FaultyServer, kube: Kube
) -> None:
    live = service(notebook())
    tell(faulty, f"GET {CHILD}", live)
    desired = {**live, "metadata": {k: v for k, v in live["metadata"].items() if k != "uid"}}

    assert apply_change(kube, notebook(), Apply(SERVICES, desired, None)) == live
    assert [verb for verb, *_ in faulty.script.requests] == ["GET"]


@pytest.mark.parametrize(
    ("code", "message", "expected"),
    [
        pytest.param(
            422,
            'spec.template: Not found: "data".',
            Diagnosis(
                Phase.FAILED,
                "InvalidTemplate",
                'The cluster refuses its template: spec.template: Not found: "data".',
            ),
            id="invalid",
        ),
        pytest.param(
            500,
            "failed to create typed patch object: .spec.foo: field not declared in schema",
            Diagnosis(
                Phase.FAILED,
                "InvalidTemplate",
                "The cluster refuses its template: failed to create typed patch object: "
                ".spec.foo: field not declared in schema.",
            ),
            id="a field that the server does not know",
        ),
        pytest.param(
            403,
            "exceeded quota: count, requested: count/services=1",
            Diagnosis(
                Phase.PENDING,
                "QuotaExceeded",
                "Over the quota of demo: count, requested: count/services=1. "
                "Stop something or ask for less.",
            ),
            id="quota",
        ),
        pytest.param(
            403,
            "admission webhook denied it",
            Diagnosis(
                Phase.FAILED, "PodRefused", "The cluster refuses it: admission webhook denied it."
            ),
            id="policy",
        ),
    ],
)
def test_given_a_refusal_when_applied_then_it_is_a_diagnosis_in_words(
    faulty: FaultyServer, kube: Kube, code: int, message: str, expected: Diagnosis
) -> None:
    refuse(faulty, code, message)

    assert apply_change(kube, notebook(), to_mend()) == expected


@pytest.mark.parametrize(
    ("code", "error"),
    [
        pytest.param(500, ServerError, id="a fault of the server"),
        pytest.param(409, ConflictError, id="the child went away meanwhile"),
    ],
)
def test_given_a_passing_fault_when_applied_then_it_is_raised_to_be_tried_again(
    faulty: FaultyServer, kube: Kube, code: int, error: type[Exception]
) -> None:
    refuse(faulty, code, "etcdserver: leader changed")

    with pytest.raises(error):
        apply_change(kube, notebook(), to_mend())


def test_given_another_object_of_that_name_by_now_when_applied_then_its_uid_saves_it(
    faulty: FaultyServer, kube: Kube
) -> None:
    refuse(faulty, 422, "immutable", causes=[{"field": "metadata.uid", "message": "immutable"}])

    with pytest.raises(InvalidObjectError):
        apply_change(kube, notebook(), to_mend())

    assert json.loads(faulty.script.requests[-1][3])["metadata"]["uid"] == "uid-svc"


def test_given_a_status_when_written_then_it_is_one_guarded_patch(
    faulty: FaultyServer, kube: Kube
) -> None:
    tell(faulty, f"{PARENT}/status", notebook())

    write_status(kube, notebook(), {"phase": "Ready"})

    assert json.loads(faulty.script.requests[-1][3]) == [
        {"op": "test", "path": "/metadata/uid", "value": "uid-nb"},
        {"op": "add", "path": "/status", "value": {"phase": "Ready"}},
    ]

from __future__ import annotations

from nbcore.kube.resources import EVENTS, PODS
from tests.cluster.api import JsonObject, eventually
from tests.cluster.servers import ApiServer
from tests.contract.objects import pod

NOW = "2026-01-02T03:04:05Z"


def _event(namespace: str, name: str, *, about: str, kind: str = "Notebook") -> JsonObject:
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": name},
        "involvedObject": {
            "apiVersion": "ml.oneblock.ai/v1",
            "kind": kind,
            "namespace": namespace,
            "name": about,
            "uid": f"uid-of-{about}",
        },
        "reason": "Pulling",
        "message": "pulling the image",
        "type": "Normal",
        "source": {"component": "tests"},
        "firstTimestamp": NOW,
        "lastTimestamp": NOW,
        "count": 1,
    }


def test_given_events_when_selected_by_their_object_then_only_its_own_come(
    api_server: ApiServer,
) -> None:
    path = EVENTS.path(api_server.namespace)
    for name, about, kind in (("1", "a", "Notebook"), ("2", "a", "Pod"), ("3", "b", "Notebook")):
        api_server.api.create(path, _event(api_server.namespace, name, about=about, kind=kind))

    selectors = {
        "involvedObject.name=a": ["1", "2"],
        "involvedObject.name=a,involvedObject.kind=Notebook": ["1"],
        "involvedObject.uid=uid-of-b": ["3"],
        f"involvedObject.namespace={api_server.namespace},reason=Pulling": ["1", "2", "3"],
        "type=Warning": [],
    }

    for selector, expected in selectors.items():
        answer = api_server.api.get(path, fieldSelector=selector)
        names = [item["metadata"]["name"] for item in answer["items"]]
        assert names == expected, selector


def test_given_an_event_when_counted_up_then_it_is_patched_in_place(
    api_server: ApiServer,
) -> None:
    path = EVENTS.path(api_server.namespace)
    api_server.api.create(path, _event(api_server.namespace, "1", about="a"))

    patched = api_server.api.merge(
        f"{path}/1", {"count": 2, "lastTimestamp": "2026-01-02T03:05:05Z"}
    )

    assert (patched["count"], patched["firstTimestamp"]) == (2, NOW)


def test_given_an_event_about_another_namespace_when_created_then_invalid(
    api_server: ApiServer,
) -> None:
    event = _event("elsewhere", "1", about="a")

    status = api_server.api.expect(422, "POST", EVENTS.path(api_server.namespace), event)

    assert [c["field"] for c in status["details"]["causes"]] == ["involvedObject.namespace"]


def test_given_a_pod_too_big_for_any_node_when_scheduled_then_an_event_says_so(
    api_server: ApiServer, node: str
) -> None:
    big = pod("big", requests={"cpu": "9000", "memory": "64Mi"})
    made = api_server.api.create(PODS.path(api_server.namespace), big)
    selector = f"involvedObject.uid={made['metadata']['uid']},reason=FailedScheduling"

    def found() -> list[JsonObject]:
        path = EVENTS.path(api_server.namespace)
        items: list[JsonObject] = api_server.api.get(path, fieldSelector=selector)["items"]
        return items

    event = eventually(found, what="FailedScheduling is reported")[0]

    assert event["type"] == "Warning"
    assert event["involvedObject"]["kind"] == "Pod"
    assert event["involvedObject"]["name"] == "big"
    assert node
    assert event["message"].startswith("0/1 nodes are available: 1 Insufficient cpu.")

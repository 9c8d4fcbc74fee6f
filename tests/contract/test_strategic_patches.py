"""Strategic merge patches: the order of lists, and every directive."""

from __future__ import annotations

from typing import Any

import pytest

from nbcore.kube.resources import SERVICES
from tests.cluster.api import STRATEGIC_MERGE_PATCH, Answer
from tests.cluster.servers import ApiServer
from tests.contract.objects import labelled, service

ORDER = "$setElementOrder/ports"
_80, _81, _82 = ({"port": number} for number in (80, 81, 82))
_GONE: Any = {"$patch": "delete"}


def _patched(s: ApiServer, patch: Any) -> Answer:
    """A Service with ports 80 and 81 and one label, after a patch."""
    ports = [{"name": "a", "port": 80}, {"name": "b", "port": 81}]
    path = SERVICES.path(s.namespace)
    s.api.create(path, labelled(service("a", ports=ports), app="x"))
    return s.api.request("PATCH", f"{path}/a", patch, content_type=STRATEGIC_MERGE_PATCH)


@pytest.mark.parametrize(
    ("spec", "numbers"),
    [
        pytest.param({"ports": [_82 | {"name": "c"}, _80]}, [82, 80, 81], id="as patched"),
        pytest.param({"ports": [_81, _80]}, [81, 80], id="both in another order"),
        pytest.param({"ports": [_80 | _GONE]}, [81], id="one goes"),
        pytest.param({"ports": [_82, {"$patch": "replace"}]}, [82], id="all are replaced"),
        pytest.param({ORDER: [_81, _80]}, [81, 80], id="an order alone"),
        pytest.param({ORDER: [_81]}, [80, 81], id="an order of one alone"),
        pytest.param(
            {ORDER: [_82, _81, _80], "ports": [_82 | {"name": "c"}]}, [82, 81, 80], id="an order"
        ),
        pytest.param({ORDER: [_81, _80], "ports": [_81 | _GONE]}, [80], id="an order of what went"),
        pytest.param({"$retainKeys": ["ports"], "ports": [_80]}, [80, 81], id="what is retained"),
        pytest.param({"$patch": "replace", "ports": [_82]}, [82], id="the spec is replaced"),
    ],
)
def test_given_a_list_when_merged_strategically_then_its_items_are_in_order(
    api_server: ApiServer, spec: Any, numbers: list[int]
) -> None:
    answer = _patched(api_server, {"spec": spec})

    assert answer.status == 200, answer.body
    assert [port["port"] for port in answer.body["spec"]["ports"]] == numbers


def test_given_retained_keys_when_merged_strategically_then_the_others_go(
    api_server: ApiServer,
) -> None:
    answer = _patched(api_server, {"spec": {"$retainKeys": ["ports", "type"]}})

    assert "selector" not in answer.body["spec"]


def test_given_a_list_when_all_its_items_go_then_the_spec_is_refused(api_server: ApiServer) -> None:
    answer = _patched(api_server, {"spec": {"ports": [{"$patch": "replace"}]}})

    assert answer.status == 422
    assert [cause["field"] for cause in answer.body["details"]["causes"]] == ["spec.ports"]


@pytest.mark.parametrize(
    ("patch", "status"),
    [
        pytest.param({"spec": {"ports": [{"name": "c"}]}}, 500, id="an item without its key"),
        pytest.param({"spec": {"ports": ["c"]}}, 500, id="an item of another type"),
        pytest.param({"spec": {"ports": [{"$patch": "merge"}]}}, 500, id="merge of a list"),
        pytest.param({"spec": {"$patch": "dance"}}, 500, id="an unknown directive"),
        pytest.param({"spec": {ORDER: [_80], "ports": [_81]}}, 500, id="not in the order"),
        pytest.param({"spec": {ORDER: "x"}}, 500, id="an order that is no list"),
        pytest.param({"spec": {"$setElementOrder": []}}, 400, id="an order of nothing"),
        pytest.param({"spec": {"$retainKeys": "x"}}, 400, id="retained keys that are no list"),
        pytest.param(
            {"spec": {"$retainKeys": ["ports"], "type": "ClusterIP"}}, 400, id="a key not retained"
        ),
        pytest.param({"metadata": {"$deleteFromPrimitiveList": []}}, 400, id="out of nothing"),
    ],
)
def test_given_a_directive_that_can_not_be_followed_when_sent_then_refused(
    api_server: ApiServer, patch: Any, status: int
) -> None:
    assert _patched(api_server, patch).status == status

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.api.ages import human
from sandbox.api.crds import custom_kind
from sandbox.api.jsonpath import PathError, find
from sandbox.api.kinds import BUILT_IN_KINDS
from sandbox.api.podcells import pod_restarts, pod_status
from sandbox.api.tables import table
from tests.sandbox.api.objects import NOW, pod, widget, widget_definition

TIME = datetime(*NOW, tzinfo=UTC)


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (timedelta(seconds=0), "0s"),
        (timedelta(seconds=119), "119s"),
        (timedelta(minutes=2), "2m"),
        (timedelta(minutes=5, seconds=30), "5m30s"),
        (timedelta(minutes=30, seconds=30), "30m"),
        (timedelta(hours=3), "3h"),
        (timedelta(hours=5, minutes=7), "5h7m"),
        (timedelta(hours=30, minutes=7), "30h"),
        (timedelta(days=3, hours=4), "3d4h"),
        (timedelta(days=300), "300d"),
        (timedelta(days=365 * 3), "3y"),
        (timedelta(seconds=-10), "<invalid>"),
    ],
)
def test_given_a_duration_when_shown_then_as_kubectl_does(duration: timedelta, text: str) -> None:
    assert human(duration.total_seconds()) == text


OBJECT: Any = {
    "metadata": {"labels": {"a.b/c": "1"}},
    "spec": {"l": [{"r": {"requests": {"cpu": 1}, "limits": {"cpu": 2}}}]},
    "status": {"conditions": [{"type": "Ready", "status": "True"}, {"type": "X", "status": "F"}]},
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (".spec.l[0].r.requests.cpu", [1]),
        (".spec.l[-1].r.limits.cpu", [2]),
        (".spec.l[*].r.requests.cpu", [1]),
        (".spec.l[0].r['requests','limits'].cpu", [1, 2]),
        (r".metadata.labels.a\.b/c", ["1"]),
        (".metadata.labels['a.b/c']", ["1"]),
        ('.status.conditions[?(@.type=="Ready")].status', ["True"]),
        (".spec.none.below", []),
        (".spec.l[7]", []),
    ],
)
def test_given_a_json_path_when_followed_then_what_is_there(path: str, found: list[Any]) -> None:
    assert find(OBJECT, path) == found


@pytest.mark.parametrize("path", ["[[[", ".a[?(@.b > 1)]", ".a["])
def test_given_another_path_when_followed_then_an_error(path: str) -> None:
    with pytest.raises(PathError):
        find(OBJECT, path)


def test_given_a_custom_kind_when_shown_then_its_own_columns() -> None:
    kind = custom_kind(widget_definition())
    assert kind

    shown = table([widget("x")], kind, {}, "None", TIME)

    assert [column["name"] for column in shown["columnDefinitions"]] == ["Name", "Size"]
    assert shown["rows"] == [{"cells": ["x", "S"]}]


@pytest.mark.parametrize("kind", BUILT_IN_KINDS, ids=lambda kind: kind.resource)
def test_given_a_bare_object_of_any_kind_when_shown_then_there_is_a_row(kind: Any) -> None:
    bare = {"metadata": {"name": "x"}, "spec": {}}

    shown = table([bare], kind, {}, "Metadata", TIME)

    assert len(shown["rows"][0]["cells"]) == len(shown["columnDefinitions"])


def _with_state(**state: Any) -> Any:
    return pod("x") | {"status": {"phase": "Pending", "containerStatuses": [{"state": state}]}}


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (pod("x") | {"status": {"phase": "Running"}}, "Running"),
        (_with_state(waiting={"reason": "ErrImagePull"}), "ErrImagePull"),
        (_with_state(terminated={"reason": "OOMKilled"}), "OOMKilled"),
        (_with_state(terminated={"exitCode": 3}), "ExitCode:3"),
        (pod("x") | {"metadata": {"name": "x", "deletionTimestamp": "t"}}, "Terminating"),
    ],
)
def test_given_a_pod_when_summed_up_then_one_word(body: Any, word: str) -> None:
    assert pod_status(body, TIME) == word


def test_given_restarts_when_shown_then_with_the_last_one() -> None:
    ended = {"terminated": {"finishedAt": "2026-11-23T11:59:00Z"}}
    status = {"containerStatuses": [{"restartCount": 2, "lastState": ended}]}

    assert pod_restarts({"status": status}, TIME) == "2 (60s ago)"

"""What owners of notebooks on deprecated images see and can do, on the sandbox."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from nbcore.kube.resources import NOTEBOOKS
from tests.cluster.servers import fresh_namespace
from tests.pages.test_catalog_setting import setting
from tests.pages.visit import Visit, click, words

CATALOG = json.dumps(
    {
        "jupyter": [
            {"containerImage": "team/new:1", "default": True},
            {"containerImage": "team/old:1", "deprecated": True, "replacedBy": "team/new:1"},
        ]
    }
)


def _owned_by(name: str) -> dict[str, dict[str, str]]:
    return {"annotations": {"ml.oneblock.ai/owner": name}}


@pytest.mark.parametrize(
    ("suspend", "said", "done"),
    [
        (False, "Moving restarts it", "nb restarts with new:1."),
        (True, "It starts with the new image next time", "nb starts next time with new:1."),
    ],
    ids=["running", "stopped"],
)
def test_given_a_deprecated_image_when_its_owner_agrees_then_the_notebook_has_the_replacement(
    visit: Visit, said: str, done: str, *, suspend: bool
) -> None:
    visit.has_notebook(
        "nb",
        container={"image": "team/old:1"},
        metadata={"name": "nb", "namespace": visit.namespace, **_owned_by("alice")},
        spec={"suspend": suspend},
    )
    with setting(visit, CATALOG):
        page = visit.open_list()
        told = words(page)

        click(page, "Move to new:1")

        assert "nb uses old:1, which is deprecated." in told
        assert said in told
        assert done in words(page)
        assert "deprecated" not in words(page)
    stored = visit.stored("notebooks", "nb")
    assert stored["spec"]["template"]["spec"]["containers"][0]["image"] == "team/new:1"


def test_given_a_running_notebook_without_a_volume_when_told_then_no_file_is_promised(
    visit: Visit,
) -> None:
    for name, volumes in (("keeps", ["work"]), ("loses", [])):
        mounts = [{"name": each, "mountPath": "/home/jovyan"} for each in volumes]
        claims = [{"name": each, "persistentVolumeClaim": {"claimName": each}} for each in volumes]
        visit.has_notebook(
            name,
            container={"image": "team/old:1", "volumeMounts": mounts},
            pod={"volumes": claims},
            metadata=_owned_by("alice"),
        )

    with setting(visit, CATALOG):
        told = words(visit.open_list())

    assert "what runs in it ends, files on its volume are kept." in told
    assert "what runs in it ends, and its files go: no volume." in told


def test_given_no_replacement_when_listed_then_the_owner_is_told_without_a_button(
    visit: Visit,
) -> None:
    visit.has_notebook("nb", container={"image": "team/old:1"}, metadata=_owned_by("alice"))
    without = json.loads(CATALOG)
    del without["jupyter"][1]["replacedBy"]

    with setting(visit, json.dumps(without)):
        page = visit.open_list()

    assert "nb uses old:1, which is deprecated. No replacement is named yet" in words(page)
    assert not [button for button in page.button if button.label.startswith("Move")]


def test_given_a_notebook_elsewhere_when_an_empty_namespace_is_looked_at_then_it_is_told_and_moved(
    visit: Visit,
) -> None:
    with fresh_namespace(visit.api) as elsewhere, setting(visit, CATALOG):
        other = replace(visit, namespace=elsewhere)
        other.has_notebook("nb", container={"image": "team/old:1"}, metadata=_owned_by("alice"))
        page = visit.open_list()
        told = words(page)
        click(page, "Move to new:1")
        moved = other.stored("notebooks", "nb")

    assert f"nb in {elsewhere} uses old:1, which is deprecated." in told
    assert moved["spec"]["template"]["spec"]["containers"][0]["image"] == "team/new:1"


def test_given_somebody_elses_notebook_when_listed_then_there_is_no_notice(visit: Visit) -> None:
    visit.has_notebook("nb", container={"image": "team/old:1"}, metadata=_owned_by("bob"))

    with setting(visit, CATALOG):
        page = visit.open_list()

    assert "deprecated" not in words(page)


def test_given_a_notebook_that_changed_meanwhile_when_moved_then_it_says_so(visit: Visit) -> None:
    visit.has_notebook("nb", container={"image": "team/old:1"}, metadata=_owned_by("alice"))
    with setting(visit, CATALOG):
        page = visit.open_list()
        found = visit.stored("notebooks", "nb")
        found["spec"]["template"]["spec"]["containers"][0]["image"] = "team/else:1"
        visit.api.replace(visit.path("notebooks", "nb"), found)

        click(page, "Move to new:1")

        assert "Somebody changed it at the same moment." in words(page)
    visit.sees(NOTEBOOKS, "nb")
    stored = visit.stored("notebooks", "nb")
    assert stored["spec"]["template"]["spec"]["containers"][0]["image"] == "team/else:1"


def test_given_many_such_notebooks_when_listed_then_three_are_told_and_the_rest_counted(
    visit: Visit,
) -> None:
    for name in "abcde":
        visit.has_notebook(name, container={"image": "team/old:1"}, metadata=_owned_by("alice"))

    with setting(visit, CATALOG):
        page = visit.open_list()

    assert len([button for button in page.button if button.label == "Move to new:1"]) == 3
    assert "2 more of your notebooks use a deprecated image." in words(page)

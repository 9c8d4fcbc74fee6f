"""What people can choose from follows the Setting, broken ones included."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from nbcore.kube.resources import SETTINGS
from tests.cluster.api import Api, eventually
from tests.pages.visit import Visit, words

SETTINGS_PATH = "/apis/management.oneblock.ai/v1/settings"
NAME = "notebook-default-images"


@contextmanager
def setting(visit: Visit, value: str, *, name: str = NAME) -> Iterator[None]:
    """The Setting with this value, as long as a test runs."""
    made = {
        "apiVersion": "management.oneblock.ai/v1",
        "kind": "Setting",
        "metadata": {"name": name},
        "value": value,
    }
    visit.api.create(SETTINGS_PATH, made)
    eventually(lambda: visit.cache.get(SETTINGS, name), what="the setting is in the cache")
    try:
        yield
    finally:
        remove(visit.api, name)
        eventually(lambda: not visit.cache.get(SETTINGS, name), what="the setting is gone")


def remove(api: Api, name: str) -> None:
    api.delete(f"{SETTINGS_PATH}/{name}")


@pytest.mark.parametrize("name", [NAME, "default-notebook-images"])
def test_given_a_changed_setting_when_the_form_opens_then_its_images_are_offered(
    visit: Visit, name: str
) -> None:
    catalog = {
        "jupyter": [
            {"containerImage": "team/lab:1", "description": "Ours"},
            {"containerImage": "team/lab:2", "description": "Newer", "default": True},
        ]
    }

    with setting(visit, json.dumps(catalog), name=name):
        page = visit.open_form()

    image = page.selectbox(key="new_image_jupyter")
    assert image.options == ["Ours  ·  lab:1", "Newer  ·  lab:2"]
    assert image.value == "team/lab:2"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        pytest.param("{", "no JSON", id="no JSON"),
        pytest.param('["x"]', "no JSON object", id="another shape"),
        pytest.param('{"jupyter":[{"description":"x"}]}', "containerImage", id="no image"),
        pytest.param('{"jupyter":[{"containerImage":"<b>:x:"}]}', "row 1", id="markup as image"),
    ],
)
def test_given_a_broken_setting_when_opened_then_the_shipped_images_serve_and_it_says_so(
    visit: Visit, value: str, said: str
) -> None:
    with setting(visit, value):
        page = visit.open_list()

    assert "The image catalog is broken" in words(page)
    assert said in page.warning[0].value.replace("\\", "")
    assert [button.disabled for button in page.button] == [False, False, False]


def test_given_a_catalog_without_an_ide_when_the_list_is_empty_then_its_card_says_so(
    visit: Visit,
) -> None:
    with setting(visit, '{"jupyter":[{"containerImage":"team/lab:1","default":true}]}'):
        page = visit.open_list()

    assert [button.disabled for button in page.button] == [False, True, True]
    assert "No image in the catalog" in words(page)

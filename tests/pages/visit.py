"""A person's visit: opens pages on a namespace of its own, and looks at the cluster behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import MenuButton

from nbcore.kube.cache import ClusterCache
from nbcore.kube.client import Kube
from nbcore.kube.resources import NAMESPACES, NOTEBOOKS, Resource
from nbcore.names import JsonObject
from nbcore.settings import Settings
from tests.cluster.api import Api, eventually
from tests.nbcore.builders import notebook
from ui.session import Services, install, own_account

SHELL = Path(__file__).parents[2] / "ui" / "shell.py"
NEW_PAGE = "../pages/new.py"
NOTEBOOKS_PAGE = "../pages/notebooks.py"
TABLE = "notebooks_table"


@dataclass(frozen=True, slots=True)
class Visit:
    """What a test of a page has in its hands."""

    api: Api
    cache: ClusterCache
    namespace: str

    @classmethod
    def begin(cls, api: Api, kube: Kube, cache: ClusterCache, namespace: str) -> Visit:
        """Wires a fixed person, whose usual namespace is the test's own."""
        eventually(lambda: cache.get(NAMESPACES, namespace), what=f"{namespace} is in the cache")
        settings = Settings.from_environ({"NB_NAMESPACES": namespace})
        install(Services(cache, kube, settings, identity=own_account("alice")))
        return cls(api, cache, namespace)

    def has_notebook(self, name: str, *, phase: str = "", message: str = "", **parts: Any) -> None:
        """Stores a notebook, with the status that a controller would write."""
        made = notebook(name, namespace=self.namespace, **parts)
        del made["metadata"]["uid"]
        self.api.create(self.path("notebooks"), made)
        if phase:
            status = {"status": {"phase": phase, "message": message, "observedGeneration": 1}}
            self.api.merge(f"{self.path('notebooks', name)}/status", status)
        self.sees(NOTEBOOKS, name, lambda seen: not phase or "status" in seen)

    def has_volume(self, name: str, *, size: str = "10Gi") -> None:
        """Stores a claim."""
        spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}}
        claim = {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": name, "namespace": self.namespace},
            "spec": spec,
        }
        self.api.create(self.path("persistentvolumeclaims"), claim)

    def sees(
        self, resource: Resource, name: str, is_right: Callable[[JsonObject], bool] = bool
    ) -> JsonObject:
        """The object, once the cache has it."""

        def look() -> JsonObject | None:
            seen = self.cache.get(resource, name, self.namespace)
            return seen if seen and is_right(seen) else None

        found = eventually(look, what=f"{name} is in the cache")
        assert found is not None
        return found

    def path(self, plural: str, name: str = "") -> str:
        """The API path of a collection or an object in the test's namespace."""
        group = "apis/ml.oneblock.ai/v1" if plural == "notebooks" else "api/v1"
        return f"/{group}/namespaces/{self.namespace}/{plural}" + (f"/{name}" if name else "")

    def stored(self, plural: str, name: str) -> JsonObject:
        """The object as the API server has it."""
        found: JsonObject = self.api.get(self.path(plural, name))
        return found

    def names(self, plural: str) -> set[str]:
        """Names of all such objects in the test's namespace."""
        return {item["metadata"]["name"] for item in self.api.get(self.path(plural))["items"]}

    def open_list(self, query: Mapping[str, str] | None = None) -> AppTest:
        """The Notebooks page."""
        page = AppTest.from_file(str(SHELL), default_timeout=30)
        page.query_params.update(query or {})
        return run(page)

    def open_form(self, *, own_image: str = "") -> AppTest:
        """The New notebook page; ``own_image``: as typed there, for which AppTest has no way."""
        page = self.open_list()
        if own_image:
            page.session_state["new_image_jupyter"] = own_image
        return run(page.switch_page(NEW_PAGE))


def run(page: AppTest) -> AppTest:
    """Runs a page; what it raises fails the test."""
    page.run()
    assert not page.exception, page.exception
    return page


def click(page: AppTest, label: str) -> AppTest:
    """Presses the button; of several the last, which is a dialog's."""
    [button for button in page.button if button.label == label][-1].click()
    return run(page)


def choose_from_menu(page: AppTest, option: str) -> AppTest:
    """Chooses from "Start new"."""
    menu = page.get("menu_button")[0]
    assert isinstance(menu, MenuButton)
    menu.click(option)
    return run(page)


def listed(page: AppTest) -> dict[str, dict[str, Any]]:
    """The table's rows by name, in their order."""
    rows: list[dict[str, Any]] = page.dataframe[0].value.to_dict("records")  # type: ignore[assignment]  # keys are texts
    return {row["Name"]: row for row in rows}


def select(page: AppTest, *positions: int) -> AppTest:
    """Ticks rows of the table."""
    page.session_state[TABLE] = {"selection": {"rows": list(positions), "columns": [], "cells": []}}
    return run(page)


def type_into(page: AppTest, label: str, text: str) -> AppTest:
    """Types into a text field and leaves it."""
    next(field for field in page.text_input if field.label == label).input(text)
    return run(page)


def choose(page: AppTest, key: str, value: str) -> AppTest:
    """Chooses a pill or a segment by its value."""
    page.button_group(key=key).set_value(value)
    return run(page)


def words(page: AppTest) -> str:
    """Everything that the page says in sentences, without the escapes of Markdown."""
    parts = [*page.markdown, *page.caption, *page.error, *page.warning, *page.text, *page.toast]
    text = "\n".join(str(part.value) for part in [*parts, *page.subheader])
    return plain(text)


def plain(text: str) -> str:
    """Without the escapes of Markdown."""
    return text.replace("\\", "").replace("\u2060", "")

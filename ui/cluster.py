"""What pages read of the cluster: from memory only, for the namespace that a person chose."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from nbcore.catalog import Catalog, CatalogReading, CatalogSource
from nbcore.kube.resources import NAMESPACES, NOTEBOOKS, PERSISTENT_VOLUME_CLAIMS, SETTINGS
from nbcore.names import CATALOG_SETTING, CATALOG_SETTING_OLD_NAME, JsonObject
from nbcore.objects import text_at
from nbcore.rows import NotebookRow
from nbcore.status import NotebookStatus
from ui import access, namespaces, session, tables
from ui.markdown import escape

# A cluster that is there is heard every five seconds, and may take three to answer. Seconds.
_PATIENCE = 10
_MINUTES_FROM = 120
# A click should show its effect; a watch takes some 50 ms to bring it. Seconds.
_EFFECT_DEADLINE = 1.0
_EFFECT_STEP = 0.02
_WAITING_STEP = 0.3
_CATALOG_SECONDS = 2.0
_CHOSEN_NAMESPACE = "chosen_namespace"


def catalog() -> CatalogReading:
    """The images in force."""
    setting = catalog_setting()
    kept: JsonObject = {source: (setting or {}).get(source) for source in CatalogSource}
    kept["metadata"] = {"name": text_at(setting, "metadata", "name")}
    return _read(json.dumps(kept))


def catalog_setting() -> JsonObject | None:
    """The Setting that holds the images; None when the cluster has none."""
    cache = session.services().cache
    return cache.get(SETTINGS, CATALOG_SETTING) or cache.get(SETTINGS, CATALOG_SETTING_OLD_NAME)


@st.fragment(run_every=_CATALOG_SECONDS)
def follow_catalog(reading: CatalogReading) -> None:
    """Lets an open page run again when the images changed; what was typed stays."""
    if catalog() is not reading:
        st.rerun()


def notebook_rows(namespace: str) -> list[NotebookRow]:
    """The notebooks of a namespace, or of all of them."""
    services = session.services()
    found = services.cache.list(NOTEBOOKS, namespace)
    return services.rows.rows(found, catalog().catalog, services.clock())


def is_known() -> bool:
    """Whether what every page needs was read at least once since the process started."""
    cache = session.services().cache
    return all(cache.has_synced(resource) for resource in (NOTEBOOKS, NAMESPACES, SETTINGS))


@st.fragment(run_every=_WAITING_STEP)
def draw_waiting() -> None:
    """Stands in for a page until the cluster was read, then lets the page run again."""
    if is_known():
        st.rerun()
    if not draw_silence():
        st.caption("Reading the cluster…")


def full_cause(row: NotebookRow) -> str:
    """What is going on with one notebook, uncut; "" when there is nothing to say."""
    found = session.services().cache.get(NOTEBOOKS, row.name, row.namespace)
    said = NotebookStatus.from_object(found).message if found and row.going_on else ""
    return row.malformed or said


def taken_names(namespace: str) -> frozenset[str]:
    """Names of the namespace's notebooks and volumes."""
    cache = session.services().cache
    found = [*cache.list(NOTEBOOKS, namespace), *cache.list(PERSISTENT_VOLUME_CLAIMS, namespace)]
    return frozenset(str(item["metadata"]["name"]) for item in found)


def offered_namespaces() -> list[str]:
    """The namespaces that people choose from."""
    return namespaces.offered(session.services().cache.list(NAMESPACES))


def chosen_namespace() -> str:
    """The namespace that this visitor chose last, or the usual one."""
    names = offered_namespaces()
    usual = namespaces.usual(names, session.services().settings.namespaces)
    chosen = st.session_state.get(_CHOSEN_NAMESPACE, usual)
    return chosen if chosen in {*names, namespaces.ALL} else usual


def namespace_for_new() -> str:
    """Where a click makes something: the chosen namespace, else the usual one."""
    names = offered_namespaces()
    usual = namespaces.usual(names, session.services().settings.namespaces)
    return chosen_namespace() or usual


def choose_namespace(name: str) -> None:
    """Remembers the choice for the other pages of this visit."""
    st.session_state[_CHOSEN_NAMESPACE] = name


def wait_for_effect(is_visible: Callable[[], bool]) -> None:
    """Waits up to a second until the cache shows what was just done; gives up without a word."""
    deadline = time.monotonic() + _EFFECT_DEADLINE
    while not is_visible() and time.monotonic() < deadline:
        time.sleep(_EFFECT_STEP)


def draw_silence() -> bool:
    """Says how old the state is when the cluster has not answered for a while; whether it did."""
    services = session.services()
    silence = services.cache.silence(services.monotonic())
    if silence <= _PATIENCE:
        return False
    span = tables.age(silence) if silence >= _MINUTES_FROM else f"{round(silence)} s"
    text = f"The cluster has not answered for {span}."
    if services.cache.is_synced:
        seen = services.clock().astimezone(_time_zone()) - timedelta(seconds=silence)
        text += f" This is the state of {seen:%H:%M}."
    st.warning(text, icon=":material/cloud_off:")
    return True


def draw_catalog_problem(reading: CatalogReading) -> None:
    """Says to those who can mend it what is wrong, when the Setting can't be read as it stands."""
    if reading.problem and access.may_edit_catalog(session.viewer()):
        words = "The image catalog is broken: until it is mended, the shipped images are offered."
        st.warning(escape(f"{words} {reading.problem}"), icon=":material/inventory_2:")


@lru_cache(maxsize=4)
def _read(kept: str) -> CatalogReading:
    """The same object as long as the Setting stays the same: rows are remembered by it."""
    return Catalog.from_setting(json.loads(kept))


def _time_zone() -> tzinfo:
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return UTC

"""What pages read of the cluster: from memory only, for the namespace that a person chose."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from nbcore.access import CREATE, LIST, LIST_VOLUMES
from nbcore.catalog import Catalog, CatalogReading, CatalogSource
from nbcore.errors import ClusterError
from nbcore.kube.resources import (
    NAMESPACES,
    NOTEBOOKS,
    PERSISTENT_VOLUME_CLAIMS,
    ROLE_BINDINGS,
    ROLES,
    SETTINGS,
)
from nbcore.names import OWNER_ANNOTATION, JsonObject
from nbcore.objects import text_at
from nbcore.rows import NotebookRow
from nbcore.status import NotebookStatus, Phase
from ui import access, messages, namespaces, session, tables
from ui.markdown import escape

_MINUTES_FROM = 120
# A click should show its effect; a watch takes some 50 ms to bring it. Seconds.
_EFFECT_DEADLINE = 1.0
_EFFECT_STEP = 0.02
_WAITING_STEP = 0.3
_CATALOG_SECONDS = 2.0


def catalog() -> CatalogReading:
    """The images in force."""
    setting = catalog_setting()
    kept: JsonObject = {source: (setting or {}).get(source) for source in CatalogSource}
    kept["metadata"] = {"name": text_at(setting, "metadata", "name")}
    return _read(json.dumps(kept))


def catalog_setting() -> JsonObject | None:
    """The Setting that holds the images; None when the cluster has none."""
    return session.services().cache.get(SETTINGS, access.catalog_name())


@st.fragment(run_every=_CATALOG_SECONDS)
def follow_catalog(reading: CatalogReading) -> None:
    """Lets an open page run again when the images changed; what was typed stays."""
    session.viewer()
    if catalog() is not reading:
        st.rerun()


def notebook_rows(namespace: str) -> list[NotebookRow]:
    """The notebooks that the viewer may see, of a namespace or of all of them.

    Raises:
        ClusterError: nobody knows what the viewer may see.
    """
    services = session.services()
    found = services.cache.list(NOTEBOOKS, namespace)
    seen = access.where(LIST, {item["metadata"]["namespace"] for item in found})
    visible = [item for item in found if item["metadata"]["namespace"] in seen]
    return services.rows.rows(visible, catalog().catalog, services.clock())


def deprecated_rows() -> list[NotebookRow]:
    """The viewer's own notebooks on deprecated images, in all namespaces that they may see.

    Raises:
        ClusterError: nobody knows what the viewer may see.
    """
    # Looked for before anything is asked: mostly there are none, and no namespace needs a review.
    services, images, user = session.services(), catalog().catalog, session.viewer().user
    found = services.cache.list(NOTEBOOKS)
    own = [n for n in found if text_at(n, "metadata", "annotations", OWNER_ANNOTATION) == user]
    rows = services.rows.rows(own, images, services.clock())
    old = [row for row in rows if images.is_deprecated(row.image)]
    seen = access.where(LIST, {row.namespace for row in old})
    return [row for row in old if row.namespace in seen]


def is_known() -> bool:
    """Whether what every page needs was read at least once since the process started."""
    cache = session.services().cache
    # Without bindings namespaces would be missing at first; without Roles all would seem different,
    # and each be asked about at once.
    bound = (ROLE_BINDINGS, ROLES) if session.is_person() else ()
    needed = (NOTEBOOKS, NAMESPACES, SETTINGS, *bound)
    return all(cache.has_synced(resource) for resource in needed)


@st.fragment(run_every=_WAITING_STEP)
def draw_waiting() -> None:
    """Stands in for a page until the cluster was read, then lets the page run again."""
    session.viewer()
    if is_known():
        st.rerun()
    if not draw_silence():
        st.caption("Reading the cluster…")


def draw_unknown(error: ClusterError, *, about: str = "What you may see is not known") -> None:
    """Stands in for what may not be shown while nobody knows what the viewer may see."""
    if not draw_silence():
        messages.show(error, about=about)


def is_answering() -> bool:
    """Whether it is known again what the viewer may see."""
    try:
        offered_namespaces()
    except ClusterError:
        return False
    return True


def full_cause(row: NotebookRow) -> str:
    """What is going on with one notebook, uncut; "" when there is nothing to say."""
    found = session.services().cache.get(NOTEBOOKS, row.name, row.namespace)
    said = NotebookStatus.from_object(found).message if found and row.going_on else ""
    if row.phase is Phase.READY and row.going_on:
        # Nothing else is said of one that is ready.
        said = f"{row.going_on}. Whoever reaches its address opens it without signing in."
    return row.malformed or said


def volumes(namespace: str) -> list[JsonObject]:
    """The claims of a namespace, as far as the viewer may list them."""
    if not access.may(LIST_VOLUMES, namespace):
        return []
    return session.services().cache.list(PERSISTENT_VOLUME_CLAIMS, namespace)


def taken_names(namespace: str) -> frozenset[str]:
    """Names of the namespace's notebooks and volumes."""
    found = [*session.services().cache.list(NOTEBOOKS, namespace), *volumes(namespace)]
    return frozenset(str(item["metadata"]["name"]) for item in found)


def offered_namespaces() -> list[str]:
    """The namespaces that people choose from: where the viewer may list notebooks.

    Raises:
        ClusterError: nobody knows.
    """
    return sorted(access.where(LIST, _namespaces()))


def unasked_namespaces() -> int:
    """How many namespaces are not offered only because they were not asked about yet.

    Raises:
        ClusterError: nobody knows.
    """
    return access.unasked(LIST, _namespaces())


def namespaces_for_new() -> list[str]:
    """Where the viewer may make a notebook.

    Raises:
        ClusterError: nobody knows.
    """
    return sorted(access.where(CREATE, offered_namespaces()))


def chosen_namespace(names: Sequence[str]) -> str:
    """The one of these namespaces that this visitor chose last, or the usual one."""
    usual = _usual(names)
    chosen = st.session_state.get(access.CHOSEN_NAMESPACE, usual)
    return chosen if chosen in {*names, namespaces.ALL} else usual


def namespace_for_new() -> str:
    """Where a click makes something: the chosen namespace, else the usual one; "" for nowhere.

    Raises:
        ClusterError: nobody knows.
    """
    # Mostly it is one of these two: then the others need not be asked about.
    names = offered_namespaces()
    for name in (chosen_namespace(names), _usual(names)):
        if name and access.where(CREATE, {name}):
            return name
    return _usual(namespaces_for_new())


def has_place_for_new() -> bool:
    """Whether the viewer may make a notebook somewhere; while nobody knows, it is a yes."""
    if not is_known() or not session.is_person():
        return True
    try:
        return bool(namespace_for_new() or unasked_namespaces())
    except ClusterError:
        return True


def _namespaces() -> list[str]:
    return namespaces.offered(session.services().cache.list(NAMESPACES))


def _usual(names: Sequence[str]) -> str:
    return namespaces.usual(names, session.services().settings.namespaces)


def choose_namespace(name: str) -> None:
    """Remembers the choice for the other pages of this visit."""
    st.session_state[access.CHOSEN_NAMESPACE] = name


def shows_all() -> bool:
    """Whether this visitor chose all namespaces, where a name alone does not say which is meant."""
    chosen: str | None = st.session_state.get(access.CHOSEN_NAMESPACE)
    return chosen == namespaces.ALL


def wait_for_effect(is_visible: Callable[[], bool]) -> None:
    """Waits up to a second until the cache shows what was just done; gives up without a word."""
    deadline = time.monotonic() + _EFFECT_DEADLINE
    while not is_visible() and time.monotonic() < deadline:
        time.sleep(_EFFECT_STEP)


def draw_silence() -> bool:
    """Says how old the state is when the cluster has not answered for a while; whether it did."""
    services = session.services()
    silence = services.cache.silence(services.monotonic())
    if silence <= access.PATIENCE:
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

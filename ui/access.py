"""What the viewer may do, as pages and navigation ask it; the API server's own answers.

All of them are remembered for some seconds; a page that asks every two seconds does not wait.
"""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from nbcore import access
from nbcore.access import Question
from nbcore.errors import ClusterError, UnreachableError
from nbcore.identity import Identity, OwnAccount
from nbcore.rights import Rights, narrowed
from nbcore.rows import NotebookRow
from nbcore.status import Phase
from ui import session

PATIENCE = 10
"""Seconds; a cluster that is there is heard every five, and may take three to answer."""
CHOSEN_NAMESPACE = "chosen_namespace"
_EDITS_CATALOG = "access_edits_catalog"


def where(question: Question, among: Collection[str]) -> frozenset[str]:
    """The namespaces in which the viewer may do something.

    Raises:
        ClusterError: nobody knows.
    """
    viewer = session.viewer()
    if session.is_person():
        _expect_an_answer()
    return session.services().places.allowing(viewer, question, among, also=_named())


def unasked(question: Question, among: Collection[str]) -> int:
    """How many of the namespaces ``where`` has not come to yet: they are missing in its answer.

    Raises:
        ClusterError: nobody knows.
    """
    places = session.services().places
    return places.unasked(session.viewer(), question, among, also=_named())


def may(question: Question, namespace: str) -> bool:
    """Whether the viewer may do it in a namespace; when nobody knows, it is a no."""
    try:
        return bool(where(question, {namespace}))
    except ClusterError:
        return False


def may_edit_catalog(viewer: Identity) -> bool:
    """Whether the viewer may update the Setting of the catalog; when nobody knows, it is a no."""
    try:
        return edits_catalog(viewer)
    except ClusterError:
        return False


def edits_catalog(viewer: Identity) -> bool:
    """Whether the viewer may update the Setting that holds the image catalog.

    The one person at an app without sign-in acts as the app's own account, which may. While the
    cluster is away a yes of this visit holds: what is typed on the page would be lost.

    Raises:
        ClusterError: nobody knows.
    """
    if isinstance(viewer, OwnAccount):
        return True
    try:
        _expect_an_answer()
        answer = session.services().access.allows(viewer, access.may_edit_catalog())
    except ClusterError:
        if st.session_state.get(_EDITS_CATALOG) == viewer:
            return True
        raise
    st.session_state[_EDITS_CATALOG] = viewer if answer else None
    return answer


def may_open(row: NotebookRow) -> bool:
    """Whether this very notebook can be opened; a role may name it without its neighbours."""
    if row.can_open or row.phase is not Phase.READY or not session.is_person():
        return row.can_open
    question = access.may_open(row.namespace, row.name)
    try:
        return session.services().access.allows(session.viewer(), question)
    except ClusterError:
        return False


def allowed_rows(rows: list[NotebookRow]) -> list[NotebookRow]:
    """The rows, offering what the viewer may do: asked once a namespace, never once a row.

    Raises:
        ClusterError: nobody knows.
    """
    among = {row.namespace for row in rows}
    rights = Rights(
        open=where(access.OPEN, among),
        change=where(access.CHANGE, among),
        delete=where(access.DELETE, among),
    )
    return narrowed(rows, rights)


def _expect_an_answer() -> None:
    """Raises UnreachableError at once where each question would wait for a connection to fail."""
    services = session.services()
    if services.cache.silence(services.monotonic()) > PATIENCE:
        raise UnreachableError("The cluster has not answered for a while.")


def _named() -> tuple[str, ...]:
    """Namespaces that the viewer named: in the URL, or by an earlier choice."""
    found = (st.query_params.get("namespace"), st.session_state.get(CHOSEN_NAMESPACE))
    return tuple(name for name in found if name)

"""What a page says of the namespaces that the viewer may look into."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from nbcore.errors import ClusterError
from nbcore.identity import Person
from ui import cluster, session
from ui.markdown import escape

_FOLLOW_SECONDS = 2.0


def draw_no_namespace(seen: Sequence[str] = ()) -> None:
    """Tells somebody who may do nothing here whom to ask, and what to say.

    Args:
        seen: the namespaces that they may look into.
    """
    person = session.viewer()
    groups = ", ".join(person.groups) if isinstance(person, Person) else ""
    who = f"{person.user} (groups: {groups})" if groups else person.user
    heading = "You may look, but not create" if seen else "No namespace is yours yet"
    place = f"in {seen[0]}" if len(seen) == 1 else "in a namespace"
    st.space("medium")
    st.subheader(heading, anchor=False, text_alignment="center")
    words = (
        f"Ask those who administer the cluster for a role {place}, for example edit. Tell "
        f"them that you are {who}."
    )
    st.markdown(escape(words), text_alignment="center")


def draw_asking(unasked: int) -> None:
    """Says that the namespaces which are offered are not all yet."""
    if unasked:
        count = f"{unasked} namespace{'s' * (unasked != 1)}"
        st.caption(f":material/hourglass_top: Still asking whether you may look into {count}…")


@st.fragment(run_every=_FOLLOW_SECONDS)
def follow_namespaces() -> None:
    """Lets an open page run again when all namespaces have been asked about."""
    try:
        cluster.offered_namespaces()
        unasked = cluster.unasked_namespaces()
    except ClusterError as error:
        cluster.draw_unknown(error)
        return
    draw_asking(unasked)
    if not unasked:
        st.rerun()

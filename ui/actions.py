"""Carries out what was clicked, as the viewer, and leaves a notice for the next run."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import streamlit as st

from nbcore import lifecycle
from nbcore.builder import Manifests, build
from nbcore.errors import NbError
from nbcore.form import one_click
from nbcore.ides import IDES, IdeType
from nbcore.kube.resources import NOTEBOOKS
from nbcore.names import JsonObject
from ui import cluster, notices, session
from ui.verbs import Target, Verb

_CLICKED = "actions_clicked"
_DOUBLE_CLICK = 2.0  # seconds


def start_new(ide: IdeType, *, image: str, namespace: str) -> None:
    """Makes a notebook of the usual size with a volume of its own: one click."""
    # Each click of a double click runs the page anew, and stops the run before.
    clicked: dict[IdeType, float] = st.session_state.setdefault(_CLICKED, {})
    now = session.services().monotonic()
    if now - clicked.get(ide, -_DOUBLE_CLICK) < _DOUBLE_CLICK:
        return
    clicked[ide] = now
    form = one_click(ide, namespace=namespace, image=image, taken=cluster.taken_names(namespace))
    owner = session.viewer().user
    manifests = build(form, owner=owner, now=session.services().clock())
    try:
        create(manifests)
    except NbError as error:
        notices.failed(error, about=f"{IDES[ide].title} was not started")
    else:
        notices.done(f"{form.name} is starting.")


def create(manifests: Manifests) -> None:
    """Makes what a form was built into, and waits until the list shows it.

    Raises:
        NbError: nothing was made; says why.
    """
    metadata = lifecycle.create_notebook(session.kube(), manifests)["metadata"]
    cluster.wait_for_effect(lambda: _cached(metadata["namespace"], metadata["name"]) is not None)


def carry_out(verb: Verb, targets: Iterable[Target], *, with_volume: bool = False) -> None:
    """Does one thing to each notebook; what fails is told and does not keep the others."""
    for target in targets:
        try:
            _send(verb, target, with_volume=with_volume)
        except NbError as error:
            notices.failed(error, about=target.name, owner=target.owner)
            continue
        cluster.wait_for_effect(partial(_is_visible, verb, target))
        notices.done(f"{target.name} {_OUTCOMES[verb]}.")


_OUTCOMES = {Verb.START: "is starting", Verb.STOP: "is stopping", Verb.DELETE: "is deleted"}


def _send(verb: Verb, target: Target, *, with_volume: bool) -> None:
    kube, at = session.kube(), (target.namespace, target.name)
    by, now = session.viewer().user, session.services().clock()
    match verb:
        case Verb.START:
            lifecycle.start_notebook(kube, *at, by=by, now=now)
        case Verb.STOP:
            lifecycle.stop_notebook(kube, *at, by=by, now=now)
        case Verb.DELETE:
            lifecycle.delete_notebook(kube, *at, uid=target.uid, with_volume=with_volume)


def _is_visible(verb: Verb, target: Target) -> bool:
    found = _cached(target.namespace, target.name)
    if found is None or found["metadata"].get("uid") != target.uid:
        return True
    match verb:
        case Verb.START:
            return not found["spec"].get("suspend")
        case Verb.STOP:
            return bool(found["spec"].get("suspend"))
        case Verb.DELETE:
            return "deletionTimestamp" in found["metadata"]


def _cached(namespace: str, name: str) -> JsonObject | None:
    return session.services().cache.get(NOTEBOOKS, name, namespace)

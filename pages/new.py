"""The form for a notebook: left what one fills in, right what follows from it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from nbcore import lifecycle
from nbcore.builder import Manifests, build
from nbcore.catalog import Catalog
from nbcore.errors import ClusterError, FieldError, InvalidFormError, NbError
from nbcore.form import NotebookForm, ServiceType, problems
from nbcore.ides import IDES
from nbcore.images import image_problem
from ui import (
    actions,
    cluster,
    fields,
    findings,
    forms,
    messages,
    notices,
    offers,
    reach,
    session,
    volume_fields,
)
from ui.forms import Slots
from ui.markdown import escape
from ui.places import NOTEBOOKS_PAGE

_REFUSED = "new_refused"
_CHECKED = "new_checked"
_MADE = "new_made"
_YAML_HEIGHT = 300


def main() -> None:
    """Draws the page."""
    st.title("New notebook", anchor=False)
    if not cluster.is_known():
        cluster.draw_waiting()
        return
    forms.begin()
    reading = cluster.catalog()
    # One place for all that comes and goes: what moved in the page would lose what is half typed.
    above = st.container()
    with above:
        notices.draw()
        cluster.draw_silence()
        cluster.draw_catalog_problem(reading)
    cluster.follow_catalog(reading)
    places = _find_places(above)
    if places is None:
        return
    left, right = st.columns([1.7, 1], gap="large")
    slots = Slots()
    with left:
        form, unreadable = _draw_form(reading.catalog, places, slots)
    found = (*unreadable, *problems(form, offers.known(form.namespace)), *_refused(form))
    slots.show(found)
    with right:
        _draw_consequences(form, found, reading.catalog)


def _find_places(above: DeltaGenerator) -> tuple[list[str], str] | None:
    """The namespaces to choose from and the one that is chosen; None: the page says why not."""
    try:
        seen = cluster.offered_namespaces()
        names = cluster.namespaces_for_new()
        chosen = cluster.namespace_for_new()
        is_asking = bool(cluster.unasked_namespaces())
    except ClusterError as error:
        cluster.draw_unknown(error)
        return None
    if is_asking:
        with above:
            reach.follow_namespaces()
    elif not names and session.is_person():
        st.write("You may not create notebooks in any namespace.")
        reach.draw_no_namespace(seen)
    return (names, chosen) if names or not session.is_person() else None


def _draw_form(
    catalog: Catalog, places: tuple[list[str], str], slots: Slots
) -> tuple[NotebookForm, Sequence[FieldError]]:
    ide = fields.draw_type()
    left, right = st.columns(2)
    with right:
        namespace = fields.draw_namespace(*places, slots)
    known = offers.known(namespace)
    with left:
        name = fields.draw_name(ide, known, slots)
    image = fields.draw_image(ide, catalog, slots)
    size = fields.draw_size(offers.gpu_resources(), slots)
    volume = volume_fields.draw_volume(name, namespace, known, slots)
    more = fields.draw_more(slots)
    form = NotebookForm(
        name=name,
        namespace=namespace,
        type=ide,
        image=image,
        volume=volume,
        cpu=size.cpu,
        memory=size.memory,
        gpu_count=size.gpu_count,
        gpu_resource=size.gpu_resource,
        shared_memory=more.shared_memory,
        shared_memory_size=more.shared_memory_size,
        environment=more.environment,
        service_type=more.service_type,
    )
    return form, [more.error] if more.error else []


def _draw_consequences(form: NotebookForm, found: Sequence[FieldError], catalog: Catalog) -> None:
    manifests = None if found else _build(form)
    with st.container(border=True):
        st.markdown("**Will it start?**")
        with st.container(gap="xsmall"):
            _draw_verdict(form, found, catalog)
            _draw_exposure(form)
            if manifests:
                findings.draw(offers.beyond_nodes(manifests.notebook))
    with st.container(border=True):
        st.markdown("**What will be sent**")
        if manifests:
            st.code(manifests.to_yaml(), language="yaml", height=_YAML_HEIGHT)
        else:
            st.caption("It is shown here when the form is right.")
    with st.container(horizontal=True):
        create = st.button("Create", type="primary", width="stretch")
        check = st.button("Check only", width="stretch")
    if create or check:
        forms.try_to_send()
        if manifests is None:
            st.rerun()
        _send(form, manifests, create=create)


def _draw_verdict(form: NotebookForm, found: Sequence[FieldError], catalog: Catalog) -> None:
    if found and forms.is_tried():
        _draw_problems(found)
        return
    if catalog.type_of_image(form.image):
        st.markdown(":green[:material/check_circle:] Image is in the catalog.")
    elif not image_problem(form.image):
        words = (
            f"Image is not in the catalog. It has to work as {IDES[form.type].title} on port 8888."
        )
        st.markdown(f":gray[:material/info:] {escape(words)}")
    checked_form, verdict = st.session_state.get(_CHECKED, (None, ()))
    if checked_form == form:
        findings.draw(verdict)
    else:
        st.caption("Check only asks the cluster and makes nothing.")


def _draw_exposure(form: NotebookForm) -> None:
    if form.service_type is not ServiceType.CLUSTER_IP:
        words = f"Service {form.service_type}: it can be reached past the sign-in."
        st.markdown(f":orange[:material/public: {escape(words)}]")


def _draw_problems(found: Sequence[FieldError]) -> None:
    for error in found:
        if not error.field:
            st.markdown(f":red[:material/error:] {escape(error.message)}")
    if count := len({error.field for error in found if error.field}):
        st.markdown(f":red[:material/error:] {count} field{'s' * (count > 1)} to mend.")


def _send(form: NotebookForm, manifests: Manifests, *, create: bool) -> None:
    """Creates, or only checks; an error leaves the form as it is."""
    try:
        if create:
            _create(form, manifests)
        else:
            verdict = lifecycle.check_notebook(session.kube(), manifests)
            st.session_state[_CHECKED] = (form, verdict)
    except InvalidFormError as error:
        st.session_state[_REFUSED] = (form, error.problems)
    except NbError as error:
        messages.show(error)
        return
    st.rerun()


def _create(form: NotebookForm, manifests: Manifests) -> None:
    # A second click of a double click stops this run wherever it touches Streamlit; what was made
    # is remembered in a plain set, so that the second run goes on where the first was stopped.
    made: set[NotebookForm] = st.session_state.setdefault(_MADE, set())
    if form not in made:
        actions.create(manifests)
        made.add(form)
    notices.done(f"{form.name} is starting.")
    cluster.choose_namespace(form.namespace)
    made.discard(form)
    st.switch_page(NOTEBOOKS_PAGE)


def _build(form: NotebookForm) -> Manifests:
    return build(form, owner=session.viewer().user, now=session.services().clock())


def _refused(form: NotebookForm) -> Sequence[FieldError]:
    """What the server said of exactly this form."""
    refused_form, errors = st.session_state.get(_REFUSED, (None, ()))
    return errors if refused_form == form else ()


main()

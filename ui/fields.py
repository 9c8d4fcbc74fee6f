"""The fields of a notebook's form, group by group; together they make a NotebookForm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from nbcore.catalog import Catalog
from nbcore.errors import FieldError
from nbcore.form import (
    SIZES,
    Field,
    Known,
    ServiceType,
    SizePreset,
    suggest_free_name,
)
from nbcore.ides import IDES, IdeType
from nbcore.quantities import cpu_text, memory_text, parse_quantity
from ui import typed
from ui.forms import Slots, follow, is_touched, key, text_field, touch

_CUSTOM = "Custom"
_CUSTOM_START = SizePreset(_CUSTOM, "1", "2")


@dataclass(frozen=True, slots=True)
class Size:
    """CPU and memory as typed, and accelerators."""

    cpu: str | float
    memory: str | float
    gpu_count: int
    gpu_resource: str


@dataclass(frozen=True, slots=True)
class More:
    """What few people change; ``error`` is a line of the environment that can't be read."""

    shared_memory: bool
    shared_memory_size: str | float
    environment: tuple[tuple[str, str], ...]
    service_type: ServiceType
    error: FieldError | None


def draw_type() -> IdeType:
    """The IDE, over the full width."""
    return st.segmented_control(
        "Type",
        list(IDES),
        format_func=lambda ide: IDES[ide].title,
        default=IdeType.JUPYTER,
        required=True,
        width="stretch",
        key=key(Field.TYPE),
    )


def draw_name(ide: IdeType, known: Known, slots: Slots) -> str:
    """The name; suggested, until somebody types one."""
    follow(
        Field.NAME, suggest_free_name(ide, (known.notebooks or set()) | (known.volumes or set()))
    )
    text = st.text_input(
        "Name",
        key=key(Field.NAME),
        on_change=touch,
        args=(Field.NAME,),
        autocomplete="off",
        help="Lower-case letters, digits and '-'. It is part of the address.",
    )
    slots.reserve(Field.NAME)
    return typed.visible(text)


def draw_namespace(names: Sequence[str], chosen: str, slots: Slots) -> str:
    """Where it is made."""
    index = names.index(chosen) if chosen in names else None
    namespace = st.selectbox("Namespace", names, index=index, key=key(Field.NAMESPACE))
    slots.reserve(Field.NAMESPACE)
    return namespace or ""


def draw_image(ide: IdeType, catalog: Catalog, slots: Slots) -> str:
    """An image of the catalog, or one that is typed right there."""
    titles = catalog.titles(ide)
    images = list(titles)
    usual = catalog.default_image(ide)
    # One widget a type, so that each keeps its own choice and its own default.
    widget = key(f"{Field.IMAGE}_{ide}")
    _keep_choice(widget, usual, tuple(titles.values()))
    own = st.session_state.get(widget)
    image = st.selectbox(
        "Image",
        [*images, own] if own and own not in images else images,
        index=0 if images else None,
        format_func=lambda image: titles.get(image, image),
        accept_new_options=True,
        key=widget,
        on_change=touch,
        args=(Field.IMAGE,),
        placeholder="Choose one or type a reference, for example team/lab:1.2",
        help="Choose from the catalog, or type the reference of an image of your own.",
    )
    slots.reserve(Field.IMAGE)
    return typed.visible(image or "")


def draw_size(gpus: Sequence[str], slots: Slots) -> Size:
    """CPU and memory as a named size or as numbers; GPUs."""
    presets = {preset.title: preset for preset in SIZES}
    title = st.pills(
        "Size",
        [*presets, _CUSTOM],
        format_func=lambda title: _size_title(presets[title]) if title in presets else title,
        default=SIZES[0].title,
        required=True,
        key=key("size"),
        wrap=True,
    )
    is_custom = title == _CUSTOM
    # Always there: a field below would begin anew, and lose what is half typed, if it moved.
    with st.container():
        numbers = st.columns(2) if is_custom else ()
    cpu, memory = presets.get(title, _CUSTOM_START).cpu, presets.get(title, _CUSTOM_START).memory
    if numbers:
        with numbers[0]:
            cpu = text_field("CPU (cores)", Field.CPU, cpu, slots, hint="Cores: 2, 0.5 or 500m.")
        with numbers[1]:
            memory = text_field(
                "Memory (GiB)", Field.MEMORY, memory, slots, hint="GiB, or with a unit: 512Mi."
            )
    left, right = st.columns(2)
    with left:
        count = st.number_input("GPUs", 0, 64, step=1, key=key(Field.GPU_COUNT))
        slots.reserve(Field.GPU_COUNT)
    with right:
        resource = st.selectbox("GPU type", gpus, disabled=not count, key=key(Field.GPU_RESOURCE))
        slots.reserve(Field.GPU_RESOURCE)
    size = typed.gibibytes_or_text(memory) if is_custom else memory
    return Size(cpu, size, int(count), resource)


def draw_more(slots: Slots) -> More:
    """Environment, shared memory and service, folded away."""
    with st.expander("More: environment, shared memory, service", icon=":material/tune:"):
        environment = st.text_area(
            "Environment",
            key=key(Field.ENVIRONMENT),
            on_change=touch,
            args=(Field.ENVIRONMENT,),
            placeholder="NAME=value, one a line",
            help="Everybody who may see the notebook sees these: no passwords.",
        )
        slots.reserve(Field.ENVIRONMENT)
        is_shared = st.toggle(
            "Shared memory",
            value=True,
            key=key("has_shared_memory"),
            help="A memory volume at /dev/shm, which data loaders use. It counts as memory.",
        )
        size = ""
        if is_shared:
            size = text_field(
                "Shared memory (GiB)",
                Field.SHARED_MEMORY,
                "",
                slots,
                hint="Empty: up to the memory limit.",
            )
        service = _draw_service(slots)
    pairs, error = typed.environment(environment)
    return More(is_shared, typed.gibibytes_or_text(size), pairs, service, error)


def _draw_service(slots: Slots) -> ServiceType:
    chosen = st.selectbox("Service", list(ServiceType), key=key(Field.SERVICE_TYPE))
    service = ServiceType(str(chosen))
    slots.reserve(Field.SERVICE_TYPE)
    if service is not ServiceType.CLUSTER_IP:
        st.caption(
            ":orange[:material/public:] It can be reached past the gateway, by everybody who "
            "reaches the cluster's network. Nobody is asked there who they are."
        )
    return service


def _keep_choice(widget: str, usual: str | None, titles: tuple[str, ...]) -> None:
    """Lets an image that nobody chose follow the default; what was chosen stays, whatever comes.

    The browser knows a choice by its title. When titles change, the choice is said anew: the old
    title would be taken for an image that somebody typed.
    """
    seen = st.session_state.get(f"{widget}_seen")
    st.session_state[f"{widget}_seen"] = (usual, titles)
    if widget not in st.session_state:
        st.session_state[widget] = usual
    elif seen is not None and seen != (usual, titles):
        chosen = st.session_state[widget]
        is_default = chosen == seen[0] and not is_touched(Field.IMAGE)
        st.session_state[widget] = usual if is_default else chosen


def _size_title(preset: SizePreset) -> str:
    cpu, memory = parse_quantity(preset.cpu), parse_quantity(preset.memory)
    return f"{preset.title} {cpu_text(cpu)} · {memory_text(memory)}"

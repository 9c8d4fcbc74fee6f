from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcore.form import (
    SIZES,
    ExistingVolume,
    Field,
    Known,
    NewVolume,
    NotebookForm,
    NoVolume,
    one_click,
    problems,
    suggest_free_name,
)
from nbcore.ides import IdeType
from nbcore.names import NAME_MAX_LENGTH, name_problem
from tests.nbcore.builders import IMAGE, form

KNOWN = Known(
    notebooks=frozenset({"taken"}),
    volumes=frozenset({"taken", "old"}),
    storage_classes=frozenset({"local"}),
    default_class="local",
)


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param(form(), id="as it stands"),
        pytest.param(form(volume=NoVolume()), id="no volume"),
        pytest.param(form(volume=ExistingVolume("old")), id="existing volume"),
        pytest.param(form(volume=NewVolume("new", 20, "local")), id="class"),
        pytest.param(form(gpu_count=2, gpu_resource="amd.com/gpu"), id="GPU"),
        pytest.param(form(gpu_count=0, gpu_resource="?"), id="kind of no GPU"),
        pytest.param(form(shared_memory=False, shared_memory_size="?"), id="size of nothing"),
    ],
)
def test_given_a_good_form_when_checked_then_there_is_no_problem(typed: NotebookForm) -> None:
    assert problems(typed, KNOWN) == ()


@pytest.mark.parametrize(
    ("typed", "field", "remedy"),
    [
        pytest.param(form("a" * 53), Field.NAME, "at most 52", id="53 characters"),
        pytest.param(
            form("Churn Model", volume=NoVolume()), Field.NAME, "churn-model", id="capitals"
        ),
        pytest.param(form("a.b"), Field.NAME, "a-b", id="dots"),
        pytest.param(form("", volume=NoVolume()), Field.NAME, "A name is needed", id="no name"),
        pytest.param(
            form("taken", volume=NoVolume()),
            Field.NAME,
            "demo already has a notebook taken. Try taken-2.",
            id="name taken",
        ),
        pytest.param(form(namespace=""), Field.NAMESPACE, "Choose a namespace", id="namespace"),
        pytest.param(form(image="A b"), Field.IMAGE, "no spaces", id="image"),
        pytest.param(form(cpu=0), Field.CPU, "too little", id="CPU"),
        pytest.param(form(memory="1 Gi"), Field.MEMORY, "no quantity", id="memory"),
        pytest.param(form(gpu_count=-1), Field.GPU_COUNT, "whole GPUs", id="GPUs"),
        pytest.param(
            form(gpu_count=1, gpu_resource="hugepages-1Gi"),
            Field.GPU_RESOURCE,
            "no kind of GPU",
            id="kind of GPU",
        ),
        pytest.param(
            form(volume=NewVolume("taken")),
            Field.VOLUME_NAME,
            "demo already has a volume taken. Choose Existing to use it, or try taken-2.",
            id="volume taken",
        ),
        pytest.param(
            form(volume=NewVolume("B ad")), Field.VOLUME_NAME, "lower-case", id="volume's name"
        ),
        pytest.param(
            form(volume=NewVolume("v", "NaN")), Field.VOLUME_SIZE, "no quantity", id="volume's size"
        ),
        pytest.param(
            form(volume=NewVolume("v", "1Gi", "fast")),
            Field.STORAGE_CLASS,
            "no storage class 'fast'",
            id="class",
        ),
        pytest.param(
            form(volume=ExistingVolume("lost")),
            Field.VOLUME_NAME,
            "demo has no volume lost",
            id="volume missing",
        ),
        pytest.param(
            form(volume=ExistingVolume("")), Field.VOLUME_NAME, "Choose a volume", id="none chosen"
        ),
        pytest.param(
            form(shared_memory_size="2Gi"), Field.SHARED_MEMORY, "at most 1 GiB", id="shared memory"
        ),
        pytest.param(form(environment=(("1", ""),)), Field.ENVIRONMENT, "no variable", id="env"),
    ],
)
def test_given_one_mistake_when_checked_then_its_field_and_remedy_are_told(
    typed: NotebookForm, field: Field, remedy: str
) -> None:
    (problem,) = problems(typed, KNOWN)

    assert problem.field == field
    assert remedy in problem.message


def test_given_many_mistakes_when_checked_then_all_are_told_in_order() -> None:
    typed = form("", namespace="", image="", cpu="", memory="")

    fields = [problem.field for problem in problems(typed, KNOWN)]

    assert fields == ["name", "namespace", "image", "cpu", "memory", "volume_name"]


@pytest.mark.parametrize(
    "volume", [NewVolume("taken", "1Gi", "fast"), NewVolume("x"), ExistingVolume("lost")]
)
def test_given_nothing_known_when_checked_then_the_server_is_left_to_say(
    volume: NewVolume | ExistingVolume,
) -> None:
    assert problems(form("taken", volume=volume), Known()) == ()


def test_given_no_default_class_when_it_is_chosen_then_the_form_says_so() -> None:
    (problem,) = problems(form(), Known(default_class=""))

    assert problem.field == Field.STORAGE_CLASS
    assert "no default class" in problem.message


@pytest.mark.parametrize("ide", IdeType)
def test_given_one_click_when_made_then_the_form_is_small_and_without_problems(
    ide: IdeType,
) -> None:
    made = one_click(ide, namespace="demo", image=IMAGE, taken={ide.value})

    assert problems(made, KNOWN) == ()
    assert made.name == f"{ide.value}-2"
    assert made.volume == NewVolume(f"{ide.value}-2", "10Gi", None)
    assert (made.cpu, made.memory, made.gpu_count) == ("0.5", "1Gi", 0)


def test_given_the_presets_when_used_then_each_is_a_good_size() -> None:
    for preset in SIZES:
        assert problems(form(cpu=preset.cpu, memory=preset.memory), KNOWN) == ()


@pytest.mark.parametrize(
    ("base", "taken", "free"),
    [
        ("jupyter", set(), "jupyter"),
        ("jupyter", {"jupyter"}, "jupyter-2"),
        ("jupyter", {"jupyter", "jupyter-2", "jupyter-4"}, "jupyter-3"),
        ("a" * 52, {"a" * 52}, "a" * 50 + "-2"),
        ("a" * 49 + "-bc", {"a" * 49 + "-bc"}, "a" * 49 + "-2"),
    ],
)
def test_given_taken_names_when_one_is_suggested_then_it_is_the_first_free(
    base: str, taken: set[str], free: str
) -> None:
    assert suggest_free_name(base, taken) == free


@given(
    base=st.from_regex(r"[a-z]([-a-z0-9]{0,50}[a-z0-9])?", fullmatch=True),
    count=st.integers(0, 12),
)
def test_given_any_taken_names_when_one_is_suggested_then_it_is_free_and_valid(
    base: str, count: int
) -> None:
    taken: set[str] = set()
    for _ in range(count):
        taken.add(suggest_free_name(base, taken))

    free = suggest_free_name(base, taken)

    assert len(taken) == count
    assert free not in taken
    assert name_problem(free) is None
    assert len(free) <= NAME_MAX_LENGTH

from __future__ import annotations

import inspect

from nbcore import errors
from nbcore.errors import (
    Cause,
    FieldError,
    InvalidFormError,
    NbError,
    VolumeInUseError,
    VolumeKeptError,
    VolumeLeftError,
    status_causes,
)


def test_given_the_module_when_looked_through_then_the_tree_shows_every_error() -> None:
    classes = [found for _, found in inspect.getmembers(errors, inspect.isclass)]
    names = [found.__name__ for found in classes if issubclass(found, NbError)]

    assert len(names) > 10
    for name in names:
        assert name in (errors.__doc__ or "")


def test_given_problems_of_a_form_when_raised_then_each_field_is_told() -> None:
    error = InvalidFormError([FieldError("name", "taken."), FieldError("cpu", "too little.")])

    assert str(error) == "name: taken.; cpu: too little."
    assert len(error.problems) == 2


def test_given_errors_about_volumes_when_raised_then_they_say_what_to_do() -> None:
    assert "Volume data is also mounted by a, b. Nothing was deleted" in str(
        VolumeInUseError("data", ["a", "b"])
    )
    assert str(VolumeKeptError("nb", "data", "no rights.")) == (
        "nb is deleted. Its volume data is still there: no rights."
    )
    assert "Choose data as existing volume" in str(VolumeLeftError("nb", "data", "no answer."))


def test_given_a_status_object_when_its_causes_are_read_then_they_are_values() -> None:
    status = {"details": {"causes": [{"field": "spec.x", "message": "bad"}, {}]}}

    assert status_causes(status) == (Cause("spec.x", "bad"), Cause("", ""))
    assert status_causes({}) == ()

from __future__ import annotations

import pytest

from nbcore.errors import MalformedNotebookError
from nbcore.objects import child_object, child_objects, object_at, objects_at, text_at, value_at

FOUND = {"a": {"b": "text", "list": [{"x": 1}, 2, None], "null": None}}


@pytest.mark.parametrize(
    ("path", "value"),
    [((), FOUND), (("a", "b"), "text"), (("a", "b", "c"), None), (("z", "b"), None)],
)
def test_given_json_when_a_path_is_followed_then_nothing_breaks(
    path: tuple[str, ...], value: object
) -> None:
    assert value_at(FOUND, *path) == value


def test_given_another_type_when_read_then_the_empty_one_comes() -> None:
    assert text_at(FOUND, "a") == ""
    assert object_at(FOUND, "a", "b") == {}
    assert objects_at(FOUND, "a", "list") == [{"x": 1}]
    assert objects_at(FOUND, "a", "b") == []
    assert text_at(None, "a") == ""


def test_given_absent_or_null_children_when_read_then_they_are_empty() -> None:
    assert child_object(FOUND["a"], "null", where="a") == {}
    assert child_objects(FOUND["a"], "nothing", where="a") == []


def test_given_wrong_children_when_read_then_the_path_is_told() -> None:
    with pytest.raises(MalformedNotebookError, match=r"a\.b is no object"):
        child_object(FOUND["a"], "b", where="a")
    with pytest.raises(MalformedNotebookError, match=r"a\.list is no list of objects"):
        child_objects(FOUND["a"], "list", where="a")
    with pytest.raises(MalformedNotebookError, match=r"a\.b is no list of objects"):
        child_objects(FOUND["a"], "b", where="a")

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from nbcore.manifest_yaml import to_yaml


# What YAML 1.1 or the parser behind kubectl takes for no text when it stands bare.
@pytest.mark.parametrize(
    "text",
    ["1e3", "1E3", "5", "0.5", "1_000", "0x1F", "0o17", "0b1", "y", "N", "yes", "null", "~", ""],
)
def test_given_text_that_looks_like_something_else_when_written_then_it_is_quoted(
    text: str,
) -> None:
    assert to_yaml([{"value": text}]) == f"value: '{text}'\n"


@pytest.mark.parametrize("text", ["8Gi", "500m", "team/lab:1.2", "ReadWriteOnce", "v1", "yours"])
def test_given_plain_text_when_written_then_it_stays_plain(text: str) -> None:
    assert to_yaml([{"value": text}]) == f"value: {text}\n"


@given(st.dictionaries(st.text(), st.text() | st.booleans() | st.integers() | st.lists(st.text())))
def test_given_any_object_when_written_and_read_then_it_is_the_same(
    found: dict[str, object],
) -> None:
    assert yaml.safe_load(to_yaml([found])) == found


def test_given_keys_in_an_order_when_written_then_they_keep_it() -> None:
    assert to_yaml([{"b": 1}, {"c": {"z": 1, "a": 2}}]) == "b: 1\n---\nc:\n  z: 1\n  a: 2\n"

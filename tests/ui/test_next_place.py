from __future__ import annotations

import pytest

from ui.next_place import next_place


@pytest.mark.parametrize(
    "wanted", ["/", "/new", "/notebook/demo/nb/lab/tree?x=1&y=%20#a", "/images?namespace=demo"]
)
def test_given_a_path_of_ours_when_asked_then_it_is_the_place(wanted: str) -> None:
    assert next_place(wanted) == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        None, "", "new", "//evil.example", "/\\evil.example", "\\\\evil.example",
        "\t//evil.example", "/\t/evil.example", "/\n/evil.example",
        "https://evil.example", "javascript:alert(1)",
        " /new", "/a b", "/ä", "/a\\b", "/\x00", "///evil.example", "/" + "a" * 2048,
    ],
)  # fmt: skip
def test_given_anything_else_when_asked_then_it_is_no_place(wanted: str | None) -> None:
    assert next_place(wanted) == ""

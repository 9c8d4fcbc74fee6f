from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcore.hostnames import host_label

# RFC 1123 section 2.1, as a namespace and, with a letter first, a notebook's name.
LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
NAMES = st.from_regex(r"[a-z]([-a-z0-9]{0,50}[a-z0-9])?", fullmatch=True)
NAMESPACES = st.from_regex(LABEL, fullmatch=True)
# Few letters, so that names meet each other where they are joined.
NEAR = st.from_regex(r"[ax]([-ax]{0,4}[an])?", fullmatch=True)
NOTEBOOKS = st.tuples(NAMESPACES, NAMES) | st.tuples(NEAR, NEAR)


@given(NOTEBOOKS, NOTEBOOKS)
def test_given_two_notebooks_when_labelled_then_they_never_share_one(
    first: tuple[str, str], second: tuple[str, str]
) -> None:
    assert (host_label(*first) == host_label(*second)) is (first == second)


@given(NOTEBOOKS)
def test_given_any_notebook_when_labelled_then_it_is_a_dns_label(notebook: tuple[str, str]) -> None:
    label = host_label(*notebook)

    assert LABEL.fullmatch(label)
    assert not label.startswith("xn--")


@pytest.mark.parametrize(
    ("namespace", "name", "is_plain"),
    [
        pytest.param("demo", "churn-model", True, id="usual"),
        pytest.param("a" * 50, "b" * 11, True, id="63 characters"),
        pytest.param("a" * 50, "b" * 12, False, id="64 characters"),
        pytest.param("b--c", "a", False, id="dashes in the namespace"),
        pytest.param("c", "a--b", False, id="dashes in the name"),
        pytest.param("demo", "xn", False, id="foreign"),
    ],
)
def test_given_a_notebook_when_labelled_then_it_is_readable_where_nobody_can_misread_it(
    namespace: str, name: str, *, is_plain: bool
) -> None:
    assert (host_label(namespace, name) == f"{name}--{namespace}") is is_plain

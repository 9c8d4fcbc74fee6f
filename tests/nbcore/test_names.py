from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcore.names import NAME_MAX_LENGTH, name_problem, notebook_path, suggest_name


@pytest.mark.parametrize("name", ["a", "nb-1", "churn-model", "a" * 52])
def test_given_a_good_name_when_checked_then_nothing_is_wrong(name: str) -> None:
    assert name_problem(name) is None


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        pytest.param("", "A name is needed", id="empty"),
        pytest.param("a" * 53, "53 characters; a name has at most 52.", id="53 characters"),
        pytest.param("Churn Model", "for example churn-model.", id="capitals"),
        pytest.param("a.b", "for example a-b.", id="dots"),
        pytest.param("1st", "for example st.", id="digit in front"),
        pytest.param("nb-", "for example nb.", id="dash at the end"),
        pytest.param("nb\n", "for example nb.", id="line end"),
        pytest.param("räume", "for example r-ume.", id="other letters"),
        pytest.param("१२", "beginning with a letter.", id="nothing left to suggest"),
    ],
)
def test_given_a_bad_name_when_checked_then_the_remedy_is_told(name: str, remedy: str) -> None:
    assert remedy in (name_problem(name) or "")


@given(st.text(max_size=80))
def test_given_any_text_when_a_name_is_suggested_then_it_is_valid_or_empty(text: str) -> None:
    suggestion = suggest_name(text)

    assert suggestion == "" or name_problem(suggestion) is None
    assert len(suggestion) <= NAME_MAX_LENGTH


@given(st.text(max_size=60))
def test_given_any_text_when_checked_then_the_rule_is_that_of_the_crd(text: str) -> None:
    pattern = r"\A[a-z]([-a-z0-9]*[a-z0-9])?\Z"
    is_valid = len(text) <= 52 and re.search(pattern, text, re.ASCII) is not None

    assert (name_problem(text) is None) == is_valid


def test_given_a_notebook_when_its_path_is_asked_then_it_has_no_slash_at_the_end() -> None:
    assert notebook_path("data-science", "churn-model") == "/notebook/data-science/churn-model"

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcore.images import Image, image_problem, parse_image

_SHA256 = "sha256:" + "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("reference", "image"),
    [
        pytest.param("busybox", Image("", "busybox"), id="a name"),
        pytest.param("team/lab:1.2", Image("", "team/lab", "1.2"), id="path and tag"),
        pytest.param("registry:5000/x", Image("registry:5000", "x"), id="port, not a tag"),
        pytest.param("registry:5000", Image("", "registry", "5000"), id="tag, not a port"),
        pytest.param(
            "registry:5000/team/lab:v1", Image("registry:5000", "team/lab", "v1"), id="port and tag"
        ),
        pytest.param("localhost/x", Image("localhost", "x"), id="localhost is a registry"),
        pytest.param("example.com/a/b", Image("example.com", "a/b"), id="a dot is a registry"),
        pytest.param("[2001:db8::1]:5000/x", Image("[2001:db8::1]:5000", "x"), id="IPv6"),
        pytest.param(f"a/b@{_SHA256}", Image("", "a/b", "", _SHA256), id="digest"),
        pytest.param(f"a/b:1@{_SHA256}", Image("", "a/b", "1", _SHA256), id="tag and digest"),
        pytest.param("a__b/c.d/e---f", Image("", "a__b/c.d/e---f"), id="separators"),
        pytest.param("Host/x", Image("Host", "x"), id="capitals make it a host"),
    ],
)
def test_given_a_reference_when_parsed_then_each_part_is_found(
    reference: str, image: Image
) -> None:
    assert parse_image(reference) == image
    assert image_problem(reference) is None


@pytest.mark.parametrize(
    ("reference", "remedy"),
    [
        pytest.param("", "An image is needed", id="empty"),
        pytest.param("team/lab 1.2", "no spaces", id="space"),
        pytest.param("team/lab\n", "no spaces", id="line end"),
        pytest.param("https://example.com/x", "Leave out https://", id="scheme"),
        pytest.param("team/Lab:1", "lower case: team/lab:1", id="capitals"),
        pytest.param("team//lab", "Not an image reference", id="empty part"),
        pytest.param("-lab", "Not an image reference", id="dash in front"),
        pytest.param("lab:", "Not an image reference", id="empty tag"),
        pytest.param("lab:a/b:c", "Not an image reference", id="port that is no number"),
        pytest.param("lab@sha256:12", "Not an image reference", id="short digest"),
        pytest.param("lab:" + "x" * 129, "Not an image reference", id="long tag"),
        pytest.param("läb", "Not an image reference", id="other letters"),
        pytest.param("a" * 256, "at most 255", id="long name"),
        pytest.param("a/" * 100_000, "at most 255", id="very long"),
    ],
)
def test_given_no_reference_when_checked_then_the_remedy_is_told(
    reference: str, remedy: str
) -> None:
    assert parse_image(reference) is None
    assert remedy in (image_problem(reference) or "")


@given(st.text(alphabet="aA0-_.:/@[]", max_size=300))
def test_given_any_text_when_checked_then_parser_and_problem_agree(reference: str) -> None:
    assert (parse_image(reference) is None) == (image_problem(reference) is not None)


@pytest.mark.parametrize(
    ("reference", "short", "leaf"),
    [
        ("kubeflownotebookswg/lab:v1", "kubeflownotebookswg/lab:v1", "lab:v1"),
        ("registry:5000/x", "x", "x"),
        ("ghcr.io/team/lab:2", "team/lab:2", "lab:2"),
        (f"team/lab@{_SHA256}", "team/lab@01234567", "lab@01234567"),
        (f"team/lab:1@{_SHA256}", "team/lab:1", "lab:1"),
    ],
)
def test_given_an_image_when_listed_then_it_is_short(reference: str, short: str, leaf: str) -> None:
    image = parse_image(reference)

    assert image is not None
    assert (image.short, image.leaf) == (short, leaf)

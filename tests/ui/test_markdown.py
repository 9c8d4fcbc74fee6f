import pytest

from ui.markdown import escape

JOINER = "\u2060"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("churn-model", r"churn\-model", id="a name"),
        pytest.param("a\n\n# b\tc", r"a \# b c", id="several lines become one"),
        pytest.param("<img src=x>", r"\<img src\=x\>", id="HTML"),
        pytest.param("![a](b)", r"\!\[a\]\(b\)", id="an image"),
        pytest.param(":smile:", rf"\:{JOINER}smile\:", id="an emoji"),
        pytest.param("http://x.y", rf"http\:{JOINER}\/\/x\.y", id="a bare link"),
        pytest.param("www.x.y", rf"www{JOINER}\.x\.y", id="a bare link without scheme"),
        pytest.param("a@b.c", rf"a\@{JOINER}b\.c", id="a mail address"),
        pytest.param(":material/home:", rf"\:{JOINER}material\/home\:", id="an icon"),
        pytest.param(
            "host:5000/team/lab:1.2@sha256:ab",
            r"host\:5000\/team\/lab\:1\.2\@sha256\:ab",
            id="an image's reference, which people copy",
        ),
        pytest.param("$x$ `y` *z*", r"\$x\$ \`y\` \*z\*", id="formula, code, emphasis"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_given_text_when_escaped_then_markdown_shows_it_letter_by_letter(
    text: str, expected: str
) -> None:
    assert escape(text) == expected

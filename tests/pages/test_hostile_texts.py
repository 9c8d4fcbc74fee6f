"""Texts of objects that would be markup, in every place where a page shows them.

| where it stands | where it is shown |
| --- | --- |
| owner, image, message, reason of a notebook | table, selection, dialogs, notices |
| image, description, author of the catalog | form, welcome cards, Images page |
| what is typed | search, form |
| namespace, group of whoever looks | the page for those without a namespace |
"""

from __future__ import annotations

import json
import re

import pytest
from streamlit.testing.v1 import AppTest

from nbcore.identity import Person
from tests.pages.test_catalog_setting import setting
from tests.pages.test_images import open_images
from tests.pages.visit import Visit, click, listed, select, type_into, words
from ui.session import install, services

LINK = "[a](http://evil.example)"
EVIL = f"<img src=x onerror=alert(1)> {LINK} :material/home: :red[x] $x$ **b** `c`"
MARKUP = ("<img", LINK, ":material/home:", ":red[x]", "$x$", "**b**", "`c`")
CATALOG = json.dumps(
    {
        "jupyter": [
            {"containerImage": EVIL, "description": EVIL, "default": True},
            {"containerImage": "team/old:1", "description": EVIL, "deprecated": True},
        ]
    }
)


SCRIPT = "from ui import reach\nreach.draw_no_namespace()"


def markup(page: AppTest) -> str:
    """Everything that the browser reads as Markdown: sentences, and the labels of widgets."""
    said = [*page.markdown, *page.caption, *page.subheader, *page.title, *page.toast]
    told = [*page.error, *page.warning, *page.info, *page.success]
    labelled = [*page.button, *page.checkbox, *page.selectbox, *page.text_input]
    texts = [str(part.value) for part in (*said, *told)]
    return "\n".join([*texts, *(str(part.label) for part in labelled)])


def assert_plain(page: AppTest) -> None:
    # The icons of our own sentences are markup on purpose; "home" is none of them.
    found = markup(page)
    assert [text for text in MARKUP if re.search(rf"(?<!\\){re.escape(text)}", found)] == []


def owned_by(owner: str) -> dict[str, dict[str, str]]:
    return {"annotations": {"ml.oneblock.ai/owner": owner}}


def test_given_a_hostile_notebook_when_listed_and_selected_then_nothing_is_markup(
    visit: Visit,
) -> None:
    visit.has_notebook(
        "nb",
        phase="Failed",
        message=EVIL,
        container={"image": EVIL},
        metadata={"name": "nb", "namespace": visit.namespace, **owned_by(EVIL)},
    )
    page = select(visit.open_list(), 0)

    assert listed(page)["nb"]["Owner"] == EVIL
    assert_plain(page)
    click(page, "Delete")
    assert "nb" in words(page)
    assert_plain(page)
    assert_plain(type_into(page, "Search", EVIL))


def test_given_a_refusal_when_the_owner_is_hostile_then_the_sentence_is_plain(
    visit: Visit,
) -> None:
    visit.has_notebook(
        "nb", metadata={"name": "nb", "namespace": visit.namespace, **owned_by(EVIL)}
    )
    page = select(visit.open_list(), 0)
    visit.api.delete(visit.path("notebooks", "nb"))

    click(page, "Stop")

    assert_plain(click(page, "Stop"))


def test_given_a_hostile_catalog_when_it_is_shown_everywhere_then_nothing_is_markup(
    visit: Visit,
) -> None:
    visit.has_notebook(
        "nb",
        container={"image": EVIL},
        metadata={"name": "nb", "namespace": visit.namespace, **owned_by("alice")},
    )
    with setting(visit, CATALOG):
        for page in (visit.open_list(), visit.open_form(), open_images()):
            assert_plain(page)


def test_given_a_hostile_catalog_when_nothing_runs_then_the_cards_are_plain(visit: Visit) -> None:
    with setting(visit, CATALOG):
        page = visit.open_list()

    assert "Start JupyterLab" in [button.label for button in page.button]
    assert_plain(page)


@pytest.mark.parametrize("field", ["Name", "Volume name", "Size (GiB)"])
def test_given_hostile_words_in_the_form_when_typed_then_the_errors_are_plain(
    visit: Visit, field: str
) -> None:
    page = type_into(visit.open_form(), field, EVIL)

    assert ":material/error:" in markup(page)
    assert_plain(page)


def test_given_hostile_groups_when_there_is_no_namespace_then_they_are_told_plainly(
    visit: Visit,
) -> None:
    before = services()
    assert visit.namespace
    install(
        type(before)(
            before.cache, before.kube, before.settings, identity=lambda: Person("eve", (EVIL,))
        )
    )

    page = AppTest.from_string(SCRIPT).run()
    install(before)

    assert "you are eve" in words(page)
    assert_plain(page)

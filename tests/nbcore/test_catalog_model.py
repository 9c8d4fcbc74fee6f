"""The rules of a catalog, and what survives reading and writing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcore.catalog import Catalog
from nbcore.catalog_json import MAX_LENGTH, pretty_json, read_json, write_json
from nbcore.catalog_lines import lines
from nbcore.catalog_model import problems_of
from nbcore.errors import InvalidCatalogError
from nbcore.ides import IdeType
from tests.nbcore.strange import JSON

FIRST = {"containerImage": "a:1", "default": True}


def _problems(*rows: Any) -> list[str]:
    return [str(problem) for problem in problems_of(json.dumps({"jupyter": rows}))]


@pytest.mark.parametrize(
    "image",
    [
        "team/lab",
        "registry.example.com:5000/team/lab:1.2",
        "localhost:5000/lab",
        "team/lab@sha256:" + "a" * 64,
        "registry:5000/a/b/c:v1@sha256:" + "0" * 64,
    ],
)
def test_given_a_reference_when_checked_then_it_is_accepted(image: str) -> None:
    assert _problems({"containerImage": image, "default": True}) == []


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(
            [FIRST, {"containerImage": "a:1"}],
            "jupyter, row 2, containerImage: a:1 stands in row 1 already. Remove one of them.",
            id="an image twice",
        ),
        pytest.param(
            [{"containerImage": "a:1"}, {"containerImage": "b:1"}],
            "jupyter, default: no image is the default. Mark one.",
            id="no default",
        ),
        pytest.param(
            [FIRST, {"containerImage": "b:1", "default": True}],
            "jupyter, row 2, default: row 1 is the default already. One image can be.",
            id="two defaults",
        ),
        pytest.param(
            [FIRST, {"containerImage": "b:1", "replacedBy": "c:1"}],
            "jupyter, row 2, replacedBy: c:1 is not among the images of this type. "
            "Choose one of them.",
            id="a replacement that is not there",
        ),
        pytest.param(
            [{**FIRST, "replacedBy": "a:1"}],
            "jupyter, row 1, replacedBy: the replacements lead from a:1 back to itself. "
            "Choose another one.",
            id="its own replacement",
        ),
        pytest.param(
            [{**FIRST, "replacedBy": "r " * 10_000}],
            "jupyter, row 1, replacedBy: An image has no spaces, for example team/lab:1.2.",
            id="a replacement that is no image",
        ),
        pytest.param([{**FIRST, "gpu": "yes"}], "jupyter, row 1, gpu: neither", id="gpu"),
        pytest.param([{**FIRST, "hidden": 1}], "jupyter, row 1, hidden: neither", id="hidden"),
        pytest.param(
            [{**FIRST, "deprecated": None}], "jupyter, row 1, deprecated: neither", id="null"
        ),
        pytest.param(
            [{**FIRST, "displayName": 1}], "jupyter, row 1, displayName: not a text", id="name"
        ),
        pytest.param(
            [{**FIRST, "containerImage": ""}],
            "jupyter, row 1, containerImage: An image is needed",
            id="an empty image",
        ),
    ],
)
def test_given_a_mistake_when_checked_then_row_and_field_are_named(
    rows: list[Any], expected: str
) -> None:
    (problem,) = _problems(*rows)

    assert problem.startswith(expected)


def test_given_a_loop_and_a_way_into_it_when_checked_then_only_the_loop_is_named() -> None:
    chain = {"d:1": "b:1", "b:1": "c:1", "c:1": "b:1", "e:1": "a:1"}
    rows = [{"containerImage": image, "replacedBy": to} for image, to in chain.items()]

    found = _problems(FIRST, *rows)

    assert [problem.split(":")[0] for problem in found] == [
        "jupyter, row 3, replacedBy",
        "jupyter, row 4, replacedBy",
    ]


def test_given_many_mistakes_when_told_then_all_are_kept_and_the_first_are_named() -> None:
    text = json.dumps({"rstudio": [{"containerImage": "A b"}] * 500})

    with pytest.raises(InvalidCatalogError) as told:
        Catalog.from_json(text)

    assert len(told.value.problems) == 500
    assert str(told.value).endswith("; and 497 more")


def test_given_a_type_without_images_when_checked_then_it_needs_no_default() -> None:
    assert problems_of('{"jupyter":[{"containerImage":"a","default":true}],"rstudio":[]}') == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param('{"a":1,"a":2}', "the key 'a' stands twice", id="a key twice"),
        pytest.param('{"a":NaN}', "NaN is no number", id="NaN"),
        pytest.param('{"a":1e999}', "a number is too big", id="a number without end"),
        pytest.param('{"a":"\\ud800"}', "half of a surrogate pair", id="half a character"),
        pytest.param('{"\\udfff":1}', "half of a surrogate pair", id="half a character as key"),
        pytest.param('{"a":' * 40 + "1" + "}" * 40, "deeper than 30", id="deep"),
        pytest.param(" " * (MAX_LENGTH + 1), "a catalog has at most", id="long"),
        pytest.param('{\n  "a": ]', "line 2, column 8", id="bad syntax"),
    ],
)
def test_given_json_that_could_not_be_written_again_when_read_then_it_is_refused(
    text: str, words: str
) -> None:
    with pytest.raises(InvalidCatalogError, match=words):
        read_json(text)


@pytest.mark.parametrize(
    ("oddity", "said"),
    [
        pytest.param(
            '"gpu": true, "gpu": false',
            "the key 'gpu' stands twice in one object",
            id="a key twice",
        ),
        pytest.param('"gpu": NaN', "NaN is no number of JSON", id="NaN"),
        pytest.param('"gpu": -Infinity', "-Infinity is no number of JSON", id="infinity"),
        pytest.param('"gpu": 1e999', "a number is too big", id="a number without end"),
        pytest.param('"gpu": ' + "1" * 5000, "a number is too big", id="a number too long to read"),
        pytest.param(
            '"gpu": "\\ud800"', "half of a surrogate pair stands alone", id="half a character"
        ),
        pytest.param('"gpu": ' + "[" * 40 + "]" * 40, "deeper than 30 levels", id="deep"),
        pytest.param(
            '"gpu": ' + "[" * 100_000, "deeper than 30 levels", id="deeper than Python reads"
        ),
    ],
)
def test_given_an_oddity_when_read_then_type_row_field_and_line_are_told(
    oddity: str, said: str
) -> None:
    before = '{"note": "],\\"[",\n"jupyter": [{"description": "\u2028"},'
    text = before + '\n{"containerImage": "a:1",\n%s}]}'

    (problem,) = problems_of(text % oddity)

    assert str(problem) == f"jupyter, row 2, gpu (line 4): {said}"


def test_given_an_oddity_under_a_hostile_key_when_read_then_the_key_is_not_repeated() -> None:
    key = "\u202e" * 100_000
    text = f'{{"{key}": 1,\n"{key}": 2}}'

    (problem,) = problems_of(text)

    assert str(problem).startswith("line 2: the key '\\u202e")
    assert len(str(problem)) < 100


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            '{"rstudio":\n[],\n"jupyter": {}}', "jupyter (line 3): no list of images", id="a type"
        ),
        pytest.param(
            '{"jupyter": [\n{"containerImage":"a:1"},\n5]}',
            "jupyter, row 2 (line 3): not an object",
            id="a row",
        ),
        pytest.param(
            '{"jupyter": [{\n"containerImage":"a:1",\n"gpu":\n1}]}',
            "jupyter, row 1, gpu (line 3): neither true nor false",
            id="a field",
        ),
        pytest.param(
            '{"jupyter": [\n{\n"description":"x"}]}',
            "jupyter, row 1, containerImage (line 2): it is missing",
            id="a field that is missing",
        ),
        pytest.param(
            '{\n"jupyter": [{"containerImage":"a:1"}]}',
            "jupyter, default (line 2): no image is the default. Mark one.",
            id="no default",
        ),
    ],
)
def test_given_a_wrong_shape_when_checked_then_type_row_field_and_line_are_told(
    text: str, said: str
) -> None:
    assert said in [str(problem) for problem in problems_of(text)]


def test_given_a_hidden_default_when_checked_then_it_is_refused() -> None:
    document = {"jupyter": [{"containerImage": "a:1", "default": True, "hidden": True}]}

    (problem,) = problems_of(write_json(document))

    assert str(problem).startswith("jupyter, row 1, default: a hidden image can't be the default.")


def test_given_text_over_several_lines_when_checked_then_the_line_of_the_row_is_told() -> None:
    document = {
        "note": {"jupyter": ["[", '"']},
        "jupyter": [FIRST, {"containerImage": "a:1", "x": [1]}],
    }

    (problem,) = problems_of(pretty_json(document))

    line = pretty_json(document).splitlines()[problem.line - 1]
    assert line.strip() == '"containerImage": "a:1",'
    assert str(problem).startswith(f"jupyter, row 2, containerImage (line {problem.line}): a:1")


_IMAGES = st.sampled_from(["a:1", "b:1", "c:1", "registry:5000/x/y@sha256:" + "a" * 64])
_EXTRA = st.dictionaries(
    st.sampled_from(["image", "replaced_by", "default_", "labels", "model_config", "ü", ""]), JSON
)


@st.composite
def _catalogs(draw: st.DrawFn) -> dict[str, Any]:
    """Mostly catalogs that are accepted."""
    document: dict[str, Any] = draw(
        st.dictionaries(st.sampled_from(["zed", "", "note"]), JSON, max_size=2)
    )
    for ide in draw(st.lists(st.sampled_from(list(IdeType)), min_size=1, unique=True)):
        images = draw(st.lists(_IMAGES, min_size=1, unique=True))
        rows = [draw(_rows(image)) for image in images]
        rows[draw(st.integers(0, len(rows) - 1))]["default"] = True
        document[ide] = rows
    return document


@st.composite
def _rows(draw: st.DrawFn, image: str) -> dict[str, Any]:
    optional = {
        "description": st.text(),
        "displayName": st.text(),
        "gpu": st.booleans(),
        "deprecated": st.booleans(),
        "hidden": st.booleans(),
        "replacedBy": st.just("") | _IMAGES,
    }
    chosen = draw(st.lists(st.sampled_from(sorted(optional)), unique=True))
    keys = {key: draw(optional[key]) for key in chosen}
    return {**draw(_EXTRA), "containerImage": image, **keys}


@given(_catalogs(), st.booleans())
def test_given_what_is_accepted_when_written_and_read_again_then_it_is_the_same(
    document: dict[str, Any],
    is_pretty: bool,  # noqa: FBT001 drawn by Hypothesis
) -> None:
    text = pretty_json(document) if is_pretty else write_json(document)
    if problems_of(text):
        return
    catalog = Catalog.from_json(text)

    again = Catalog.from_json(write_json(catalog.to_document()))

    assert again == catalog
    for ide in IdeType:
        for row, written in zip(
            document.get(ide, []), catalog.to_document().get(ide, []), strict=True
        ):
            assert {key: row[key] for key in row if row[key] not in ("", False)}.items() <= {
                **written
            }.items()
    assert {key: document[key] for key in document if key not in set(IdeType)} == catalog.others


_TOKENS = ["{", "}", "[", "]", ",", ":", '"a":', '"a"', '"\\ud800"', "1e999", "NaN", "1", "\n"]
_NEARLY_JSON = st.lists(st.sampled_from(_TOKENS), max_size=12).map("".join)


@given(
    st.text()
    | JSON.map(json.dumps)
    | _catalogs().map(lambda d: json.dumps(d)[:-1])
    | _NEARLY_JSON
    | _NEARLY_JSON.map(lambda text: f'{{"a":{text}}}')
)
def test_given_any_text_when_checked_then_it_is_read_or_refused(text: str) -> None:
    setting = {"value": text, "metadata": {"name": "notebook-default-images"}}

    reading = Catalog.from_setting(setting)

    assert bool(reading.problem) == bool(text and problems_of(text))
    assert reading.catalog.groups


@given(st.dictionaries(st.sampled_from([*IdeType, "zed"]), st.lists(JSON, max_size=4)))
def test_given_rows_in_any_layout_when_looked_for_then_each_has_a_line(
    document: dict[str, list[Any]],
) -> None:
    found = lines(pretty_json(document))
    rows = {(key, row) for key, row, field in found if row and not field}

    assert len(rows) == sum(len(rows) for rows in document.values())
    assert set(lines(write_json(document)).values()) <= {1}

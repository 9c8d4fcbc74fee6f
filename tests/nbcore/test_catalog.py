from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcore.catalog import Catalog, CatalogSource, shipped_catalog, shipped_catalog_json
from nbcore.catalog_json import write_json
from nbcore.ides import IdeType

# The `default` of the Setting as the design document has it.
SHIPPED = (
    '{"code-server":[{"containerImage":"kubeflownotebookswg/codeserver-python:v1.8.0","descri'
    'ption":"Visual Studio Code + Conda Python","default":true}],"jupyter":[{"containerImage"'
    ':"kubeflownotebookswg/jupyter-scipy:v1.8.0","description":"JupyterLab + PyTorch","defaul'
    't":true},{"containerImage":"kubeflownotebookswg/jupyter-pytorch:v1.8.0","description":"J'
    'upyterLab + PyTorch"},{"containerImage":"kubeflownotebookswg/jupyter-pytorch-full:v1.8.0'
    '","description":"JupyterLab + PyTorch + Common Packages"},{"containerImage":"kubeflownot'
    'ebookswg/jupyter-pytorch-cuda:v1.8.0","description":"JupyterLab + PyTorch + CUDA"},{"con'
    'tainerImage":"kubeflownotebookswg/jupyter-pytorch-cuda-full:v1.8.0","description":"Jupyt'
    'erLab + PyTorch + CUDA + Common Packages"},{"containerImage":"kubeflownotebookswg/jupyte'
    'r-tensorflow:v1.8.0","description":"JupyterLab + PyTorch"},{"containerImage":"kubeflowno'
    'tebookswg/jupyter-tensorflow-full:v1.8.0","description":"JupyterLab + PyTorch + Common P'
    'ackages"},{"containerImage":"kubeflownotebookswg/jupyter-tensorflow-cuda:v1.8.0","descri'
    'ption":"JupyterLab + PyTorch + CUDA"},{"containerImage":"kubeflownotebookswg/jupyter-ten'
    'sorflow-cuda-full:v1.8.0","description":"JupyterLab + PyTorch + CUDA + Common Packages"}'
    '],"rstudio":[{"containerImage":"kubeflownotebookswg/rstudio-tidyverse:v1.8.0","descripti'
    'on":"RStudio + Tidyverse","default":true}]}'
)

OTHER = {"jupyter": [{"containerImage": "team/lab:1", "default": True}]}


def _setting(**keys: object) -> dict[str, Any]:
    return {"kind": "Setting", "metadata": {"name": "notebook-default-images"}, **keys}


def test_given_the_release_when_its_catalog_is_read_then_it_is_the_design_documents() -> None:
    assert shipped_catalog_json() == SHIPPED
    assert write_json(shipped_catalog().to_document()) == SHIPPED


@pytest.mark.parametrize(
    ("ide", "image", "count"),
    [
        (IdeType.JUPYTER, "kubeflownotebookswg/jupyter-scipy:v1.8.0", 9),
        (IdeType.CODE_SERVER, "kubeflownotebookswg/codeserver-python:v1.8.0", 1),
        (IdeType.RSTUDIO, "kubeflownotebookswg/rstudio-tidyverse:v1.8.0", 1),
    ],
)
def test_given_the_shipped_catalog_when_asked_then_each_ide_has_its_images(
    ide: IdeType, image: str, count: int
) -> None:
    catalog = shipped_catalog()

    assert catalog.default_image(ide) == image
    assert len(catalog.entries(ide)) == count
    assert catalog.type_of_image(image) is ide


def _catalog(**types: list[dict[str, Any]]) -> Catalog:
    return Catalog.from_json(json.dumps(types))


def test_given_an_image_under_two_types_when_asked_then_the_first_type_counts() -> None:
    rows = [{"containerImage": "a:1", "default": True}]
    catalog = _catalog(rstudio=rows, jupyter=rows)

    assert catalog.type_of_image("a:1") is IdeType.JUPYTER
    assert catalog.type_of_image("c:1") is None
    assert catalog.default_image(IdeType.CODE_SERVER) is None


def test_given_hidden_and_deprecated_images_when_offered_then_one_is_missing_and_one_is_last() -> (
    None
):
    catalog = _catalog(
        jupyter=[
            {"containerImage": "old:1", "deprecated": True, "displayName": "Old"},
            {"containerImage": "secret:1", "hidden": True},
            {"containerImage": "new:1", "description": "New", "default": True},
        ]
    )

    titles = [entry.title for entry in catalog.offered(IdeType.JUPYTER)]

    assert titles == ["New  ·  new:1", "Old  ·  old:1  ·  deprecated"]
    assert catalog.default_image(IdeType.JUPYTER) == "new:1"
    assert len(catalog.entries(IdeType.JUPYTER)) == 3


@pytest.mark.parametrize(
    ("image", "replacement"),
    [
        pytest.param("a:1", "c:1", id="over one that is deprecated itself"),
        pytest.param("b:1", "c:1", id="directly"),
        pytest.param("c:1", None, id="not deprecated"),
        pytest.param("d:1", None, id="nothing named"),
        pytest.param("e:1", None, id="named, but not deprecated"),
        pytest.param("x:1", None, id="not in the catalog"),
    ],
)
def test_given_a_deprecated_image_when_asked_then_the_replacement_is_one_to_stay_with(
    image: str, replacement: str | None
) -> None:
    catalog = _catalog(
        jupyter=[
            {"containerImage": "a:1", "deprecated": True, "replacedBy": "b:1"},
            {"containerImage": "b:1", "deprecated": True, "replacedBy": "c:1"},
            {"containerImage": "c:1", "default": True},
            {"containerImage": "d:1", "deprecated": True},
            {"containerImage": "e:1", "replacedBy": "c:1"},
        ]
    )

    assert catalog.replacement_of(image) == replacement


def test_given_replacements_that_loop_over_two_types_when_followed_then_it_ends() -> None:
    catalog = _catalog(
        jupyter=[
            {"containerImage": "a:1", "deprecated": True, "replacedBy": "b:1", "default": True},
            {"containerImage": "b:1"},
        ],
        rstudio=[{"containerImage": "b:1", "default": True}],
    )

    assert catalog.replacement_of("a:1") == "b:1"


def test_given_unknown_types_and_keys_when_read_and_written_then_they_survive() -> None:
    text = (
        '{"jupyter":[{"containerImage":"z:1","description":"","default":true,"labels":["x"],'
        '"image":1,"display_name":{}}],"zed":[{"any":"thing"},1],"note":"ours"}'
    )

    assert write_json(Catalog.from_json(text).to_document()) == text


@pytest.mark.parametrize(
    ("setting", "image", "source"),
    [
        pytest.param(None, "jupyter-scipy", CatalogSource.SHIPPED, id="no setting"),
        pytest.param(_setting(), "jupyter-scipy", CatalogSource.SHIPPED, id="empty setting"),
        pytest.param(
            _setting(default=json.dumps(OTHER)), "team/lab", CatalogSource.DEFAULT, id="default"
        ),
        pytest.param(
            _setting(default=json.dumps(OTHER), value=""),
            "team/lab",
            CatalogSource.DEFAULT,
            id="value not set",
        ),
        pytest.param(
            _setting(default=SHIPPED, value=json.dumps(OTHER)),
            "team/lab",
            CatalogSource.VALUE,
            id="value wins",
        ),
    ],
)
def test_given_a_setting_when_read_then_the_right_catalog_serves(
    setting: dict[str, Any] | None, image: str, source: CatalogSource
) -> None:
    reading = Catalog.from_setting(setting)

    assert image in (reading.catalog.default_image(IdeType.JUPYTER) or "")
    assert reading.source is source
    assert reading.problem == ""


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        pytest.param("{", "value: no JSON: Expecting property name", id="bad JSON"),
        pytest.param("[" * 100_000, "value: deeper than 30 levels", id="deep JSON"),
        pytest.param("1" * 5000, "value: a number is too big", id="a number too long to read"),
        pytest.param("[]", "value: no JSON object of types", id="a list"),
        pytest.param({}, "value: not a text", id="an object instead of text"),
        pytest.param("{}", "value: there is no image in it", id="no type"),
        pytest.param('{"jupyter":[]}', "value: there is no image in it", id="no image"),
        pytest.param('{"jupyter":{}}', "value: jupyter: no list of images", id="no list"),
        pytest.param('{"jupyter":["a:1"]}', "jupyter, row 1: not an object", id="bare image"),
        pytest.param(
            '{"jupyter":[{"containerImage":"a:1"},{"description":"x"}]}',
            "jupyter, row 2, containerImage: it is missing",
            id="image missing",
        ),
        pytest.param(
            '{"rstudio":[{"containerImage":"A b"}]}',
            "rstudio, row 1, containerImage: An image has no spaces",
            id="bad image",
        ),
        pytest.param(
            '{"jupyter":[{"containerImage":"a:1","description":1}]}',
            "jupyter, row 1, description: not a text",
            id="description",
        ),
        pytest.param(
            '{"jupyter":[{"containerImage":"a:1","default":"yes"}]}',
            "jupyter, row 1, default: neither true nor false",
            id="default",
        ),
    ],
)
def test_given_a_broken_value_when_read_then_the_shipped_catalog_serves_and_the_place_is_told(
    value: object, problem: str
) -> None:
    reading = Catalog.from_setting(_setting(value=value, default=SHIPPED))

    assert reading.catalog == shipped_catalog()
    assert reading.source is CatalogSource.DEFAULT
    assert problem in reading.problem
    assert reading.problem.startswith("Setting notebook-default-images, value: ")


def test_given_value_and_default_broken_when_read_then_the_built_in_one_serves() -> None:
    reading = Catalog.from_setting(_setting(value="{", default="["))

    assert reading.source is CatalogSource.SHIPPED
    assert "value: no JSON" in reading.problem
    assert "default: no JSON" in reading.problem


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.just("jupyter"), inner),
)


@given(_JSON | st.dictionaries(st.just("jupyter"), st.lists(_JSON)))
def test_given_any_json_when_read_then_a_catalog_serves(document: object) -> None:
    reading = Catalog.from_setting(_setting(value=json.dumps(document)))

    assert reading.catalog.groups
    assert (reading.source is CatalogSource.VALUE) == (reading.problem == "")


def test_given_two_images_that_would_read_alike_when_offered_then_their_references_tell() -> None:
    rows = [
        {"containerImage": f"{registry}.example/t/lab:1", "description": "Lab", "default": first}
        for registry, first in (("one", True), ("two", False))
    ]
    other = {"containerImage": "team/lab:2", "description": "Lab"}

    titles = Catalog.from_json(json.dumps({"jupyter": [*rows, other]})).titles(IdeType.JUPYTER)

    assert titles == {
        "one.example/t/lab:1": "Lab  ·  lab:1  ·  one.example/t/lab:1",
        "two.example/t/lab:1": "Lab  ·  lab:1  ·  two.example/t/lab:1",
        "team/lab:2": "Lab  ·  lab:2",
    }

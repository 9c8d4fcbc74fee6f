from __future__ import annotations

import pytest

from nbcore.ides import IDES, IdeType, ide_type


@pytest.mark.parametrize(
    ("label", "ide"),
    [
        ("jupyter", IdeType.JUPYTER),
        ("juptyer", IdeType.JUPYTER),
        ("code-server", IdeType.CODE_SERVER),
        ("rstudio", IdeType.RSTUDIO),
        ("Jupyter", None),
        ("", None),
        ("zed", None),
    ],
)
def test_given_a_label_when_read_then_it_names_an_ide_or_none(
    label: str, ide: IdeType | None
) -> None:
    assert ide_type(label) is ide


def test_given_the_table_when_looked_through_then_every_type_has_its_row() -> None:
    assert set(IDES) == set(IdeType)
    assert all(IDES[ide].type is ide for ide in IdeType)


@pytest.mark.parametrize(
    ("ide", "path"),
    [
        (IdeType.JUPYTER, "/notebook/demo/nb/api"),
        (IdeType.CODE_SERVER, "/healthz"),
        (IdeType.RSTUDIO, "/images/favicon.ico"),
    ],
)
def test_given_an_ide_when_its_probe_is_asked_then_the_prefix_is_filled_in(
    ide: IdeType, path: str
) -> None:
    assert IDES[ide].probe_path_of("demo", "nb") == path


@pytest.mark.parametrize("ide", IdeType)
def test_given_an_ide_when_its_environment_is_asked_then_the_prefix_is_in_it(ide: IdeType) -> None:
    environment = IDES[ide].environment_of("demo", "nb")

    assert environment["NB_PREFIX"] == "/notebook/demo/nb"
    assert environment["S6_CMD_WAIT_FOR_SERVICES_MAXTIME"] == "300000"

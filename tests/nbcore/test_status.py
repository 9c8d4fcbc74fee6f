from __future__ import annotations

import pytest

from nbcore.status import NotebookStatus, Phase


def test_given_a_status_when_read_then_all_of_it_is_there() -> None:
    said = {"phase": "Failed", "reason": "ImagePull", "message": "m"}

    assert NotebookStatus.from_object({"status": said}) == NotebookStatus(
        Phase.FAILED, "ImagePull", "m"
    )


@pytest.mark.parametrize(
    "status",
    [
        None,
        "x",
        [],
        {},
        {"phase": "Dancing"},
        {"phase": ["Ready"]},
        {"phase": {}},
    ],
)
def test_given_a_strange_status_when_read_then_the_notebook_is_pending(status: object) -> None:
    assert NotebookStatus.from_object({"status": status}) == NotebookStatus(Phase.PENDING)

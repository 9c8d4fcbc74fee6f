from __future__ import annotations

import pytest

from nbcore.install import is_established


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        pytest.param({}, False, id="no status yet"),
        pytest.param({"status": {"conditions": None}}, False, id="no conditions"),
        pytest.param(
            {"status": {"conditions": [{"type": "NamesAccepted", "status": "True"}]}},
            False,
            id="names only",
        ),
        pytest.param(
            {"status": {"conditions": [{"type": "Established", "status": "False"}]}},
            False,
            id="not yet",
        ),
        pytest.param(
            {"status": {"conditions": [{"type": "Established", "status": "True"}]}},
            True,
            id="established",
        ),
    ],
)
def test_given_a_definition_when_asked_then_only_the_condition_counts(
    definition: dict[str, object], *, expected: bool
) -> None:
    assert is_established(definition) is expected

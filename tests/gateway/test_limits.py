from __future__ import annotations

from typing import Any

import pytest

from gateway.limits import MAX_HEADER_BYTES, MAX_HEADERS, MAX_TARGET_BYTES, excess
from tests.gateway.rig import head


def test_given_a_usual_head_when_measured_then_it_is_fine() -> None:
    assert excess(head(headers={"cookie": "a" * 8000, "content-length": "3"})) is None


@pytest.mark.parametrize(
    ("given", "status"),
    [
        pytest.param({"method": "CONNECT"}, 405, id="connect"),
        pytest.param({"method": "TRACE"}, 405, id="trace"),
        pytest.param({"raw_path": "/" + "a" * MAX_TARGET_BYTES}, 414, id="long path"),
        pytest.param({"query": "a" * MAX_TARGET_BYTES}, 414, id="long query"),
        pytest.param({"headers": {"cookie": "a" * MAX_HEADER_BYTES}}, 431, id="big cookie"),
        pytest.param({"lines": [("a", "b")] * (MAX_HEADERS + 1)}, 431, id="many lines"),
        pytest.param({"lines": [("content-length", "1")] * 2}, 400, id="two lengths"),
        pytest.param(
            {"lines": [("content-length", "1"), ("transfer-encoding", "chunked")]},
            400,
            id="length and chunks",
        ),
    ],
)
def test_given_an_excess_when_measured_then_its_status_is_told(
    given: dict[str, Any], status: int
) -> None:
    problem = excess(head(**given))

    assert problem is not None
    assert problem[0] == status

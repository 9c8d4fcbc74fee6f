from __future__ import annotations

import logging

import pytest

from nbcore.kube.outage import Outage


def test_given_an_outage_when_many_notice_it_then_each_outage_is_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    outage = Outage()

    with caplog.at_level(logging.INFO):
        outage.over()
        for words in ("a is away.", "b is away.", "a is away."):
            outage.noticed(words)
        outage.over()
        outage.over()
        outage.noticed("c is away.")

    assert caplog.messages == [
        "a is away; trying again",
        "The API server answers again",
        "c is away; trying again",
    ]

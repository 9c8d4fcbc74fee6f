from __future__ import annotations

import logging

import pytest

from nbcore.kube.outage import Outage


def test_given_an_outage_when_many_notice_it_then_each_outage_is_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    outage = Outage()

    with caplog.at_level(logging.INFO):
        outage.over(asked=1.0)
        for at, words in enumerate(("a is away.", "b is away.", "a is away."), start=2):
            outage.noticed(words, now=float(at))
        outage.over(asked=5.0)
        outage.over(asked=6.0)
        outage.noticed("c is away.", now=7.0)

    assert caplog.messages == [
        "a is away; trying again",
        "The API server answers again",
        "c is away; trying again",
    ]


def test_given_an_answer_that_was_on_its_way_when_the_server_died_then_the_outage_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    outage = Outage()

    with caplog.at_level(logging.INFO):
        outage.noticed("a is away.", now=2.0)
        outage.over(asked=1.9)
        outage.noticed("b is away.", now=2.1)

    assert caplog.messages == ["a is away; trying again"]

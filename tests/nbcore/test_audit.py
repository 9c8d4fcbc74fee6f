from __future__ import annotations

import json
import logging

import pytest

from nbcore import audit
from nbcore.audit import Entry, Outcome
from nbcore.errors import ClusterError, ForbiddenError, UnreachableError
from nbcore.logs import formatter
from nbcore.settings import LogFormat

ENTRY = Entry(
    user="dana",
    verb="delete",
    outcome=Outcome.DENIED,
    resource="notebooks",
    namespace="teaching",
    name="lab",
    address="192.0.2.7",
)


@pytest.fixture
def written(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, audit.log.name)
    return caplog


def test_given_text_when_an_entry_is_written_then_it_is_one_line_of_keys_and_values(
    written: pytest.LogCaptureFixture,
) -> None:
    audit.write(ENTRY)

    assert written.messages == [
        "user=dana verb=delete outcome=denied resource=notebooks namespace=teaching name=lab "
        "address=192.0.2.7"
    ]


def test_given_json_when_an_entry_is_written_then_its_keys_are_fields_of_the_line(
    written: pytest.LogCaptureFixture,
) -> None:
    audit.write(ENTRY)

    line = json.loads(formatter(LogFormat.JSON).format(written.records[0]))

    assert line["logger"] == "nbcore.audit"
    assert (line["user"], line["outcome"], line["address"]) == ("dana", "denied", "192.0.2.7")


@pytest.mark.parametrize("hostile", ["x\ny", "dana outcome=allowed", 'a"b', "\u2028", "\x1b[2J"])
def test_given_a_hostile_name_when_it_is_written_then_it_stays_one_value_on_one_line(
    written: pytest.LogCaptureFixture, hostile: str
) -> None:
    audit.write(Entry(user=hostile, verb="sign-in", outcome=Outcome.DENIED))

    (line,) = written.messages
    assert line == f"user={json.dumps(hostile)} verb=sign-in outcome=denied"
    assert len(line.splitlines()) == 1
    assert line.isprintable()


@pytest.mark.parametrize("hostile", ["\u2028", "\x9b2J", "\u202e", "\udcff"])
def test_given_json_when_a_hostile_name_is_written_then_it_is_escaped(hostile: str) -> None:
    record = logging.makeLogRecord({audit.FIELDS: {"user": hostile}})

    line = formatter(LogFormat.JSON).format(record)

    assert line.isascii()
    assert json.loads(line)["user"] == hostile


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (None, Outcome.ALLOWED),
        (ForbiddenError("no", code=403), Outcome.DENIED),
        (UnreachableError("gone"), Outcome.FAILED),
    ],
)
def test_given_an_answer_when_its_outcome_is_asked_then_only_a_refusal_is_denied(
    error: ClusterError | None, outcome: Outcome
) -> None:
    assert audit.outcome_of(error) is outcome

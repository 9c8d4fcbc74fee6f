from __future__ import annotations

import json
import logging

from nbcore.logs import formatter
from nbcore.settings import LogFormat


def record(message: str, *arguments: object) -> logging.LogRecord:
    made = logging.LogRecord("controller.loop", logging.WARNING, "", 1, message, arguments, None)
    made.created = 1_795_000_000.25
    return made


def test_given_json_when_a_record_is_written_then_it_is_one_object_on_one_line() -> None:
    line = formatter(LogFormat.JSON).format(record('%s said "no"\nagain', "réseau"))

    assert "\n" not in line
    assert json.loads(line) == {
        "time": "2026-11-18T11:06:40.250Z",
        "level": "WARNING",
        "logger": "controller.loop",
        "message": 'réseau said "no"\nagain',
    }


def test_given_json_when_something_was_raised_then_the_traceback_is_in_the_same_line() -> None:
    error = ValueError("no such thing")
    raised = record("failed")
    raised.exc_info = (ValueError, error, None)

    line = formatter(LogFormat.JSON).format(raised)

    assert json.loads(line)["exception"] == "ValueError: no such thing"


def test_given_text_when_a_record_is_written_then_a_person_can_read_it() -> None:
    line = formatter(LogFormat.TEXT).format(record("made %s", "lab"))

    assert line.endswith("WARNING controller.loop made lab")

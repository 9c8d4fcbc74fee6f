from __future__ import annotations

import json

import pytest

from nbcore.identity import Person
from nbcore.session_text import MOST_KEPT, BrokenSessionsError, from_text, to_text
from nbcore.sessions import Session


def session(number: int = 0) -> Session:
    person = Person("alice", ("team", "lab"))
    return Session(f"{number:064x}", person, "stamp", 10.0, 20.0 + number, "demo/nb", "f" * 64)


def test_given_sessions_when_written_and_read_then_they_are_the_same() -> None:
    assert from_text(to_text([session(1), session(2)])) == [session(1), session(2)]
    assert from_text("") == []


def test_given_too_many_when_written_then_those_seen_last_are_and_they_fit_into_a_secret() -> None:
    text = to_text(session(number) for number in range(MOST_KEPT + 5))

    kept = from_text(text)

    assert len(kept) == MOST_KEPT
    assert kept[0] == session(5)
    assert len(text) < 2**20


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"key": "short"}, id="key"),
        pytest.param({"key": 3}, id="number as key"),
        pytest.param({"user": "system:admin"}, id="one of Kubernetes' own"),
        pytest.param({"user": ""}, id="nobody"),
        pytest.param({"groups": "team"}, id="text for groups"),
        pytest.param({"groups": ["system:masters"]}, id="group of Kubernetes"),
        pytest.param({"began": "soon"}, id="no time"),
        pytest.param({"seen": None}, id="nothing for a time"),
        pytest.param({"stamp": None}, id="no stamp"),
    ],
)
def test_given_one_session_that_is_wrong_when_read_then_none_counts(
    change: dict[str, object],
) -> None:
    document = json.loads(to_text([session(1), session(2)]))
    document["sessions"][1] |= change

    with pytest.raises(BrokenSessionsError):
        from_text(json.dumps(document))


@pytest.mark.parametrize(
    "text", ["{", "[]", "{}", "3", '{"version": 2, "sessions": []}', "[" * 9999]
)
def test_given_another_text_when_read_then_it_is_refused(text: str) -> None:
    with pytest.raises(BrokenSessionsError):
        from_text(text)

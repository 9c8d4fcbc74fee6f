from controller.event_index import EventIndex
from tests.controller.objects import event

FIRST = event("Pulling", at="2026-11-23T10:00:00Z")
SECOND = event("Pulled", at="2026-11-23T10:00:05Z")


def test_given_events_when_they_come_and_go_then_the_index_follows() -> None:
    index = EventIndex()
    index.change(None, FIRST)
    index.change(None, SECOND)
    worded = {**FIRST, "message": "half"}

    index.change(FIRST, worded)
    index.change(SECOND, None)

    assert index.of("uid-pod", "") == (worded,)
    assert index.of("uid-other") == ()
    index.change(worded, None)
    assert index.of("uid-pod") == ()

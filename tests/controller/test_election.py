from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from controller.election import LEASE_NAME, Pace, Sight, claim, holder, new_lease, released, sight
from tests.cluster.api import JsonObject

PACE = Pace(lease=15, renew=10, retry=2)
WALL = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
STAMP = "2026-11-23T12:00:00.000000Z"


def lease(held_by: str = "other", version: str = "7", **spec: object) -> JsonObject:
    known: JsonObject = {"leaseDurationSeconds": 15, "leaseTransitions": 3, "acquireTime": "then"}
    if held_by:
        known["holderIdentity"] = held_by
    return {"metadata": {"name": LEASE_NAME, "resourceVersion": version}, "spec": known | spec}


@pytest.mark.parametrize(
    ("found", "seen_for", "is_claimed"),
    [
        pytest.param(None, 0.0, True, id="no lease yet"),
        pytest.param(lease("other"), 0.0, False, id="another's, just seen"),
        pytest.param(lease("other"), 14.9, False, id="another's, almost over"),
        pytest.param(lease("other"), 15.0, True, id="another's, over"),
        pytest.param(lease("other", leaseDurationSeconds=60), 20.0, False, id="its own duration"),
        pytest.param(lease("other", leaseDurationSeconds=None), 14.0, False, id="no duration"),
        pytest.param(lease(""), 0.0, True, id="given back"),
        pytest.param(lease("me"), 0.0, True, id="ours"),
        pytest.param(lease("me"), 99.0, True, id="ours, long ago"),
        pytest.param(
            lease("other", renewTime="2036-01-01T00:00:00Z"), 15.0, True, id="written in ten years"
        ),
        pytest.param(
            lease("other", renewTime="1970-01-01T00:00:00Z"), 1.0, False, id="written long ago"
        ),
    ],
)
def test_given_a_lease_when_seen_for_a_while_then_it_is_claimed_or_not(
    found: JsonObject | None, seen_for: float, *, is_claimed: bool
) -> None:
    seen = Sight(found, since=100.0)

    assert (claim(seen, "me", 100.0 + seen_for, WALL, PACE) is not None) == is_claimed


def test_given_our_lease_when_renewed_then_only_the_renewal_time_changes() -> None:
    ours = lease("me", acquireTime="2026-11-23T11:00:00.000000Z")

    renewed = claim(Sight(ours, 0.0), "me", 5.0, WALL, PACE)

    assert renewed == {**ours, "spec": {**ours["spec"], "renewTime": STAMP}}


def test_given_anothers_lease_when_over_then_the_transition_is_counted_and_guarded() -> None:
    taken = claim(Sight(lease("other"), 0.0), "me", 15.0, WALL, PACE)

    assert taken is not None
    assert taken["metadata"]["resourceVersion"] == "7"
    assert taken["spec"] == {
        "holderIdentity": "me",
        "leaseDurationSeconds": 15,
        "leaseTransitions": 4,
        "acquireTime": STAMP,
        "renewTime": STAMP,
    }


def test_given_no_lease_when_claimed_then_the_first_one_has_our_label_and_no_transition() -> None:
    first = claim(Sight(None, 0.0), "me", 0.0, WALL, PACE)

    assert first is not None
    made = new_lease(first, "system")
    assert made["metadata"]["namespace"] == "system"
    assert made["metadata"]["labels"] == {"app.kubernetes.io/part-of": "oneblock-notebooks"}
    assert made["spec"]["leaseTransitions"] == 0


def test_given_our_lease_when_given_back_then_the_next_need_not_wait() -> None:
    back = released(lease("me"))

    assert holder(back) == ""
    assert back["spec"]["leaseTransitions"] == 3
    assert claim(Sight(back, 5.0), "next", 5.0, WALL, PACE) is not None


def test_given_a_lease_when_read_again_then_its_age_counts_from_its_version() -> None:
    first = sight(None, lease(version="7"), 10.0)

    same = sight(first, lease(version="7"), 20.0)
    newer = sight(same, lease(version="8"), 30.0)

    assert (first.since, same.since, newer.since) == (10.0, 10.0, 30.0)
    assert sight(newer, None, 40.0) == Sight(None, 40.0)


def test_given_a_wall_clock_elsewhere_when_claimed_then_utc_is_written() -> None:
    elsewhere = WALL.astimezone(timezone(timedelta(hours=9)))

    first = claim(Sight(None, 0.0), "me", 0.0, elsewhere, PACE)

    assert first is not None
    assert first["spec"]["renewTime"] == STAMP

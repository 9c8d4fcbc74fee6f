from __future__ import annotations

import socket
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from sandbox.node.addresses import SHARED, address_for, can_bind, candidates


@given(st.text(max_size=40))
def test_given_any_uid_when_asked_then_candidates_stay_in_their_range(uid: str) -> None:
    for address in islice(candidates(uid), 5):
        first, second, third, last = (int(part) for part in address.split("."))

        assert first == 127
        assert 64 <= second <= 127
        assert 0 <= third <= 255
        assert 1 <= last <= 254


def test_given_a_taken_address_when_asked_then_the_next_one_is_given() -> None:
    first, second = islice(candidates("uid"), 2)

    assert address_for("uid", "", set()) == first
    assert address_for("uid", "", {first}) == second


def test_given_an_earlier_address_when_it_is_free_then_it_is_kept() -> None:
    assert address_for("uid", "127.99.1.1", set()) == "127.99.1.1"
    assert address_for("uid", "127.99.1.1", {"127.99.1.1"}) != "127.99.1.1"
    assert address_for("uid", SHARED, set()) != SHARED


def test_given_a_port_in_use_when_asked_then_it_can_not_be_bound() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert not can_bind("127.0.0.1", port)
    assert can_bind("127.0.0.1", port)

from __future__ import annotations

import pytest

from nbcore.offers import Offer, offers_from_text, offers_to_text
from nbcore.users import read_users
from tests.nbcore.people import cheap_hash, entry, users_text


def test_given_an_offer_when_its_user_is_as_it_was_made_then_it_holds() -> None:
    users = read_users(users_text(alice=entry("a")))
    offer = Offer("alice", users.known["alice"].stamp, "data scientist")

    assert offers_from_text(offers_to_text([offer])) == [offer]
    assert offer.user(users) == users.known["alice"]


@pytest.mark.parametrize(
    "now",
    [
        pytest.param({"alice": entry("admins")}, id="other roles"),
        pytest.param({"alice": entry("a", password=cheap_hash("another"))}, id="other password"),
        pytest.param({"bob": entry("a")}, id="removed"),
    ],
)
def test_given_an_offer_when_its_user_was_changed_then_it_is_none(now: dict[str, object]) -> None:
    offer = Offer("alice", read_users(users_text(alice=entry("a"))).known["alice"].stamp, "")

    assert offer.user(read_users(users_text(**now))) is None


@pytest.mark.parametrize("text", ["", "{", "3", '[{"name": "alice"}]', '["alice"]'])
def test_given_another_text_when_read_then_there_are_no_offers(text: str) -> None:
    assert offers_from_text(text) == []

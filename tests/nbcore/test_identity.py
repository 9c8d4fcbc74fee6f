from __future__ import annotations

import pytest

from nbcore.errors import InvalidIdentityError
from nbcore.identity import OwnAccount, Person


def test_given_a_person_when_made_then_name_and_groups_are_kept() -> None:
    assert Person("alice", ("team-a",)).groups == ("team-a",)
    assert OwnAccount("you").user == "you"


@pytest.mark.parametrize(
    ("user", "groups"),
    [
        ("", ()),
        ("system:admin", ()),
        ("alice", ("system:masters",)),
        ("alice", ("",)),
    ],
)
def test_given_a_reserved_name_when_a_person_is_made_then_it_is_refused(
    user: str, groups: tuple[str, ...]
) -> None:
    with pytest.raises(InvalidIdentityError, match="can't be acted for"):
        Person(user, groups)

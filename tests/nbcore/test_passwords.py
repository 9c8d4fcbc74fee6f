from __future__ import annotations

import pytest
from streamlit_authenticator.utilities import Hasher

from nbcore import passwords
from nbcore.users import InvalidUsersError, hash_cost


def test_given_a_password_when_hashed_then_streamlit_authenticator_accepts_it() -> None:
    made = passwords.hashed("grüße 12")

    assert Hasher.is_hash(made)
    assert Hasher.check_pw("grüße 12", made)
    assert not Hasher.check_pw("grüße 13", made)
    assert hash_cost(made) == 12


def test_given_a_password_that_breaks_a_rule_when_hashed_then_it_is_refused() -> None:
    with pytest.raises(InvalidUsersError, match="at least 8"):
        passwords.hashed("short")


def test_given_nobodys_hash_when_asked_again_then_it_is_the_same_and_of_its_cost() -> None:
    assert passwords.nobodys(4) == passwords.nobodys(4)
    assert [hash_cost(passwords.nobodys(cost)) for cost in (4, 5)] == [4, 5]


def test_given_generated_passwords_when_compared_then_none_comes_twice() -> None:
    made = {passwords.generated() for _ in range(100)}

    assert len(made) == 100
    assert {len(password) for password in made} == {16}

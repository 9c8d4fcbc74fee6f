"""Hashes of passwords, as streamlit-authenticator checks them."""

from __future__ import annotations

import secrets
from functools import lru_cache

import bcrypt

from nbcore.users import InvalidUsersError, password_problem

_GENERATED_BYTES = 12


def hashed(password: str) -> str:
    """The bcrypt hash of a new password, at bcrypt's usual cost.

    Raises:
        InvalidUsersError: the password breaks a rule.
    """
    if problem := password_problem(password):
        raise InvalidUsersError(problem)
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt()).decode()


def generated() -> str:
    """A password of 96 random bits."""
    return secrets.token_urlsafe(_GENERATED_BYTES)


@lru_cache(maxsize=16)
def nobodys(cost: int) -> str:
    """A hash that no password fits, as laborious to check as one of this cost."""
    return bcrypt.hashpw(secrets.token_bytes(32).hex().encode(), bcrypt.gensalt(cost)).decode()

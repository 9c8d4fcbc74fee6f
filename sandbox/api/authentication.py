"""Who asks: bearer tokens, client certificates, and impersonation. Pure."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sandbox.api import statuses
from sandbox.api.authorization import Decisions, authorise
from sandbox.api.request import Target, User, Verb

AUTHENTICATED = "system:authenticated"
ANONYMOUS = User("system:anonymous", ("system:unauthenticated",))

_HONOURED = frozenset({"impersonate-user", "impersonate-group"})

Tokens = Mapping[bytes, User]
"""Users by the SHA-256 of their token: a look-up that takes the same time for every wrong one."""


def read_tokens(lines: Iterable[str]) -> dict[bytes, User]:
    """Kubernetes' static token file: token,user,uid,"group,group". Pure."""
    rows = [row for row in csv.reader(lines) if len(row) >= 3]
    return {
        _digest(token): User(name, tuple(filter(None, ",".join(groups).split(","))), uid)
        for token, name, uid, *groups in rows
    }


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


def authenticate(authorization: str, certificate: Mapping[str, Any] | None, tokens: Tokens) -> User:
    """The user behind a request's credentials; system:anonymous if there are none. Pure.

    Args:
        authorization: the header of that name.
        certificate: the verified client certificate as Python's ssl describes it.
        tokens: who has which token.

    Raises:
        ApiError: 401 for credentials that nobody has.
    """
    if certificate:
        return _member(_certified(certificate))
    scheme, _, token = authorization.partition(" ")
    if not authorization:
        return ANONYMOUS
    user = user_of_token(token.strip(), tokens) if scheme.lower() == "bearer" else None
    if user is None:
        raise statuses.unauthorized()
    return user


def user_of_token(token: str, tokens: Tokens) -> User | None:
    """Who has this token, as a member of all who are known; None for nobody. Pure."""
    user = tokens.get(_digest(token))
    return _member(user) if user else None


def _member(user: User) -> User:
    return replace(user, groups=(*user.groups, AUTHENTICATED))


def _certified(certificate: Mapping[str, Any]) -> User:
    pairs = [pair for part in certificate.get("subject", ()) for pair in part]
    names = [value for key, value in pairs if key == "commonName"]
    groups = tuple(value for key, value in pairs if key == "organizationName")
    if not names:
        raise statuses.unauthorized()
    return User(names[0], groups)


def impersonate(decisions: Decisions, user: User, name: str, groups: Iterable[str]) -> User:
    """The user that a request wants to be taken for; the same one if it names nobody.

    Raises:
        ApiError: 400 for groups without a user, 403 when the user may not.
    """
    wanted = tuple(groups)
    if not name:
        if wanted:
            raise statuses.bad_request("requested [{Group  " + wanted[0] + "}] without a user")
        return user
    for plural, namespace, who in (_impersonated(name), *(("groups", "", g) for g in wanted)):
        target = Target(
            verb=Verb.IMPERSONATE,
            group="",
            version="v1",
            plural=plural,
            namespace=namespace,
            name=who,
        )
        authorise(decisions, user, target)
    return _member(User(name, wanted or _service_account_groups(name)))


def _impersonated(name: str) -> tuple[str, str, str]:
    """What one has to be allowed to impersonate: resource, namespace, name."""
    match name.split(":"):
        case ["system", "serviceaccount", namespace, account]:
            return "serviceaccounts", namespace, account
        case _:
            return "users", "", name


def _service_account_groups(name: str) -> tuple[str, ...]:
    plural, namespace, _ = _impersonated(name)
    if plural != "serviceaccounts":
        return ()
    return "system:serviceaccounts", f"system:serviceaccounts:{namespace}"


def refuse_unknown_impersonation(headers: Iterable[str]) -> None:
    """Refuse to act as somebody of whom only a part would be honoured. Pure.

    Raises:
        ApiError: 400 for a header such as Impersonate-Uid.
    """
    for name in headers:
        if name.lower().startswith("impersonate-") and name.lower() not in _HONOURED:
            raise statuses.bad_request(f"this sandbox does not support the header {name}")

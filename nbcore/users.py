"""Who may sign in: the users' file in the format of streamlit-authenticator, and its rules.

https://github.com/mkhorasani/Streamlit-Authenticator#2-creating-a-config-file

An entry with a mistake lets nobody in, and the others count all the same: a typing error in one
must not lock everybody out, nor keep somebody in who was removed by the same edit. A file that
can't be read as a whole lets nobody in. No message quotes a value: it could be a password. Pure.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from nbcore.errors import NbError
from nbcore.identity import Person
from nbcore.names import JsonObject
from nbcore.user_document import MEND, UnusableFileError, load_document

MIN_PASSWORD = 8
"""Characters."""
MAX_PASSWORD_BYTES = 72
"""bcrypt reads no more of a password."""
MAX_NAME = 63
MAX_COST = 15
"""bcrypt's logarithm of rounds; one more doubles the time, which is some two seconds at 15."""

_NAME = re.compile(rf"[a-z0-9][-a-z0-9._@]{{0,{MAX_NAME - 1}}}", re.ASCII)
_ROLE = re.compile(r"[A-Za-z0-9][-A-Za-z0-9._@:/]{0,126}", re.ASCII)
_HASH = re.compile(r"\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}", re.ASCII)
_TEXTS = ("email", "first_name", "last_name")


class InvalidUsersError(NbError):
    """A users' file, or a change to one, that can't be used; the message says why."""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may sign in.

    Attributes:
        password: its bcrypt hash.
        roles: become the groups that Kubernetes knows.
    """

    name: str
    password: str = field(repr=False)
    roles: tuple[str, ...] = ()

    @property
    def person(self) -> Person:
        """Whom Kubernetes is told to act for."""
        return Person(self.name, self.roles)

    @property
    def stamp(self) -> str:
        """Changes with the password and with the roles; tells neither."""
        told = json.dumps([self.password, sorted(self.roles)])
        return hashlib.sha256(told.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Users:
    """What a file says.

    Attributes:
        known: by name.
        problems: sentences about the entries that let nobody in.
    """

    known: Mapping[str, User] = field(default_factory=lambda: MappingProxyType({}))
    problems: tuple[str, ...] = ()

    @property
    def cost(self) -> int:
        """The highest cost of their hashes, for which an unknown name has to take as long."""
        return max((hash_cost(user.password) for user in self.known.values()), default=12)


def read_users(text: str) -> Users:
    """Reads a file; never raises, because the problems are part of what it says."""
    try:
        entries = _entries(load_document(text))
    except UnusableFileError as error:
        return Users(problems=(str(error),))
    known, problems = {}, []
    for name, entry in entries.items():
        found = _entry_problems(name, entry)
        if found:
            problems += [f"User {name}: {problem}" for problem in found]
        else:
            known[str(name)] = _user(name, entry)
    return Users(MappingProxyType(known), tuple(problems))


def check_presence(document: JsonObject, name: str, *, is_there: bool) -> None:
    """Refuses when somebody is missing who has to be there, or the other way round.

    Raises:
        InvalidUsersError: it is so.
        UnusableFileError: there is no place for users in the document.
    """
    if (name in _entries(document)) != is_there:
        words = f"no user {name}" if is_there else f"a user {name} already"
        raise InvalidUsersError(f"There is {words}.")


def added(document: JsonObject, name: str, entry: JsonObject) -> JsonObject:
    """The document with one more user.

    Raises:
        InvalidUsersError: the name is taken, or the entry breaks a rule.
    """
    check_presence(document, name, is_there=False)
    return _with_entry(document, name, entry)


def changed(document: JsonObject, name: str, **fields: Any) -> JsonObject:
    """The document with other values in the entry of a user; its other keys stay.

    Raises:
        InvalidUsersError: nobody has this name, or a value breaks a rule.
    """
    entry = _entries(document).get(name)
    if not isinstance(entry, dict):
        raise InvalidUsersError(f"There is no user {name}.")
    return _with_entry(document, name, entry | fields)


def removed(document: JsonObject, name: str) -> JsonObject:
    """The document without a user.

    Raises:
        InvalidUsersError: nobody has this name.
    """
    check_presence(document, name, is_there=True)
    result = deepcopy(document)
    del result["credentials"]["usernames"][name]
    return result


def name_problem(name: object) -> str | None:
    """What is wrong with a user's name; None when it is right.

    Lower case, because sign-in lowers what is typed while Kubernetes tells Alice from alice. With
    neither capitals nor colons no name can be one of Kubernetes' own, such as ``system:admin``.
    """
    if isinstance(name, str) and _NAME.fullmatch(name):
        return None
    return (
        f"a name has lower-case letters, digits, '-', '.', '_' and '@', at most {MAX_NAME}, and "
        "begins with a letter or digit."
    )


def role_problem(role: object) -> str | None:
    """What is wrong with a role, which is a group of Kubernetes; None when it is right."""
    if not isinstance(role, str) or not _ROLE.fullmatch(role):
        return "a role has letters, digits and '-._@:/', at most 127, and no spaces."
    if role.lower().startswith("system:"):
        return "a role can't begin with system:, which Kubernetes keeps for itself."
    return None


def password_problem(password: str) -> str | None:
    """What is wrong with a new password; None when it is right."""
    if len(password) < MIN_PASSWORD:
        return f"A password has at least {MIN_PASSWORD} characters."
    if not is_checkable(password):
        return f"A password has at most {MAX_PASSWORD_BYTES} bytes, and no line breaks."
    if password != password.strip():
        return "A password does not begin or end with a space: sign-in takes them away."
    return None


def is_checkable(password: str) -> bool:
    """Whether bcrypt reads all of a password."""
    encoded = password.encode("utf-8", "surrogatepass")
    return 0 < len(encoded) <= MAX_PASSWORD_BYTES and not set("\0\r\n") & set(password)


def hash_cost(password_hash: str) -> int:
    """The cost that a bcrypt hash names; 0 if it is none."""
    found = _HASH.fullmatch(password_hash)
    return int(found[1]) if found else 0


def _entries(document: JsonObject) -> JsonObject:
    credentials = document.get("credentials") or {}
    entries = credentials.get("usernames") or {} if isinstance(credentials, dict) else None
    if not isinstance(entries, dict):
        raise UnusableFileError(f"The users' file has no credentials.usernames. {MEND}")
    return entries


def _with_entry(document: JsonObject, name: str, entry: JsonObject) -> JsonObject:
    if problems := _entry_problems(name, entry):
        raise InvalidUsersError(f"User {name}: {problems[0]}")
    result = deepcopy(document)
    if not isinstance(result.get("credentials"), dict):
        result["credentials"] = {}
    credentials = result["credentials"]
    credentials["usernames"] = {**(credentials.get("usernames") or {}), name: entry}
    return result


def _entry_problems(name: object, entry: object) -> list[str]:
    if problem := name_problem(name):
        return [problem]
    if not isinstance(entry, dict):
        return ["the entry has no fields."]
    problems = [
        f"{key} is no text." for key in _TEXTS if not isinstance(entry.get(key, ""), str | None)
    ]
    return [*problems, *_password_problems(entry.get("password")), *_role_problems(entry)]


def _password_problems(password: object) -> list[str]:
    cost = hash_cost(password) if isinstance(password, str) else 0
    if not cost:
        return ["password is no bcrypt hash. Set it with: python -m nbcore users password NAME"]
    if cost > MAX_COST:
        return [f"password has a bcrypt cost of {cost}; at most {MAX_COST} is checked."]
    return []


def _role_problems(entry: JsonObject) -> list[str]:
    roles = entry.get("roles") or []
    if not isinstance(roles, list):
        return ["roles is no list."]
    return [f"roles: {problem}" for role in roles if (problem := role_problem(role))]


def _user(name: object, entry: JsonObject) -> User:
    roles = tuple(dict.fromkeys(entry.get("roles") or ()))
    return User(name=str(name), password=entry["password"], roles=roles)

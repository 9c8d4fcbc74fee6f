"""Checks passwords, with streamlit-authenticator's own check and nothing else of it.

Its cookie can be read by scripts and outlives logout, its counter of wrong passwords locks people
out, and a name that it does not know is answered at once (docs/decisions/0005).
"""

from __future__ import annotations

import importlib
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

from nbcore import audit, passwords
from nbcore.audit import Entry, Outcome
from nbcore.guessing import Budgets, Guesses, neighbourhood
from nbcore.user_file import UserFile
from nbcore.users import hash_cost, is_checkable, name_problem
from ui.entrance import CameIn

Fits = Callable[[str, str, str], bool]
"""Whether a user's password fits a hash."""
_MANY = "Many people are signing in at this moment. Try again in a minute."
_WRONG = "User name or password is wrong."


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many passwords are judged at a time, and how many seconds the others wait.

    bcrypt is made to be laborious: two at a time leave the machine to the others.
    """

    at_once: int = 2
    patience: float = 5.0


USUAL_CROWD = Crowd()


@dataclass(frozen=True, slots=True)
class Refused:
    """Nobody was let in; the message says no more than whoever guesses may know.

    Attributes:
        outcome: for the audit log.
    """

    message: str
    outcome: Outcome = Outcome.DENIED


class Passwords:
    """The door; thread-safe.

    Args:
        users: who may sign in.
        clock: seconds that never go back.
        fits: what judges a password; None for streamlit-authenticator.
        crowd: how many at a time.
    """

    def __init__(
        self,
        users: UserFile,
        *,
        clock: Callable[[], float],
        fits: Fits | None = None,
        crowd: Crowd = USUAL_CROWD,
    ) -> None:
        self._users = users
        self._clock = clock
        self._fits = fits or _fits
        self._patience = crowd.patience
        self._lock = threading.Lock()
        self._guesses = Guesses()
        self._budgets = Budgets()
        self._slots = threading.BoundedSemaphore(crowd.at_once)

    def check(self, typed: str, password: str, address: str) -> CameIn | Refused:
        """Who it is, if the password is right.

        A name that nobody has takes as long as one that somebody has, and gets the same words.
        Each try is a line in the audit log. It tells the names of users alone: whatever else was
        typed could be a password in the wrong field.

        Args:
            typed: the user name; capitals and spaces around it do not matter.
            password: as it was typed.
            address: from where.
        """
        answer = self._answer(typed, password, address)
        outcome = answer.outcome if isinstance(answer, Refused) else Outcome.ALLOWED
        name = _name(typed)
        user = name if name in self._users.users().known else audit.NOBODY
        audit.write(Entry(user=user, verb=audit.SIGN_IN, outcome=outcome, address=address))
        return answer

    def _answer(self, typed: str, password: str, address: str) -> CameIn | Refused:
        name = _name(typed)
        if name_problem(name) or not is_checkable(password.strip()):
            return Refused(_WRONG)
        address = neighbourhood(address)
        if refused := self._arrive(name, address):
            return refused
        if not self._slots.acquire(timeout=self._patience):
            self._was_not_wrong(address)
            return Refused(_MANY, Outcome.FAILED)
        try:
            return self._begin(name, address) or self._judge(name, password, address)
        finally:
            self._slots.release()

    def _arrive(self, name: str, address: str) -> Refused | None:
        """Judged before anybody waits for a check: one address must not take them all."""
        with self._lock:
            now = self._clock()
            if wait := self._guesses.wait(name, address, now):
                return _paused(wait)
            if wait := self._budgets.wait(address, now):
                return _paused(wait, " from your address")
            self._budgets.begin(address, now)
        return None

    def _was_not_wrong(self, address: str) -> None:
        with self._lock:
            self._budgets.was_not_wrong(address)

    def _begin(self, name: str, address: str) -> Refused | None:
        """Looks again: others with the same name may have come first."""
        with self._lock:
            now = self._clock()
            if wait := self._guesses.wait(name, address, now):
                self._budgets.was_not_wrong(address)
                return _paused(wait)
            self._guesses.begin(name, address, now)
        return None

    def _judge(self, name: str, password: str, address: str) -> CameIn | Refused:
        users = self._users.users()
        user = users.known.get(name)
        wanted = user.password if user else passwords.nobodys(users.cost)
        is_right = self._fits(name, password, wanted)
        # Each cost doubles the time of the one before: together as long as for an unknown name.
        for cost in range(hash_cost(wanted), users.cost):
            self._fits(name, password, passwords.nobodys(cost))
        with self._lock:
            if user and is_right:
                self._guesses.was_right(name, address)
                self._budgets.was_not_wrong(address)
                return CameIn(user.person, user.stamp)
            now = self._clock()
            left = self._guesses.left(name, address, now)
            wait = max(self._guesses.wait(name, address, now), self._budgets.wait(address, now))
        return Refused(f"{_WRONG} {_warning(left, wait)}".strip())


def load() -> ModuleType:
    """The part of streamlit-authenticator that checks; the first time takes a second.

    With it come components that we don't draw, and a warning for each where no page runs.
    """
    log = logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context")
    log.addFilter(_is_told)
    try:
        return importlib.import_module("streamlit_authenticator.controllers")
    finally:
        log.removeFilter(_is_told)


def _is_told(record: logging.LogRecord) -> bool:
    return "missing ScriptRunContext" not in record.msg


def _fits(name: str, password: str, password_hash: str) -> bool:
    """Whether a password fits a bcrypt hash, as streamlit-authenticator sees it."""
    entry = {"password": password_hash, "email": "", "first_name": "", "last_name": ""}
    # A dictionary of its own each time: it writes what it counts into it.
    controller = load().AuthenticationController({"usernames": {name: entry}}, auto_hash=False)
    return controller.login(name, password) is True


def _name(typed: str) -> str:
    return typed.strip().lower()


def _paused(seconds: int, whose: str = "") -> Refused:
    message = f"Too many wrong tries{whose}. Try again in {_span(seconds)}."
    return Refused(message, Outcome.PAUSED)


def _warning(left: int, wait: int) -> str:
    """Only when it comes near."""
    if wait:
        return f"Now there is a pause of {_span(wait)}."
    if not 0 < left <= 3:
        return ""
    return f"{left} more {'try' if left == 1 else 'tries'} before a pause."


def _span(seconds: int) -> str:
    if seconds < 90:
        return f"{seconds} s"
    return f"{-(-seconds // 60)} min"

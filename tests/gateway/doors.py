"""A gateway with sign-in: who is in, and what they may, set by each test."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from starlette.types import ASGIApp

from gateway.admission import Admission
from gateway.middleware import Gateway
from gateway.places import Names
from gateway.streams import OpenStreams
from nbcore.access import Question, may_list, may_open
from nbcore.errors import UnreachableError
from nbcore.identity import Identity, OwnAccount, Person
from nbcore.sessions import APP, Session, Sessions
from tests.gateway.rig import Cluster, Served


@dataclass
class Answers:
    """Stands for nbcore.access.Access: a set of what is allowed, remembered for no time."""

    allowed: set[tuple[str, Question]] = field(default_factory=set)
    is_away: bool = False
    away_about: set[str] = field(default_factory=set)
    seconds: float = 0
    asked: list[tuple[str, Question]] = field(default_factory=list)

    def known(self, _identity: Identity, _question: Question) -> bool | None:
        return None

    def allows(self, identity: Identity, question: Question) -> bool:
        self.asked.append((identity.user, question))
        time.sleep(self.seconds)
        if self.is_away or identity.user in self.away_about:
            raise UnreachableError("the API server does not answer")
        return (identity.user, question) in self.allowed

    def wait_for(self, asked: int) -> None:
        """Until so many questions have been asked, and the one before the last is answered."""
        deadline = time.monotonic() + 10
        while len(self.asked) < asked and time.monotonic() < deadline:
            time.sleep(0.01)


ANYBODY = Admission(OwnAccount("me"), Answers())
"""Without sign-in."""


def gateway_before(app: ASGIApp, streams: OpenStreams) -> Gateway:
    """One without sign-in and without notebooks."""
    return Gateway(app, admission=ANYBODY, cluster=Cluster(), names=Names(), streams=streams)


def sessions_of(stamps: dict[str, str]) -> Sessions:
    return Sessions(stamps=stamps.get, clock=time.time)


@dataclass
class Door:
    """A gateway that listens, and what stands behind its decisions."""

    served: Served
    sessions: Sessions
    stamps: dict[str, str]
    answers: Answers

    @property
    def origin(self) -> str:
        return self.served.origin

    def ticket(self, user: str = "alice") -> str:
        return self.sessions.sign_in(Person(user, ("users",)), self.stamps[user])

    def sign_in(self, user: str = "alice") -> dict[str, str]:
        """The header with which this browser comes from now on."""
        secret = self.sessions.redeem(self.ticket(user), APP)
        return {"Cookie": f"nb_session={secret}"}

    def session(self, header: dict[str, str]) -> Session | None:
        return self.sessions.find(header["Cookie"].partition("=")[2])

    def let_open(self, user: str = "alice", name: str = "nb") -> None:
        self.answers.allowed |= {(user, may_open("demo", name)), (user, may_list("demo"))}

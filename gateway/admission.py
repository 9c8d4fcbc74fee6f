"""Who is let in and who decides what they may: what the process hands to its gateway."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.rights import Answers
from nbcore.identity import OwnAccount
from nbcore.sessions import Sessions
from nbcore.settings import Network


@dataclass(frozen=True, slots=True)
class Admission:
    """The rules of the door.

    Attributes:
        visitors: the sessions of those who signed in; or the one account that everybody at this
            machine is, and then nobody else is let in.
        answers: what a visitor may open.
        trusted_proxies: whose X-Forwarded-* count.
        recheck_seconds: how often the visitors of open sockets are judged anew. An answer may be
            remembered for ten seconds more; both together stay below twenty.
    """

    visitors: Sessions | OwnAccount
    answers: Answers
    recheck_seconds: float = 5.0
    trusted_proxies: tuple[Network, ...] = ()

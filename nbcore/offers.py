"""The users that the sandbox made for its first visitor, whom the sign-in page offers there.

Kept are their names and stamps, no passwords: an offer ends as soon as its user gets another
password or another role. Pure.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import asdict, dataclass

from nbcore.users import User, Users


@dataclass(frozen=True, slots=True)
class Offer:
    """One user, and what they are in a few words."""

    name: str
    stamp: str
    what: str

    def user(self, users: Users) -> User | None:
        """The user as it was made; None when it is gone or has been changed."""
        found = users.known.get(self.name)
        return found if found and hmac.compare_digest(found.stamp, self.stamp) else None


def offers_to_text(offers: list[Offer]) -> str:
    """The text of the file."""
    return json.dumps([asdict(offer) for offer in offers], indent=1)


def offers_from_text(text: str) -> list[Offer]:
    """The offers of such a text; none when it is something else."""
    try:
        return [Offer(str(i["name"]), str(i["stamp"]), str(i["what"])) for i in json.loads(text)]
    except (KeyError, TypeError, ValueError, RecursionError):
        return []

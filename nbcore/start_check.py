"""What would make an app that nobody should reach, or that nobody could use. Pure."""

from __future__ import annotations

import ipaddress

from nbcore.settings import ClusterKind, Settings, SignIn
from nbcore.users import Users


def start_problem(settings: Settings, *, address: str, users: Users) -> str | None:
    """Why the app must not start; None when it may. Pure.

    Args:
        settings: of the process.
        address: that the server will listen on; "" for all of them.
        users: who may sign in by now; the sandbox gets its first ones later.
    """
    if settings.sign_in is SignIn.OFF:
        if is_loopback(address):
            return None
        return (
            f"NB_SIGN_IN is off, and the app would listen on {address or 'all addresses'}: "
            "everybody there would have the app's own rights. Let people sign in, or use 127.0.0.1."
        )
    if users.known or settings.cluster is ClusterKind.SANDBOX:
        return None
    told = " ".join(users.problems) or "It names no users."
    return (
        f"Nobody could sign in with {settings.users}. {told} Add somebody: "
        f"python -m nbcore users add NAME --roles GROUP --file {settings.users}"
    )


def is_loopback(address: str) -> bool:
    """Whether only this machine reaches it. Pure."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False

"""On whose behalf a request goes to the API server. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from nbcore.errors import InvalidIdentityError


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signed in; requests carry Impersonate-User and Impersonate-Group.

    Raises:
        InvalidIdentityError: the user is empty, or a name begins with ``system:``, which Kubernetes
            keeps for itself (https://kubernetes.io/docs/reference/access-authn-authz/rbac/).
    """

    user: str
    groups: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in (self.user, *self.groups):
            if not name or name.startswith("system:"):
                raise InvalidIdentityError(name)


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """The account that the process itself holds.

    Controllers and shared reads use it, and the one person at a loopback-only app without
    sign-in. ``user`` is only the name that is written down as owner.
    """

    user: str


Identity = Person | OwnAccount

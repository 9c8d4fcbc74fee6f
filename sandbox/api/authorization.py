"""Who may do what, in the server's words; whoever decides is handed in. Pure."""

from __future__ import annotations

from typing import Protocol

from sandbox.api import statuses
from sandbox.api.request import Target, User


class Decisions(Protocol):
    """What sandbox.api.rbac.roles.Roles answers."""

    def allows(self, user: User, target: Target) -> bool:
        """Whether a user may do this on a resource."""
        ...

    def path_reason(self, user: User, verb: str, path: str) -> str | None:
        """Why a user may do this on a path that is no resource; None when they may not."""
        ...


def authorise(decisions: Decisions, user: User, target: Target) -> None:
    """Nothing, if a user may do this.

    Raises:
        ApiError: 403 with the sentence that kubectl shows.
    """
    if decisions.allows(user, target):
        return
    resource = "/".join(part for part in (target.plural, target.subresource) if part)
    named = f"{target.plural}.{target.group}" if target.group else target.plural
    subject = f'{named} "{target.name}"' if target.name else named
    scope = f'in the namespace "{target.namespace}"' if target.namespace else "at the cluster scope"
    message = (
        f'{subject} is forbidden: User "{user.name}" cannot {target.verb} resource '
        f'"{resource}" in API group "{target.group}" {scope}'
    )
    details = {"group": target.group, "kind": target.plural, "name": target.name}
    kept = {key: value for key, value in details.items() if value}
    raise statuses.error(403, "Forbidden", message, kept)


def authorise_path(decisions: Decisions, user: User, method: str, path: str) -> None:
    """The same for paths that are no resources, such as /version.

    Raises:
        ApiError: 403.
    """
    verb = method.lower()
    if decisions.path_reason(user, verb, path) is None:
        message = f'forbidden: User "{user.name}" cannot {verb} path "{path}"'
        raise statuses.error(403, "Forbidden", message, {})

"""Who may do what. Pure."""

from __future__ import annotations

from sandbox.api import statuses
from sandbox.api.request import Target, User

ADMINISTRATORS = "system:masters"


def is_allowed(user: User, target: Target) -> bool:  # noqa: ARG001 roles will look at the target
    """Whether a user may do this. Only administrators may do anything yet. Pure."""
    return ADMINISTRATORS in user.groups


def authorise(user: User, target: Target) -> None:
    """Nothing, if a user may do this.

    Raises:
        ApiError: 403 with the sentence that kubectl shows.
    """
    if is_allowed(user, target):
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


def authorise_path(user: User, method: str, path: str) -> None:
    """The same for paths that are no resources, such as /version.

    Raises:
        ApiError: 403.
    """
    is_anonymous = "system:authenticated" not in user.groups
    if is_anonymous and path.rstrip("/") not in {"/version", "/healthz", "/livez", "/readyz"}:
        message = f'forbidden: User "{user.name}" cannot {method.lower()} path "{path}"'
        raise statuses.error(403, "Forbidden", message, {})

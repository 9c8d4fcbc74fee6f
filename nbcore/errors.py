"""Everything that nbcore raises.

NbError
├── InvalidIdentityError      a user or group that may never be impersonated
├── InvalidFormError          what was typed; one message per field
├── InvalidCatalogError       a Setting whose JSON is no catalog
├── InvalidQuantityError      a size that Kubernetes would not read, or that no cluster has
├── MalformedNotebookError    an object in the cluster that is no notebook we understand
├── VolumeInUseError          a volume that other notebooks mount, so that it is not deleted
├── VolumeKeptError           the notebook is gone, its volume could not be deleted
├── VolumeLeftError           the notebook was not made, its new volume could not be removed
├── SettingsError             an environment variable of ours with a value that we can't use
└── ClusterError              the API server's answer, or its silence
    ├── NotFoundError         404
    ├── AlreadyExistsError    409, reason AlreadyExists
    ├── ConflictError         409, somebody else changed it first
    ├── ForbiddenError        403: RBAC, quota or an admission policy
    ├── UnauthorizedError     401
    ├── InvalidObjectError    400 or 422, with the causes field by field
    ├── ExpiredError          410, the resourceVersion is too old
    ├── BusyError             429 or 503: try again later
    ├── UnreachableError      no answer: refused, timed out, TLS
    └── ServerError           any other answer

Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from typing_extensions import override

_PROBLEMS_TOLD = 3


class NbError(Exception):
    """Base of everything raised on purpose here."""


class InvalidIdentityError(NbError):
    """A user or group name that is empty or reserved for Kubernetes itself."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} can't be acted for: names beginning with system: are reserved")
        self.name = name


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with what was typed: the form's field, and a sentence with the remedy."""

    field: str
    message: str


class InvalidFormError(NbError):
    """What was typed can't become a notebook; ``problems`` says what, field by field."""

    def __init__(self, problems: Sequence[FieldError]) -> None:
        super().__init__("; ".join(f"{p.field}: {p.message}" for p in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class RowError:
    """One thing wrong with a catalog, and where.

    Attributes:
        message: what is wrong, and what to do.
        type: the type it stands under; "" for the whole.
        row: counted from 1 within the type; 0 for the whole type.
        field: the key in the row; "" for the whole row.
        line: of the JSON that was read, counted from 1; 0 when it tells nothing.
    """

    message: str
    type: str = ""
    row: int = 0
    field: str = ""
    line: int = 0

    @override
    def __str__(self) -> str:
        """For example: jupyter, row 2, containerImage (line 7): An image has no spaces."""
        parts = (self.type, f"row {self.row}" if self.row else "", self.field)
        place = ", ".join(part for part in parts if part)
        line = f"line {self.line}" if self.line else ""
        where = f"{place} ({line})" if place and line else place or line
        return f"{where}: {self.message}" if where else self.message


class InvalidCatalogError(NbError):
    """JSON that is no image catalog; ``problems`` says where, the message names the first ones."""

    def __init__(self, problems: Sequence[RowError]) -> None:
        shown = [str(problem) for problem in problems[:_PROBLEMS_TOLD]]
        more = len(problems) - len(shown)
        super().__init__("; ".join(shown) + (f"; and {more} more" if more else ""))
        self.problems = tuple(problems)


class InvalidQuantityError(NbError):
    """Text or a number that is no quantity; the message says what to write instead."""


class MalformedNotebookError(NbError):
    """A Notebook object that the schema let through and that can't be understood."""


class VolumeInUseError(NbError):
    """A volume that other notebooks mount; nothing was deleted."""

    def __init__(self, volume: str, users: Sequence[str]) -> None:
        super().__init__(
            f"Volume {volume} is also mounted by {', '.join(users)}. Nothing was deleted: "
            "keep the volume, or delete what mounts it first."
        )
        self.volume = volume
        self.users = tuple(users)


class VolumeKeptError(NbError):
    """The notebook is deleted, but its volume is still there; the cause says why."""

    def __init__(self, notebook: str, volume: str, cause: str) -> None:
        super().__init__(f"{notebook} is deleted. Its volume {volume} is still there: {cause}")
        self.notebook = notebook
        self.volume = volume


class SettingsError(NbError):
    """A setting from the environment that can't be used."""


class VolumeLeftError(NbError):
    """The notebook was not made, and the volume made for it is still there; the cause says why."""

    def __init__(self, notebook: str, volume: str, cause: str) -> None:
        super().__init__(
            f"{notebook} could not be made, and its new volume {volume} could not be removed: "
            f"{cause} Choose {volume} as existing volume, or delete it."
        )
        self.notebook = notebook
        self.volume = volume


@dataclass(frozen=True, slots=True)
class Cause:
    """One entry of Status.details.causes: the field's path and the server's sentence."""

    field: str
    message: str


class ClusterError(NbError):
    """An answer of the API server that is no success, or no answer.

    Attributes:
        code: HTTP status; 0 when there was no answer.
        reason: the Status object's machine-readable word, for example AlreadyExists.
        message: the server's own sentence.
        request: verb and path, for example "POST /api/v1/namespaces/demo/pods".
    """

    def __init__(self, message: str, *, code: int = 0, reason: str = "", request: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.request = request


class NotFoundError(ClusterError):
    """The object, or the kind, is not there."""


class AlreadyExistsError(ClusterError):
    """An object of that name is there already."""


class ConflictError(ClusterError):
    """The object changed since it was read, or another manager owns the field."""


class ForbiddenError(ClusterError):
    """RBAC, a quota or an admission policy says no."""


class UnauthorizedError(ClusterError):
    """The API server does not know who asks."""


class InvalidObjectError(ClusterError):
    """The object breaks its schema or a rule."""

    def __init__(
        self,
        message: str,
        *,
        code: int = 422,
        reason: str = "Invalid",
        request: str = "",
        causes: Sequence[Cause] = (),
    ) -> None:
        super().__init__(message, code=code, reason=reason, request=request)
        self.causes = tuple(causes)


class ExpiredError(ClusterError):
    """The resourceVersion or continue token is older than the server remembers: list again."""


class BusyError(ClusterError):
    """The server asks to come back later.

    Attributes:
        retry_after: seconds, from the Retry-After header; 1 when there was none.
    """

    def __init__(
        self,
        message: str,
        *,
        code: int = 429,
        reason: str = "",
        request: str = "",
        retry_after: float = 1,
    ) -> None:
        super().__init__(message, code=code, reason=reason, request=request)
        self.retry_after = retry_after


class UnreachableError(ClusterError):
    """No answer: connection refused, time-out, or a certificate that does not fit."""


class ServerError(ClusterError):
    """An answer that fits none of the others."""


def status_causes(status: dict[str, Any]) -> tuple[Cause, ...]:
    """The causes of a Status object (details.causes), empty if it has none. Pure."""
    details = status.get("details") or {}
    causes = details.get("causes") or []
    return tuple(Cause(str(c.get("field", "")), str(c.get("message", ""))) for c in causes)

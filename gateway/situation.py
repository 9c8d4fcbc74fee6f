"""What to tell somebody whose notebook can't be shown right now. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gateway.upstream import Refused
from nbcore.names import JsonObject
from nbcore.status import NotebookStatus, Phase


class Kind(StrEnum):
    """How the page behaves: ``waiting`` follows the notebook by itself, the others don't."""

    WAITING = "waiting"
    STOPPED = "stopped"
    FAILED = "failed"
    REFUSED = "refused"
    READY = "ready"


@dataclass(frozen=True, slots=True)
class Situation:
    """Why there is no IDE to see.

    Attributes:
        phase: the word of the notebook's status.
        title, message: for people.
    """

    kind: Kind
    phase: str
    title: str
    message: str


def situation(notebook: JsonObject, refused: Refused | None) -> Situation:
    """Reads the notebook's own status; the endpoint alone decides whether it is ready."""
    status = NotebookStatus.from_object(notebook)
    name = str((notebook.get("metadata") or {}).get("name") or "The notebook")
    if refused is None:
        return Situation(Kind.READY, Phase.READY, f"{name} is ready", "")
    if refused is not Refused.NOT_READY:
        title = f"{name} can't be reached"
        return Situation(Kind.REFUSED, status.phase, title, refused.value)
    kind, title = _kind(notebook, status.phase, name)
    return Situation(kind, status.phase, title, status.message or _USUAL[kind])


_USUAL = {
    Kind.WAITING: "It is being started; this page goes on to it by itself.",
    Kind.STOPPED: "Its volume is kept. Start it in the list of notebooks.",
    Kind.FAILED: "The list of notebooks says more.",
    Kind.REFUSED: "",
    Kind.READY: "",
}


def _kind(notebook: JsonObject, phase: Phase, name: str) -> tuple[Kind, str]:
    """A status lags behind a click on Stop or Start, therefore spec.suspend has its say."""
    is_suspended = (notebook.get("spec") or {}).get("suspend") is True
    match phase:
        case Phase.TERMINATING:
            return Kind.STOPPED, f"{name} is being deleted"
        case Phase.STOPPED if is_suspended:
            return Kind.STOPPED, f"{name} is stopped"
        case Phase.FAILED if not is_suspended:
            return Kind.FAILED, f"{name} has failed"
        case _ if is_suspended:
            return Kind.STOPPED, f"{name} is stopping"
        case _:
            return Kind.WAITING, f"{name} is starting"

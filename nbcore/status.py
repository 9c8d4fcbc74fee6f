"""The words of a Notebook's status, as the CRD spells them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from nbcore.names import JsonObject


class Phase(StrEnum):
    """Where a notebook is on its way."""

    PENDING = "Pending"
    STARTING = "Starting"
    READY = "Ready"
    STOPPING = "Stopping"
    STOPPED = "Stopped"
    FAILED = "Failed"
    TERMINATING = "Terminating"


class ConditionType(StrEnum):
    """Conditions that the controller reports."""

    READY = "Ready"
    NAME_CONFLICT = "NameConflict"
    UNKNOWN_TYPE = "UnknownType"
    EXPOSED = "Exposed"
    INVALID = "Invalid"


_PHASES: dict[str, Phase] = {phase.value: phase for phase in Phase}


@dataclass(frozen=True, slots=True)
class NotebookStatus:
    """What the controller last said of a notebook.

    Attributes:
        reason: one CamelCase word for the cause, for example ImagePull; "" when nothing is to say.
        message: the cause in plain words, with the object's name and the next step.
    """

    phase: Phase
    reason: str = ""
    message: str = ""

    @classmethod
    def from_object(cls, notebook: JsonObject) -> NotebookStatus:
        """Reads .status; a notebook that no controller has seen yet is Pending."""
        status: Any = notebook.get("status")
        if not isinstance(status, dict):
            status = {}
        phase = status.get("phase")
        return cls(
            phase=_PHASES.get(phase, Phase.PENDING) if isinstance(phase, str) else Phase.PENDING,
            reason=str(status.get("reason") or ""),
            message=str(status.get("message") or ""),
        )

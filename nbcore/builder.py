"""From a form to the objects that are sent: a PersistentVolumeClaim and a Notebook. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nbcore.form import NotebookForm
from nbcore.names import JsonObject


@dataclass(frozen=True, slots=True)
class Manifests:
    """What a click sends: the new volume, if there is one, then the notebook."""

    volume: JsonObject | None
    notebook: JsonObject

    def to_yaml(self) -> str:
        """The objects as one YAML stream, in the order in which they are sent."""
        raise NotImplementedError


def build(form: NotebookForm, *, owner: str, now: datetime) -> Manifests:
    """Builds the objects; limits equal requests.

    Args:
        form: without problems (nbcore.form.problems).
        owner: who is written down as owner.
        now: with a time zone.

    Raises:
        InvalidQuantityError: a size of the form that was never checked.
    """
    raise NotImplementedError

"""The use cases: check, create, stop, start and delete a notebook.

The Kube that is passed in acts as the person who clicked: Kubernetes' own rules decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from nbcore.builder import Manifests
from nbcore.kube.client import Kube
from nbcore.names import JsonObject


class Verdict(StrEnum):
    """What a check found."""

    FINE = "fine"
    WAITS = "waits"
    NOT_CHECKED = "not checked"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of "Will it start?".

    Attributes:
        field: the form's field to mend (nbcore.form.Field); "" when it is none of them.
        message: a sentence for people.
        detail: the server's own words, "" when there are none.
    """

    verdict: Verdict
    message: str
    field: str = ""
    detail: str = ""


def check_notebook(kube: Kube, manifests: Manifests) -> tuple[Finding, ...]:
    """Asks the server, without making anything, whether the notebook would be made and started.

    Raises:
        UnreachableError, BusyError, ServerError, UnauthorizedError: no verdict could be had.
    """
    raise NotImplementedError


def create_notebook(kube: Kube, manifests: Manifests) -> JsonObject:
    """Makes the volume, then the notebook: both or none.

    Returns:
        The notebook as stored.

    Raises:
        InvalidFormError: a name is taken, or the server refuses a field; says which.
        ClusterError: any other answer, or none.
    """
    raise NotImplementedError


def stop_notebook(kube: Kube, namespace: str, name: str, *, by: str, now: datetime) -> None:
    """Scales to zero; the volume stays. Who and when is written in the same request.

    Raises:
        ClusterError: the server's answer.
    """
    raise NotImplementedError


def start_notebook(kube: Kube, namespace: str, name: str, *, by: str, now: datetime) -> None:
    """Starts a stopped notebook again. Who and when is written in the same request.

    Raises:
        ClusterError: the server's answer.
    """
    raise NotImplementedError


def delete_notebook(kube: Kube, namespace: str, name: str, *, uid: str, with_volume: bool) -> None:
    """Deletes a notebook and, if asked, the volume at its home directory.

    Args:
        kube: acts as the person.
        namespace: the notebook's.
        name: the notebook's.
        uid: of the notebook that was confirmed; another one of the same name stays.
        with_volume: also delete the volume at home, unless another notebook mounts it.

    Raises:
        VolumeInUseError: another notebook mounts the volume; nothing was deleted.
        VolumeKeptError: the notebook is deleted, the volume is not.
        ClusterError: the server's answer.
    """
    raise NotImplementedError

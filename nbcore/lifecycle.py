"""The use cases: check, create, stop, start and delete a notebook.

The Kube that is passed in acts as the person who clicked: Kubernetes' own rules decide.
"""

from __future__ import annotations

from datetime import datetime

from nbcore import findings
from nbcore.actions import LastAction, Verb
from nbcore.builder import Manifests
from nbcore.errors import (
    AlreadyExistsError,
    BusyError,
    ClusterError,
    ConflictError,
    ForbiddenError,
    InvalidFormError,
    InvalidObjectError,
    MalformedNotebookError,
    NotFoundError,
    ServerError,
    UnreachableError,
    VolumeInUseError,
    VolumeKeptError,
    VolumeLeftError,
)
from nbcore.findings import Finding
from nbcore.ides import IDES, IdeType, ide_type
from nbcore.kube.client import Kube
from nbcore.kube.resources import NOTEBOOKS, PERSISTENT_VOLUME_CLAIMS, PODS, Resource
from nbcore.names import TYPE_LABEL, JsonObject
from nbcore.objects import object_at, text_at
from nbcore.podspec import claims, first_container, home_claim, mounts_without_volume, pod_spec
from nbcore.podtemplate import build_pod
from nbcore.refusals import REFUSALS, explain
from nbcore.volumes import Volume, users_of

# After these the server may have done what it was asked to do all the same.
_UNCERTAIN = (UnreachableError, ServerError, BusyError)


def check_notebook(kube: Kube, manifests: Manifests) -> tuple[Finding, ...]:
    """Asks the server, without making anything, whether the notebook would be made and started.

    Volume and notebook are tried, and the pod that the controller would build: only a pod meets
    quota, limit ranges and policies.

    Raises:
        UnreachableError, BusyError, ServerError, UnauthorizedError: no verdict could be had.
    """
    notebook, volume = manifests.notebook, manifests.volume
    return (
        *((_tried(kube, PERSISTENT_VOLUME_CLAIMS, volume),) if volume else ()),
        _tried(kube, NOTEBOOKS, notebook),
        _tried_pod(kube, notebook),
        *_looked_up(kube, manifests),
        *findings.unmounted(mounts_without_volume(object_at(notebook, "spec", "template", "spec"))),
    )


def create_notebook(kube: Kube, manifests: Manifests) -> JsonObject:
    """Makes the volume, then the notebook: both or none.

    A volume that was there before is never touched; one that this call made goes again when the
    notebook can't be made.

    Returns:
        The notebook as stored.

    Raises:
        InvalidFormError: a name is taken, or the server refuses a field; says which.
        VolumeLeftError: the new volume could not be removed again.
        ClusterError: any other answer, or none.
    """
    notebook = manifests.notebook
    if manifests.volume:
        _refuse_early(kube, notebook)
    volume = _made_volume(kube, manifests)
    try:
        return _made(kube, NOTEBOOKS, notebook)
    except REFUSALS as error:
        _take_back(kube, volume, notebook)
        raise InvalidFormError([explain(error, notebook)]) from error
    except ClusterError:
        _take_back(kube, volume, notebook, is_certain=False)
        raise


def stop_notebook(kube: Kube, namespace: str, name: str, *, by: str, now: datetime) -> None:
    """Scales to zero; the volume stays. Who and when is written in the same request.

    Raises:
        ClusterError: the server's answer.
    """
    _suspend(kube, namespace, name, LastAction(Verb.STOP, by, now))


def start_notebook(kube: Kube, namespace: str, name: str, *, by: str, now: datetime) -> None:
    """Starts a stopped notebook again. Who and when is written in the same request.

    Raises:
        ClusterError: the server's answer.
    """
    _suspend(kube, namespace, name, LastAction(Verb.START, by, now))


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
        MalformedNotebookError: its volume can't be told; nothing was deleted.
        VolumeKeptError: the notebook is deleted, the volume is not.
        ClusterError: the server's answer.
    """
    volume = _home_volume(kube, namespace, name) if with_volume else None
    kube.delete(NOTEBOOKS, name, namespace, uid=uid)
    if volume is None:
        return
    try:
        _delete(kube, volume)
    except ClusterError as error:
        raise VolumeKeptError(name, text_at(volume, "metadata", "name"), error.message) from error


def _tried(kube: Kube, resource: Resource, sent: JsonObject) -> Finding:
    try:
        kube.create(resource, sent, dry_run=True)
    except REFUSALS as error:
        return findings.refused(resource, error, sent)
    return findings.accepted(resource)


def _tried_pod(kube: Kube, notebook: JsonObject) -> Finding:
    label = text_at(notebook, "metadata", "labels", TYPE_LABEL)
    try:
        pod = build_pod(notebook, IDES[ide_type(label) or IdeType.JUPYTER])
    except MalformedNotebookError as error:
        return findings.malformed(error)
    return _tried(kube, PODS, pod)


def _looked_up(kube: Kube, manifests: Manifests) -> tuple[Finding, ...]:
    """The volumes that have to be there already: no dry run looks for them."""
    notebook = manifests.notebook
    new = text_at(manifests.volume, "metadata", "name")
    used = claims(object_at(notebook, "spec", "template", "spec")).values()
    found = (_looked_up_claim(kube, claim, notebook) for claim in sorted(set(used) - {new}))
    return tuple(finding for several in found for finding in several)


def _looked_up_claim(kube: Kube, claim: str, notebook: JsonObject) -> tuple[Finding, ...]:
    name, namespace = _names(notebook)
    try:
        volume = kube.get(PERSISTENT_VOLUME_CLAIMS, claim, namespace)
        others = kube.list(NOTEBOOKS, namespace)
    except NotFoundError:
        return (findings.missing_claim(claim, namespace),)
    except ForbiddenError as error:
        return (findings.unreadable_claim(claim, error),)
    return findings.shared_claim(Volume.from_object(volume, others), but=name)


def _refuse_early(kube: Kube, notebook: JsonObject) -> None:
    """What is refused anyway gets no volume: one that comes and goes is seen and offered by others.

    Raises:
        InvalidFormError: the notebook breaks a rule, a quota or somebody's rights.
    """
    try:
        kube.create(NOTEBOOKS, notebook, dry_run=True)
    except (ForbiddenError, InvalidObjectError) as error:
        raise InvalidFormError([explain(error, notebook)]) from error
    except ClusterError:
        return  # A name that is taken, or a network that fails, is dealt with where it is made.


def _made_volume(kube: Kube, manifests: Manifests) -> JsonObject | None:
    volume, notebook = manifests.volume, manifests.notebook
    if volume is None:
        return None
    try:
        return _made(kube, PERSISTENT_VOLUME_CLAIMS, volume)
    except REFUSALS as error:
        problems = [explain(error, volume)]
        # Somebody was faster, or a notebook of that name has been there all along.
        if isinstance(error, AlreadyExistsError) and _found(kube, NOTEBOOKS, notebook):
            problems.insert(0, explain(error, notebook))
        raise InvalidFormError(problems) from error


def _made(kube: Kube, resource: Resource, sent: JsonObject) -> JsonObject:
    """Creates; when the answer got lost, looks whether the object is there and is this click's."""
    try:
        return kube.create(resource, sent)
    except _UNCERTAIN:
        found = _found(kube, resource, sent)
        if found is None or not _is_of_this_click(found, sent):
            raise
        return found


def _is_of_this_click(found: JsonObject | None, sent: JsonObject) -> bool:
    return found is not None and LastAction.from_object(found) == LastAction.from_object(sent)


def _found(kube: Kube, resource: Resource, sent: JsonObject) -> JsonObject | None:
    name, namespace = _names(sent)
    try:
        return kube.get(resource, name, namespace)
    except (NotFoundError, ForbiddenError):
        return None


def _take_back(
    kube: Kube, volume: JsonObject | None, notebook: JsonObject, *, is_certain: bool = True
) -> None:
    """Deletes the volume that this click made; if uncertain, only when the notebook isn't there."""
    if volume is None:
        return
    try:
        if is_certain or not _is_of_this_click(_found(kube, NOTEBOOKS, notebook), notebook):
            _delete(kube, volume)
    except ClusterError as error:
        raise VolumeLeftError(_names(notebook)[0], _names(volume)[0], error.message) from error


def _delete(kube: Kube, volume: JsonObject) -> None:
    """Deletes exactly this claim; it being gone already, or replaced, is as good."""
    name, namespace = _names(volume)
    try:
        kube.delete(
            PERSISTENT_VOLUME_CLAIMS, name, namespace, uid=text_at(volume, "metadata", "uid")
        )
    except (NotFoundError, ConflictError):
        return


def _suspend(kube: Kube, namespace: str, name: str, action: LastAction) -> None:
    patch = {
        "metadata": {"annotations": action.to_annotation()},
        "spec": {"suspend": action.verb is Verb.STOP},
    }
    kube.merge(NOTEBOOKS, name, namespace, patch)


def _home_volume(kube: Kube, namespace: str, name: str) -> JsonObject | None:
    """The claim at a notebook's home, as stored; None when there is none."""
    pod = pod_spec(kube.get(NOTEBOOKS, name, namespace))
    claim = home_claim(pod, first_container(pod))
    if not claim:
        return None
    users = users_of(claim, namespace, kube.list(NOTEBOOKS, namespace))
    others = [user for user in users if user != name]
    if others:
        raise VolumeInUseError(claim, others)
    try:
        return kube.get(PERSISTENT_VOLUME_CLAIMS, claim, namespace)
    except NotFoundError:
        return None


def _names(stored: JsonObject) -> tuple[str, str]:
    return text_at(stored, "metadata", "name"), text_at(stored, "metadata", "namespace")

"""From a form to the objects that are sent: a PersistentVolumeClaim and a Notebook. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nbcore.accelerators import runtime_class_of
from nbcore.actions import LastAction, Verb
from nbcore.form import ExistingVolume, NewVolume, NotebookForm
from nbcore.manifest_yaml import to_yaml
from nbcore.names import (
    HOME,
    NOTEBOOK_API_VERSION,
    OWNER_ANNOTATION,
    SHARED_MEMORY,
    TYPE_LABEL,
    JsonObject,
)
from nbcore.quantities import cpu, storage

_HOME_VOLUME = "home"
_SHARED_MEMORY_VOLUME = "dshm"


@dataclass(frozen=True, slots=True)
class Manifests:
    """What a click sends: the new volume, if there is one, then the notebook."""

    volume: JsonObject | None
    notebook: JsonObject

    def to_yaml(self) -> str:
        """The objects as one YAML stream, in the order in which they are sent."""
        return to_yaml([self.volume, self.notebook] if self.volume else [self.notebook])


def build(form: NotebookForm, *, owner: str, now: datetime) -> Manifests:
    """Builds the objects; limits equal requests.

    Args:
        form: without problems (nbcore.form.problems).
        owner: who is written down as owner.
        now: with a time zone.

    Raises:
        InvalidQuantityError: a size of the form that was never checked.
    """
    action = LastAction(Verb.CREATE, owner, now)
    annotations = {OWNER_ANNOTATION: owner} | action.to_annotation()
    notebook: JsonObject = {
        "apiVersion": NOTEBOOK_API_VERSION,
        "kind": "Notebook",
        "metadata": {
            "name": form.name,
            "namespace": form.namespace,
            "labels": {TYPE_LABEL: form.type.value},
            "annotations": annotations,
        },
        "spec": {
            "serviceType": form.service_type.value,
            "template": {"spec": _pod_spec(form)},
        },
    }
    return Manifests(_new_claim(form, annotations), notebook)


def _new_claim(form: NotebookForm, annotations: JsonObject) -> JsonObject | None:
    if not isinstance(form.volume, NewVolume):
        return None
    # Without the field the cluster's default class is used; "" would mean no class at all.
    chosen = form.volume.storage_class
    storage_class = {} if chosen is None else {"storageClassName": chosen}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {
            "name": form.volume.name,
            "namespace": form.namespace,
            "annotations": dict(annotations),
        },
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            **storage_class,
            "resources": {"requests": {"storage": storage(form.volume.size).text}},
        },
    }


def _pod_spec(form: NotebookForm) -> JsonObject:
    runtime_class = runtime_class_of(form.gpu_resource) if form.gpu_count else None
    volumes = _volumes(form)
    return {
        # A notebook runs whatever a person writes: no token of the cluster in it.
        "automountServiceAccountToken": False,
        **({"runtimeClassName": runtime_class} if runtime_class else {}),
        "containers": [_container(form)],
        **({"volumes": volumes} if volumes else {}),
    }


def _container(form: NotebookForm) -> JsonObject:
    mounts = _mounts(form)
    variables = [{"name": name, "value": value} for name, value in form.environment]
    return {
        "name": form.name,
        "image": form.image,
        **({"env": variables} if variables else {}),
        "resources": _resources(form),
        **({"volumeMounts": mounts} if mounts else {}),
    }


def _resources(form: NotebookForm) -> JsonObject:
    size = {"cpu": cpu(form.cpu).text, "memory": storage(form.memory).text}
    gpus = {form.gpu_resource: str(form.gpu_count)} if form.gpu_count else {}
    return {"requests": dict(size), "limits": size | gpus}


def _mounts(form: NotebookForm) -> list[JsonObject]:
    home = [{"name": _HOME_VOLUME, "mountPath": HOME}] if _claim_name(form) else []
    shared = [{"name": _SHARED_MEMORY_VOLUME, "mountPath": SHARED_MEMORY}]
    return home + (shared if form.shared_memory else [])


def _volumes(form: NotebookForm) -> list[JsonObject]:
    claim = {"claimName": _claim_name(form)}
    home: list[JsonObject] = [{"name": _HOME_VOLUME, "persistentVolumeClaim": claim}]
    shared: list[JsonObject] = [{"name": _SHARED_MEMORY_VOLUME, "emptyDir": _shared_memory(form)}]
    return (home if _claim_name(form) else []) + (shared if form.shared_memory else [])


def _shared_memory(form: NotebookForm) -> JsonObject:
    size = form.shared_memory_size
    limit = {} if size == "" else {"sizeLimit": storage(size).text}
    return {"medium": "Memory"} | limit


def _claim_name(form: NotebookForm) -> str:
    return form.volume.name if isinstance(form.volume, NewVolume | ExistingVolume) else ""

"""The use case: a notebook moves to another image."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime

from nbcore.actions import LastAction, Verb
from nbcore.errors import ConflictError
from nbcore.kube.client import Kube
from nbcore.kube.resources import NOTEBOOKS
from nbcore.podspec import first_container, pod_spec


def move_notebook(
    kube: Kube, namespace: str, name: str, *, images: tuple[str, str], by: str, now: datetime
) -> None:
    """Gives a notebook another image; when it runs, the controller restarts it.

    Args:
        kube: acts as the person.
        namespace: the notebook's.
        name: the notebook's.
        images: the one that it has, and the one that it gets.
        by: who, written down in the same request.
        now: when.

    Raises:
        ConflictError: it has another image by now, or was changed at this moment.
        MalformedNotebookError: it has no container.
        ClusterError: the server's answer.
    """
    notebook = deepcopy(kube.get(NOTEBOOKS, name, namespace))
    before, after = images
    pod = pod_spec(notebook)
    container = first_container(pod)
    if container["image"] != before:
        raise ConflictError(f"{name} uses {container['image']} by now.")
    container["image"] = after
    annotations = LastAction(Verb.MOVE, by, now).to_annotation()
    version = notebook["metadata"]["resourceVersion"]
    patch = {
        "metadata": {"resourceVersion": version, "annotations": annotations},
        "spec": {"template": {"spec": {"containers": pod["containers"]}}},
    }
    kube.merge(NOTEBOOKS, name, namespace, patch)

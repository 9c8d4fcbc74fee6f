"""The use cases of the catalog: save it, look at its versions.

The Kube that is passed in acts as the person who clicked: Kubernetes' own rules decide.
"""

from __future__ import annotations

from nbcore.catalog_history import Author, Version, selector, versions
from nbcore.kube.client import Kube
from nbcore.kube.resources import CONTROLLER_REVISIONS, SETTINGS
from nbcore.names import SETTING_API_VERSION, SYSTEM_NAMESPACE, JsonObject


def save_catalog(
    kube: Kube, setting: JsonObject | None, name: str, text: str, author: Author
) -> JsonObject:
    """Writes the value, and in the same request who did it.

    Args:
        kube: acts as the person.
        setting: as it was read: the cluster refuses when it has changed since.
        name: of the Setting.
        text: the JSON of a catalog that was checked; "" takes the value away, so that the default
            serves again.
        author: the person, and now.

    Returns:
        The Setting as stored.

    Raises:
        ConflictError, AlreadyExistsError, NotFoundError: somebody else was faster: read again.
        ClusterError: the server's answer.
    """
    annotations = author.to_annotation(text)
    if setting is None:
        made: JsonObject = {
            "apiVersion": SETTING_API_VERSION,
            "kind": "Setting",
            "metadata": {"name": name, "annotations": annotations},
        }
        return kube.create(SETTINGS, made | ({"value": text} if text else {}))
    version = setting["metadata"]["resourceVersion"]
    metadata = {"resourceVersion": version, "annotations": annotations}
    return kube.merge(SETTINGS, name, "", {"metadata": metadata, "value": text or None})


def catalog_versions(kube: Kube, name: str) -> list[Version]:
    """The versions of the Setting's value that are kept, newest first.

    Raises:
        ClusterError: the server's answer.
    """
    return versions(
        kube.list(CONTROLLER_REVISIONS, SYSTEM_NAMESPACE, label_selector=selector(name))
    )

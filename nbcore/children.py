"""What a Notebook becomes: StatefulSet, Service and NetworkPolicy, each built whole. Pure."""

from __future__ import annotations

from nbcore.ides import Ide
from nbcore.names import (
    NOTEBOOK_API_VERSION,
    NOTEBOOK_NAME_LABEL,
    PART_OF,
    PART_OF_LABEL,
    SERVICE_PORT,
    SYSTEM_NAMESPACE,
    TYPE_LABEL,
    JsonObject,
)
from nbcore.notebook import is_suspended, service_type
from nbcore.objects import text_at
from nbcore.podspec import first_container, pod_spec
from nbcore.podtemplate import build_pod_template, port_name


def build_statefulset(notebook: JsonObject, ide: Ide) -> JsonObject:
    """The StatefulSet of a notebook: one pod, or none while it is suspended.

    Args:
        notebook: as stored, with a uid.
        ide: the notebook's.

    Raises:
        MalformedNotebookError: the object can't become a pod; says why.
    """
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": _metadata(notebook, ide),
        "spec": {
            "replicas": 0 if is_suspended(notebook) else 1,
            # The default never replaces a pod that isn't ready: a wrong image could not be mended.
            "podManagementPolicy": "Parallel",
            "selector": {"matchLabels": _selector(notebook)},
            "serviceName": text_at(notebook, "metadata", "name"),
            "template": build_pod_template(notebook, ide),
        },
    }


def build_service(notebook: JsonObject, ide: Ide) -> JsonObject:
    """The Service in front of a notebook's pod: port 80 to the port of the IDE.

    Args:
        notebook: as stored, with a uid.
        ide: the notebook's.

    Raises:
        MalformedNotebookError: no such Service can be built; says why.
    """
    port = {
        "name": "http",
        "port": SERVICE_PORT,
        "protocol": "TCP",
        "targetPort": port_name(first_container(pod_spec(notebook)), ide),
    }
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _metadata(notebook, ide),
        "spec": {
            "type": service_type(notebook).value,
            "selector": _selector(notebook),
            "ports": [port],
        },
    }


def build_network_policy(notebook: JsonObject, ide: Ide) -> JsonObject:
    """Lets the app and the controller reach the port of the IDE, and nobody reach the pod else.

    Policies add up: whoever needs another port opens it with a policy of their own.

    Args:
        notebook: as stored, with a uid.
        ide: the notebook's.

    Raises:
        MalformedNotebookError: no such policy can be built; says why.
    """
    ours = {
        # https://kubernetes.io/docs/reference/labels-annotations-taints/#kubernetes-io-metadata-name
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": SYSTEM_NAMESPACE}},
        "podSelector": {"matchLabels": {PART_OF_LABEL: PART_OF}},
    }
    port = {"port": port_name(first_container(pod_spec(notebook)), ide), "protocol": "TCP"}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": _metadata(notebook, ide),
        "spec": {
            "podSelector": {"matchLabels": _selector(notebook)},
            "policyTypes": ["Ingress"],
            "ingress": [{"from": [ours], "ports": [port]}],
        },
    }


def _metadata(notebook: JsonObject, ide: Ide) -> JsonObject:
    return {
        "name": text_at(notebook, "metadata", "name"),
        "namespace": text_at(notebook, "metadata", "namespace"),
        "labels": _selector(notebook) | {TYPE_LABEL: ide.type.value},
        "ownerReferences": [
            {
                "apiVersion": NOTEBOOK_API_VERSION,
                "kind": "Notebook",
                "name": text_at(notebook, "metadata", "name"),
                "uid": text_at(notebook, "metadata", "uid"),
                "controller": True,
                "blockOwnerDeletion": True,
            }
        ],
    }


def _selector(notebook: JsonObject) -> JsonObject:
    return {NOTEBOOK_NAME_LABEL: text_at(notebook, "metadata", "name")}

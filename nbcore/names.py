"""Names that the parts agree on: API groups, labels, annotations, ports, paths. Pure."""

from __future__ import annotations

import re
from typing import Any

JsonObject = dict[str, Any]

NOTEBOOK_GROUP = "ml.oneblock.ai"
NOTEBOOK_API_VERSION = f"{NOTEBOOK_GROUP}/v1"
SETTING_GROUP = "management.oneblock.ai"
SETTING_API_VERSION = f"{SETTING_GROUP}/v1"

CATALOG_SETTING = "notebook-default-images"
# The design document uses both names; a cluster that only has this one is served from it.
CATALOG_SETTING_OLD_NAME = "default-notebook-images"

SYSTEM_NAMESPACE = "oneblock-notebooks"
"""Where the installation keeps what is its own; nobody's notebooks run there."""
PART_OF_LABEL = "app.kubernetes.io/part-of"
PART_OF = "oneblock-notebooks"
# On a ControllerRevision: the Setting whose value it keeps.
SETTING_LABEL = f"{SETTING_GROUP}/setting"

TYPE_LABEL = f"{NOTEBOOK_GROUP}/notebook-type"
NOTEBOOK_NAME_LABEL = f"{NOTEBOOK_GROUP}/notebook-name"
OWNER_ANNOTATION = f"{NOTEBOOK_GROUP}/owner"
LAST_ACTION_ANNOTATION = f"{NOTEBOOK_GROUP}/last-action"
# On a child: a digest of all that the controller wanted when it applied it.
APPLIED_ANNOTATION = f"{NOTEBOOK_GROUP}/applied"

FIELD_MANAGER_APP = "oneblock-notebooks"
FIELD_MANAGER_CONTROLLER = "oneblock-notebook-controller"

# The images of all three IDEs listen here (their common contract).
IDE_PORT = 8888
PORT_NAME = "notebook"
SERVICE_PORT = 80
HOME = "/home/jovyan"
SHARED_MEMORY = "/dev/shm"  # noqa: S108 a mount path in the pod, not a file of ours

NAME_MAX_LENGTH = 52
NAME_PATTERN = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?", re.ASCII)

GATEWAY_ROOT = "/notebook/"
SESSION_ROOT = "/session/"
"""Answered by the gateway: ``open`` turns a ticket into a cookie, ``end`` signs out."""
SESSION_HEADER = "x-nb-session"
"""The key of the session, from the gateway to the app's scripts; dropped when a client sends it."""
CLIENT_HEADER = "x-nb-client"
"""The browser's address, in the same way."""
HERE_HEADER = "x-nb-here"
"""Tells the app that the browser is at this machine; any value."""
SESSIONS_SECRET = "notebook-sessions"  # noqa: S105 the name of an object
"""Where an app in a cluster keeps its sessions, as hashes; in its own namespace."""


def notebook_path(namespace: str, name: str) -> str:
    """The URL path under which a notebook is served, without a trailing slash: its NB_PREFIX.

    Example: ``/notebook/data-science/churn-model``. Pure.
    """
    return f"{GATEWAY_ROOT}{namespace}/{name}"


def name_problem(name: str) -> str | None:
    """What is wrong with a notebook's name and what to type instead; None when it is right.

    At most 52 characters, because a StatefulSet with a longer name never gets its pod: the pod's
    label controller-revision-hash (name plus hash) must fit into 63. Pure.
    """
    if not name:
        return "A name is needed, for example churn-model."
    if len(name) > NAME_MAX_LENGTH:
        return f"{len(name)} characters; a name has at most {NAME_MAX_LENGTH}."
    if NAME_PATTERN.fullmatch(name):
        return None
    rule = "Use lower-case letters, digits and '-', beginning with a letter"
    suggestion = suggest_name(name)
    return f"{rule}, for example {suggestion}." if suggestion else f"{rule}."


def suggest_name(text: str) -> str:
    """The nearest valid name to what was typed; empty if nothing is left of it. Pure."""
    dashed = re.sub(r"[^a-z0-9]+", "-", text.lower(), flags=re.ASCII)
    return re.sub(r"^[^a-z]+", "", dashed)[:NAME_MAX_LENGTH].strip("-")

"""A ResourceQuota named team, and how it is counted.

On the real control plane kube-controller-manager counts: tests wait until it has.
"""

from __future__ import annotations

import itertools
from typing import Any

from nbcore.kube.resources import Resource
from tests.cluster.api import JsonObject, eventually
from tests.cluster.servers import ApiServer
from tests.contract.objects import pod

QUOTAS = Resource("", "v1", "resourcequotas", "ResourceQuota")
# No node of either server takes it: what runs would end by itself.
WAITING: dict[str, Any] = {"nodeSelector": {"nobody": "has-it"}}


def make_quota(s: ApiServer, hard: dict[str, str], **spec: object) -> str:
    """Makes a quota of this, and waits until it is counted; its path."""
    body = {"metadata": {"name": "team"}, "spec": {"hard": hard, **spec}}
    s.api.create(QUOTAS.path(s.namespace), body)
    path = QUOTAS.path(s.namespace, "team")
    if any("oneblock" in name for name in hard):
        _wait_for_our_kinds(s, path)
    eventually(lambda: used(s).keys() == hard.keys(), what="the quota is counted")
    return path


def _wait_for_our_kinds(s: ApiServer, path: str) -> None:
    """Changes a quota until it counts notebooks.

    kube-controller-manager looks for new kinds every 30 s, and counts again only after a change.
    """
    numbers = itertools.count()

    def is_counted() -> bool:
        s.api.merge(path, {"spec": {"hard": {"pods": str(next(numbers))}}})
        return "count/notebooks.ml.oneblock.ai" in used(s)

    eventually(is_counted, what="notebooks are counted", seconds=90)
    s.api.merge(path, {"spec": {"hard": {"pods": None}}})


def used(s: ApiServer) -> dict[str, str]:
    """What is used of each."""
    status = s.api.get(QUOTAS.path(s.namespace, "team")).get("status", {})
    amounts: dict[str, str] = status.get("used") or {}
    return amounts


def uses(s: ApiServer, **expected: str) -> None:
    """Waits until so much is used; underscores stand for dots."""
    wanted = {name.replace("_", "."): text for name, text in expected.items()}
    eventually(lambda: wanted.items() <= used(s).items(), what=f"{wanted} is used")


def waiting_pod(name: str, **resources: Any) -> JsonObject:
    """A pod that no node takes."""
    obj = pod(name, **resources)
    obj["spec"] |= WAITING
    return obj


SMALL = {"requests": {"cpu": "250m", "memory": "1Gi"}, "limits": {"cpu": "500m", "memory": "2Gi"}}

from __future__ import annotations

import copy

from typing_extensions import override

from gateway.resolver import Resolver
from gateway.routes import ToNotebook
from gateway.upstream import Address, Refused
from nbcore.kube.resources import ENDPOINT_SLICES, PODS, STATEFUL_SETS, Resource
from nbcore.names import JsonObject
from tests.gateway.rig import Cluster

TARGET = ToNotebook("demo", "nb", "")


def address_of(resolver: Resolver) -> Address | Refused:
    notebook = resolver.notebook(TARGET)
    assert notebook is not None
    return resolver.address(TARGET, notebook)


def changed(obj: JsonObject | None) -> JsonObject:
    assert obj is not None
    return copy.deepcopy(obj)


def test_given_a_proven_address_when_nothing_changes_then_slices_are_not_searched_again() -> None:
    class Counting(Cluster):
        searched = 0

        @override
        def list(self, resource: Resource, namespace: str = "") -> list[JsonObject]:
            Counting.searched += 1
            return super().list(resource, namespace)

    cluster = Counting()
    cluster.run("nb", 8888)
    resolver = Resolver(cluster)

    addresses = [address_of(resolver) for _ in range(3)]

    assert addresses == [Address("127.0.0.1", 8888)] * 3
    assert Counting.searched == 1


def test_given_a_proven_address_when_its_pod_is_replaced_then_it_no_longer_counts() -> None:
    cluster = Cluster()
    cluster.run("nb", 8888)
    resolver = Resolver(cluster)
    assert isinstance(address_of(resolver), Address)

    pod = changed(cluster.get(PODS, "nb-0", "demo"))
    pod["metadata"]["uid"] = "pod-2"
    cluster.put(PODS, pod)

    assert address_of(resolver) is Refused.FOREIGN_POD


def test_given_a_proven_address_when_it_becomes_unready_then_it_no_longer_counts() -> None:
    cluster = Cluster()
    cluster.run("nb", 8888)
    resolver = Resolver(cluster)
    assert isinstance(address_of(resolver), Address)

    endpoint_slice = changed(cluster.get(ENDPOINT_SLICES, "nb-abc", "demo"))
    endpoint_slice["endpoints"][0]["conditions"]["ready"] = False
    cluster.put(ENDPOINT_SLICES, endpoint_slice)

    assert address_of(resolver) is Refused.NOT_READY


def test_given_slices_of_other_services_when_asked_then_they_are_ignored() -> None:
    cluster = Cluster()
    cluster.run("nb", 8888)
    resolver = Resolver(cluster)
    endpoint_slice = changed(cluster.get(ENDPOINT_SLICES, "nb-abc", "demo"))
    endpoint_slice["metadata"]["labels"] = {}
    cluster.put(ENDPOINT_SLICES, endpoint_slice)

    assert address_of(resolver) is Refused.NOT_READY
    assert cluster.get(STATEFUL_SETS, "nb", "demo") is not None

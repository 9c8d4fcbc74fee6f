"""Measures the controller on a real control plane: `python -m benchmarks.controller`.

It prints how many children a second it makes, beside a bare loop that creates the same objects in
the same run; what it writes in the minute after; its memory; and how long a restart takes. There
is no node, so every notebook ends as one that can't be scheduled; those that --many adds are
stopped, because the scheduler would try for so many pods all the time.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psutil

from controller.drift import stamped
from nbcore.catalog import Catalog
from nbcore.children import build_service, build_statefulset
from nbcore.ides import IDES
from nbcore.kube.resources import NOTEBOOKS, PODS, SERVICES, STATEFUL_SETS, Resource
from nbcore.names import JsonObject
from nbcore.notebook import Notebook
from tests.cluster.api import Api, eventually
from tests.cluster.build import find_assets
from tests.cluster.control_plane import ControlPlane, running_control_plane
from tests.cluster.processes import Process
from tests.cluster.servers import create_crds
from tests.integration.running_controller import RECONCILES, number, start_controller

PATIENCE = 1800
MANY = 5000
WORKERS = 8
"""As many as the controller has."""
BARE, BARE_WORKERS, OURS = "bare", "bare-workers", "notebooks"
MINUTE = 60
COUNT_SECONDS = 0.5


def main() -> int:
    """Prints every figure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.controller", description=__doc__)
    parser.add_argument("--notebooks", type=int, default=500, help="how many at once")
    parser.add_argument("--many", action="store_true", help=f"also memory and restart at {MANY}")
    options = parser.parse_args()
    assets = find_assets()
    if assets is None:
        print("no control plane: run make cluster", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as name, running_control_plane(assets, Path(name)) as plane:
        api = Api(plane.kubeconfig)
        create_crds(api)
        for namespace in (BARE, BARE_WORKERS, OURS):
            _make_namespace(api, namespace)
        _rates(api, plane, options.notebooks)
        if options.many:
            _create_notebooks(api, range(options.notebooks, MANY), is_suspended=True)
            with _controller(plane, "many") as process:
                _settle(api, process, STATEFUL_SETS, MANY)
                _report(f"memory at {MANY:,}", f"{_megabytes(process):.0f} MB")
            _restart(plane, MANY)
        api.close()
    return 0


def _rates(api: Api, plane: ControlPlane, count: int) -> None:
    bare = _bare_rate([api], count, BARE)
    _report(f"bare loop, {count:,} Services and StatefulSets", f"{bare:.0f} children/s")
    apis = [Api(plane.kubeconfig) for _ in range(WORKERS)]
    crowd = _bare_rate(apis, count, BARE_WORKERS)
    for each in apis:
        each.close()
    _report(f"bare loops in {WORKERS} threads", f"{crowd:.0f} children/s")
    _create_notebooks(api, range(count))
    with _controller(plane, "first") as process:
        ours = _our_rate(api, count)
        cpu = sum(psutil.Process(process.popen.pid).cpu_times()[:2])
        _report(f"controller, {count:,} Notebooks", f"{ours:.0f} children/s")
        _report("ratio to the bare loop", f"{ours / bare:.2f}")
        _report(f"ratio to {WORKERS} bare loops", f"{ours / crowd:.2f}")
        _report("its processor time a notebook", f"{cpu / count * 1000:.1f} ms")
        _settle(api, process, PODS, count)
        before = _versions(api)
        time.sleep(MINUTE)  # how much is written in it is what this is about
        after = _versions(api)
        changed = sum(before[key] != after.get(key) for key in before)
        _report("objects written in the minute afterwards", str(changed))
        _report(f"memory at {count:,}", f"{_megabytes(process):.0f} MB")
    _restart(plane, count)


def _bare_rate(apis: list[Api], count: int, namespace: str) -> float:
    """A thread and a connection for each, nothing but POST."""
    children = [_children(index, namespace) for index in range(count)]

    def loop(number: int) -> None:
        for service, statefulset in children[number :: len(apis)]:
            apis[number].create(SERVICES.path(namespace), service)
            apis[number].create(STATEFUL_SETS.path(namespace), statefulset)

    began = time.monotonic()
    with ThreadPoolExecutor(len(apis)) as pool:
        list(pool.map(loop, range(len(apis))))
    rate = 2 * count / (time.monotonic() - began)
    eventually(lambda: _count(apis[0], PODS, namespace) == count, what="pods", seconds=PATIENCE)
    # Pods that wait for a node, and what is being deleted, would slow the next measurement.
    path = f"/api/v1/namespaces/{namespace}"
    apis[0].delete(path)
    eventually(lambda: not apis[0].exists(path), what=f"{path} is gone", seconds=PATIENCE)
    return rate


def _our_rate(api: Api, count: int) -> float:
    """From the first child that is there to the last."""
    _wait_for_children(api, 1)
    began, made = time.monotonic(), _children_made(api)
    _wait_for_children(api, 2 * count)
    return (2 * count - made) / (time.monotonic() - began)


def _wait_for_children(api: Api, count: int) -> None:
    # Not often: the bare loops have nobody beside them who counts.
    while _children_made(api) < count:
        time.sleep(COUNT_SECONDS)


def _children_made(api: Api) -> int:
    return sum(_count(api, resource, OURS) for resource in (SERVICES, STATEFUL_SETS))


def _settle(api: Api, process: Process, resource: Resource, count: int) -> None:
    """Waits until there are so many of a resource, and nothing was done for 10 s."""
    seen, since = -1.0, time.monotonic()

    def is_quiet() -> bool:
        nonlocal seen, since
        now = number(process, RECONCILES)
        if now != seen or _count(api, resource, OURS) < count:
            seen, since = now, time.monotonic()
        return time.monotonic() - since > 10

    eventually(is_quiet, what="quiet", seconds=PATIENCE)


def _restart(plane: ControlPlane, count: int) -> None:
    began = time.monotonic()
    with _controller(plane, f"restart-{count}") as process:
        eventually(lambda: number(process, RECONCILES) >= count, what="a restart", seconds=PATIENCE)
        seconds = time.monotonic() - began
        _report(f"restart until all {count:,} were looked at", f"{seconds:.1f} s")


@contextmanager
def _controller(plane: ControlPlane, name: str) -> Iterator[Process]:
    process = start_controller(plane.kubeconfig, plane.folder / name)
    yield process
    process.stop()


def _create_notebooks(api: Api, numbers: range, *, is_suspended: bool = False) -> None:
    def create(index: int) -> None:
        obj = _notebook(index)
        obj["spec"]["suspend"] = is_suspended
        api.create(NOTEBOOKS.path(OURS), obj)

    # Two at a time: what this costs is not what is measured.
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(create, numbers))


def _notebook(index: int) -> JsonObject:
    name = f"nb-{index}"
    resources = {"requests": {"cpu": "100m", "memory": "64Mi"}}
    container = {"name": name, "image": "a/b:c", "resources": resources}
    return {
        "apiVersion": NOTEBOOKS.api_version,
        "kind": NOTEBOOKS.kind,
        "metadata": {"name": name, "labels": {"ml.oneblock.ai/notebook-type": "jupyter"}},
        "spec": {"template": {"spec": {"containers": [container]}}},
    }


def _children(index: int, namespace: str) -> tuple[JsonObject, JsonObject]:
    """What the controller would make, but nobody's."""
    obj = _notebook(index)
    obj["metadata"] |= {"namespace": namespace, "uid": "none"}
    ide = IDES[Notebook.from_object(obj, Catalog.from_setting(None).catalog).type]
    service, statefulset = stamped(build_service(obj, ide)), stamped(build_statefulset(obj, ide))
    for child in (service, statefulset):
        child["metadata"].pop("ownerReferences")
    return service, statefulset


def _count(api: Api, resource: Resource, namespace: str) -> int:
    """How many there are, from one that is read and the number of those that remain."""
    listed = api.get(resource.path(namespace), limit="1")
    return len(listed["items"]) + int(listed["metadata"].get("remainingItemCount", 0))


def _versions(api: Api) -> dict[str, str]:
    return {
        f"{resource.plural} {item['metadata']['name']}": item["metadata"]["resourceVersion"]
        for resource in (NOTEBOOKS, SERVICES, STATEFUL_SETS)
        for item in api.get(resource.path(OURS))["items"]
    }


def _make_namespace(api: Api, name: str) -> None:
    api.create("/api/v1/namespaces", {"metadata": {"name": name}})
    account = f"/api/v1/namespaces/{name}/serviceaccounts/default"
    eventually(lambda: api.exists(account), what=account)


def _megabytes(process: Process) -> float:
    return float(psutil.Process(process.popen.pid).memory_info().rss) / 1e6


def _report(what: str, figure: str) -> None:
    print(f"{what:<52} {figure}", flush=True)


if __name__ == "__main__":
    sys.exit(main())

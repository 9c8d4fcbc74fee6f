"""EndpointSlice: keeps one slice for every Service with a selector."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.client import ApiError, Client, Object
from sandbox.controllers import endpoints
from sandbox.controllers.loop import WorkQueue, work
from sandbox.controllers.mirror import Mirror
from sandbox.controllers.objects import Key, is_controlled_by, is_terminating, key_of, labels_of


@dataclass(frozen=True, slots=True)
class EndpointSliceController:
    """Keeps the addresses behind every Service."""

    client: Client
    services: Mirror
    pods: Mirror
    slices: Mirror

    async def run(self) -> None:
        """Reconcile until cancelled."""
        queue = WorkQueue()
        self.services.subscribe(lambda service: queue.add(key_of(service)))
        self.pods.subscribe(lambda pod: self._add_services(queue, pod))
        self.slices.subscribe(lambda made: _add_named(queue, made))
        for mirror in (self.services, self.pods, self.slices):
            await mirror.synced.wait()
        for service in self.services.items():
            queue.add(key_of(service))
        await work("endpointslice", queue, self.reconcile)

    def _add_services(self, queue: WorkQueue, pod: Object) -> None:
        for service in self.services.items(key_of(pod).namespace):
            if endpoints.has_selector(service) and endpoints.selects(service, pod):
                queue.add(key_of(service))

    async def reconcile(self, key: Key) -> None:
        """Bring the slice of one Service to what it should say."""
        service = self.services.get(key.namespace, key.name)
        if service is None or is_terminating(service) or not endpoints.has_selector(service):
            return
        wanted = endpoints.slice_of(service, self.pods.items(key.namespace))
        mine = [made for made in self.slices.items(key.namespace) if _is_of(made, service)]
        path = f"/apis/discovery.k8s.io/v1/namespaces/{key.namespace}/endpointslices"
        if not mine:
            await self._create(path, wanted)
        elif endpoints.differs(mine[0], wanted):
            await self._update(path, mine[0], wanted)
        for extra in mine[1:]:
            await self.client.delete(f"{path}/{extra['metadata']['name']}")

    async def _create(self, path: str, wanted: Object) -> None:
        made = await self.client.create(path, wanted)
        # Until the watch brings it, a second look would make a second slice.
        self.slices.expect(made)

    async def _update(self, path: str, found: Object, wanted: Object) -> None:
        labels = {"labels": wanted["metadata"]["labels"]}
        changed = {
            **found,
            "metadata": {**found["metadata"], **labels},
            "endpoints": wanted["endpoints"],
            "ports": wanted["ports"],
        }
        try:
            await self.client.update(f"{path}/{found['metadata']['name']}", changed)
        except ApiError as error:
            if error.reason != "NotFound":
                raise


def _is_of(made: Object, service: Object) -> bool:
    is_named = labels_of(made).get(endpoints.SERVICE_LABEL) == service["metadata"]["name"]
    return is_named and is_controlled_by(made, service) and not is_terminating(made)


def _add_named(queue: WorkQueue, made: Object) -> None:
    name = labels_of(made).get(endpoints.SERVICE_LABEL)
    if name:
        queue.add(Key(key_of(made).namespace, name))

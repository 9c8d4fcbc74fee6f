"""Sends requests to one API server on behalf of an explicit identity.

The official client supplies configuration, TLS, credentials and the connection pool; objects stay
plain JSON, because its typed models refuse fields that are newer than they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, assert_never

import urllib3
from kubernetes.client import ApiClient, ApiException
from kubernetes.config import ConfigException

from nbcore import audit
from nbcore.errors import ClusterError
from nbcore.identity import Identity, OwnAccount, Person
from nbcore.kube import answers, requests, unreachable
from nbcore.kube.requests import EVERYTHING, Operations, Request, Selection
from nbcore.kube.resources import Resource
from nbcore.kube.watch import Watch
from nbcore.names import FIELD_MANAGER_APP, JsonObject

CONNECT_SECONDS = 3
READ_SECONDS = 30
_LAST_SUCCESS = 299


def _always() -> None:
    """Lets every write go ahead."""


@dataclass(frozen=True, slots=True)
class Listing:
    """All objects of a list, and the resourceVersion from which a watch may go on."""

    items: list[JsonObject]
    resource_version: str


class Kube:
    """The API server as one identity sees it; thread-safe.

    Every method raises a ClusterError (see nbcore.errors) when the answer is no success.

    Args:
        api_client: from nbcore.kube.config.connect; shared by all identities.
        identity: on whose behalf; there is no default.
        field_manager: what is written down as manager of the fields that create, replace and
            patch change.
        read_seconds: how long an answer may take, watches apart.
        before_write: called before every request that is no GET; what it raises ends the request.
        address: where the person sits, for the audit log, which has a line for each change that is
            made for a person.
    """

    def __init__(
        self,
        api_client: ApiClient,
        identity: Identity,
        *,
        field_manager: str = FIELD_MANAGER_APP,
        read_seconds: float = READ_SECONDS,
        before_write: Callable[[], None] = _always,
        address: str = "",
    ) -> None:
        self._api_client = api_client
        self._manager = field_manager
        self._read_seconds = read_seconds
        self._before_write = before_write
        self._address = address
        self.identity = identity

    def acting_as(self, identity: Identity, *, address: str = "") -> Kube:
        """The same server and connection pool for another identity, who sits at this address."""
        return Kube(
            self._api_client,
            identity,
            field_manager=self._manager,
            read_seconds=self._read_seconds,
            before_write=self._before_write,
            address=address,
        )

    def get(self, resource: Resource, name: str, namespace: str = "") -> JsonObject:
        """Reads one object."""
        return self._send(requests.get(resource, name, namespace))

    def list(
        self,
        resource: Resource,
        namespace: str = "",
        *,
        label_selector: str = "",
        field_selector: str = "",
    ) -> list[JsonObject]:
        """Reads all objects of a namespace, or of all namespaces; their kind is filled in."""
        return self.listing(resource, Selection(namespace, label_selector, field_selector)).items

    def listing(self, resource: Resource, selection: Selection = EVERYTHING) -> Listing:
        """Reads all objects in pages, with the resourceVersion of the first page."""
        items: list[JsonObject] = []
        version, token = "", ""
        while True:
            page = self._send(requests.list_page(resource, selection, token))
            items += [requests.with_kind(resource, item) for item in page.get("items") or ()]
            metadata = page.get("metadata") or {}
            version = version or str(metadata.get("resourceVersion") or "")
            token = str(metadata.get("continue") or "")
            if not token:
                return Listing(items, version)

    def create(self, resource: Resource, obj: JsonObject, *, dry_run: bool = False) -> JsonObject:
        """Makes a new object in the namespace that its metadata names."""
        return self._send(requests.create(resource, obj, manager=self._manager, dry_run=dry_run))

    def apply(
        self, resource: Resource, obj: JsonObject, *, field_manager: str, dry_run: bool = False
    ) -> JsonObject:
        """Server-side apply, by force: creates the object or takes our fields over."""
        return self._send(requests.apply(resource, obj, manager=field_manager, dry_run=dry_run))

    def replace(self, resource: Resource, obj: JsonObject) -> JsonObject:
        """Writes the whole object; ConflictError if its resourceVersion is not the current one."""
        return self._send(requests.replace(resource, obj, manager=self._manager))

    def patch(
        self,
        resource: Resource,
        name: str,
        namespace: str,
        operations: Operations,
        *,
        subresource: str = "",
    ) -> JsonObject:
        """JSON Patch; a ``test`` that fails is an InvalidObjectError."""
        path = requests.object_path(resource, name, namespace, subresource)
        return self._send(requests.json_patch(path, operations, manager=self._manager))

    def merge(self, resource: Resource, name: str, namespace: str, patch: JsonObject) -> JsonObject:
        """Merge patch: null removes a key, lists are replaced whole."""
        path = requests.object_path(resource, name, namespace)
        return self._send(requests.merge_patch(path, patch, manager=self._manager))

    def delete(self, resource: Resource, name: str, namespace: str = "", *, uid: str = "") -> None:
        """Deletes one object; ConflictError if a uid is given and it is another object's."""
        self._send(requests.delete(resource, name, namespace, uid=uid))

    def watch(
        self,
        resource: Resource,
        selection: Selection = EVERYTHING,
        *,
        resource_version: str,
        timeout_seconds: int,
        read_seconds: float,
    ) -> Watch:
        """Opens a watch; ``read_seconds`` without a byte mean that the other side is gone."""
        request = requests.watch(
            resource,
            selection,
            resource_version=resource_version,
            timeout_seconds=timeout_seconds,
        )
        response = self._open(request, read_seconds=read_seconds)
        return Watch(response, request=request.title)

    def version(self, *, read_seconds: float) -> JsonObject:
        """Which Kubernetes this is; the cheapest question, without a look at what is stored."""
        return self._send(requests.VERSION, read_seconds=read_seconds)

    def _send(self, request: Request, *, read_seconds: float | None = None) -> JsonObject:
        if request.verb != "GET":
            self._before_write()
        try:
            response = self._open(request, read_seconds=read_seconds or self._read_seconds)
            body = unreachable.body_of(response, request=request.title)
        except ClusterError as error:
            self._note(request, error)
            raise
        self._note(request, None)
        return answers.decoded(body, request=request.title)

    def _note(self, request: Request, error: ClusterError | None) -> None:
        if isinstance(self.identity, Person) and requests.is_change(request):
            target, outcome = requests.target_of(request), audit.outcome_of(error)
            audit.write(
                audit.Entry(
                    user=self.identity.user,
                    verb=target.verb,
                    resource=target.resource,
                    namespace=target.namespace,
                    name=target.name,
                    outcome=outcome,
                    address=self._address,
                )
            )

    def _open(self, request: Request, *, read_seconds: float) -> urllib3.HTTPResponse:
        """Sends a request and returns the open answer if it is a success."""
        try:
            answer: Any = self._api_client.call_api(
                request.verb,
                self._api_client.configuration.host + request.target,
                header_params=self._headers(request),
                body=request.body,
                _request_timeout=(min(CONNECT_SECONDS, read_seconds), read_seconds),
            )
        except (urllib3.exceptions.HTTPError, ApiException, ConfigException, OSError) as error:
            raise unreachable.error_of(error, request=request.title) from error
        response: urllib3.HTTPResponse = answer.response
        if response.status > _LAST_SUCCESS:
            body = unreachable.body_of(response, request=request.title)
            raise answers.error_of(response.status, response.headers, body, request=request.title)
        return response

    def _headers(self, request: Request) -> urllib3.HTTPHeaderDict:
        headers = urllib3.HTTPHeaderDict(self._api_client.default_headers)
        headers["Accept"] = "application/json"
        if request.body is not None:
            headers["Content-Type"] = request.content_type
        self._api_client.update_params_for_auth(
            headers, [], ["BearerToken"], request.path, request.verb, None
        )
        # The official client turns headers into a dict, in which only the last group survives;
        # therefore they go past its serialisation, one line a group.
        for key, value in _impersonation(self.identity):
            headers.add(key, value)
        return headers


def _impersonation(identity: Identity) -> tuple[tuple[str, str], ...]:
    """Who is neither of the two is nobody: it never falls back to the app's own account."""
    match identity:
        case Person(user, groups):
            return requests.impersonation(user, groups)
        case OwnAccount():
            return ()
        case _:
            assert_never(identity)

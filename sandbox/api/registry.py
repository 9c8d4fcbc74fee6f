"""Which kinds are served now: the built-in rows and what the CustomResourceDefinitions add."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sandbox.api import statuses
from sandbox.api.crds import custom_kind
from sandbox.api.kinds import BUILT_IN_KINDS, Kind
from sandbox.api.request import Target
from sandbox.api.schemas import built_in_schema
from sandbox.api.store import Change, Store

CRDS = "customresourcedefinitions.apiextensions.k8s.io"


class Registry:
    """The rows by group, version and plural; follows the store's definitions by itself."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._built_in = [
            replace(kind, schema=built_in_schema(kind.api_version, kind.kind))
            for kind in BUILT_IN_KINDS
        ]
        self._kinds: dict[tuple[str, str, str], Kind] = {}
        self._read()
        store.subscribe(self._on_change)

    def _on_change(self, change: Change) -> None:
        if change.resource == CRDS:
            self._read()

    def _read(self) -> None:
        custom = [custom_kind(stored.object) for stored in self._store.items(CRDS)]
        kinds = [*self._built_in, *(kind for kind in custom if kind)]
        self._kinds = {(kind.group, kind.version, kind.plural): kind for kind in kinds}

    def find(self, target: Target) -> Kind:
        """The row for what a request names.

        Raises:
            ApiError: 404 when it is not served, or has no such subresource.
        """
        kind = self._kinds.get((target.group, target.version, target.plural))
        if kind is None:
            groups = {(group, version) for group, version, _ in self._kinds}
            is_known = (target.group, target.version) in groups
            raise statuses.unknown_resource() if is_known else statuses.no_such_resource()
        if target.subresource and target.subresource not in kind.subresources:
            raise statuses.not_found(kind, target.name)
        if target.namespace and not kind.is_namespaced:
            raise statuses.no_such_resource()
        return kind

    def kinds(self) -> Iterable[Kind]:
        """All rows."""
        return self._kinds.values()

    def by_resource(self, resource: str) -> Kind | None:
        """The row of a resource as the store names it; None when it is not served."""
        return next((kind for kind in self._kinds.values() if kind.resource == resource), None)

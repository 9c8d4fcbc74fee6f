"""A connection pool that comes later than those who are to use it."""

from __future__ import annotations

from typing import Any

from kubernetes.client import ApiClient


class LateApiClient:
    """Stands where an ApiClient is wanted until the cluster has been started.

    Until then every request of a Kube on it fails as with a server that is away.
    """

    def __init__(self) -> None:
        self._client: ApiClient | None = None

    def attach(self, client: ApiClient) -> None:
        """The cluster is there; from now on this is that client."""
        self._client = client

    def __getattr__(self, name: str) -> Any:
        """The client's attribute.

        Raises:
            ConnectionRefusedError: there is no client yet.
        """
        if self._client is None:
            raise ConnectionRefusedError("the cluster has not been started yet")
        return getattr(self._client, name)

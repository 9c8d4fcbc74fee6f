"""One request as it is sent on, and what has to be known to judge the answer: a value. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.head import HeaderList, RequestHead
from gateway.headers import from_notebook, to_notebook
from gateway.redirects import location_inside
from gateway.routes import ToNotebook, ascii_path, upstream_path
from gateway.security import ALONE_HEADERS, notebook_headers
from gateway.upstream import Address
from nbcore.ides import IDES, Ide, IdeType, ide_type
from nbcore.names import TYPE_LABEL, JsonObject


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request to a notebook that may be made.

    Attributes:
        is_alone: whether the notebook has this host name for itself.
    """

    head: RequestHead
    target: ToNotebook
    address: Address
    ide: Ide
    is_alone: bool = False

    @property
    def path(self) -> str:
        """The raw path to ask for."""
        return ascii_path(upstream_path(self.target, strips_prefix=self.ide.strips_prefix))

    @property
    def request_headers(self) -> HeaderList:
        """The header lines to send."""
        name = self.ide.root_path_header
        root_path = (name, self.target.prefix) if name else None
        return to_notebook(self.head.headers, root_path=root_path)

    @property
    def has_body(self) -> bool:
        """Whether the client announced a body."""
        if self.head.values(b"transfer-encoding"):
            return True
        return self.head.value(b"content-length") not in {"", "0"}

    def response_headers(self, headers: HeaderList) -> HeaderList | None:
        """The header lines for the browser; None if a redirect would leave the prefix."""
        shared = notebook_headers(self.head.origin, self.target.prefix)
        added = ALONE_HEADERS if self.is_alone else shared
        passed = from_notebook(headers, prefix=self.target.prefix, added=added)
        if not any(name == b"location" for name, _ in passed):
            return passed
        judged = [
            (name, self._location(value) if name == b"location" else value)
            for name, value in passed
        ]
        kept = tuple((name, value) for name, value in judged if value is not None)
        return kept if len(kept) == len(judged) else None

    def _location(self, value: bytes) -> bytes | None:
        return location_inside(
            value,
            target=self.target,
            origin=self.head.origin,
            strips_prefix=self.ide.strips_prefix,
        )


def ide_of(notebook: JsonObject) -> Ide:
    """The row of the IDE table for a notebook; one without a known type is served as JupyterLab."""
    labels = (notebook.get("metadata") or {}).get("labels") or {}
    return IDES[ide_type(str(labels.get(TYPE_LABEL, ""))) or IdeType.JUPYTER]

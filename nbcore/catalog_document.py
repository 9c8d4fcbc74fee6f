"""The catalog as an admin edits it: its JSON, with the mistakes that are to be mended. Pure."""

from __future__ import annotations

from nbcore.catalog import Catalog, CatalogSource
from nbcore.catalog_json import read_json
from nbcore.errors import InvalidCatalogError
from nbcore.ides import IdeType
from nbcore.names import JsonObject
from nbcore.objects import text_at


def document_to_edit(setting: JsonObject | None) -> JsonObject:
    """The catalog as an admin edits it, as JSON. Pure.

    A value with mistakes in its rows is shown as it is, so that they can be mended; where no table
    can show it, this is the catalog in force, and ``unreadable`` the text to mend.
    """
    document = _stored(setting)
    return Catalog.from_setting(setting).catalog.to_document() if document is None else document


def unreadable(setting: JsonObject | None) -> str | None:
    """A stored value that no table can show, as it is; None when one can, or none is set. Pure."""
    text = text_at(setting, CatalogSource.VALUE)
    return text if text and _stored(setting) is None else None


def _stored(setting: JsonObject | None) -> JsonObject | None:
    try:
        document = read_json((setting or {}).get(CatalogSource.VALUE))
    except InvalidCatalogError:
        return None
    return document if has_rows(document) else None


def has_rows(document: JsonObject) -> bool:
    """Whether a table can show what stands under the types that we know. Pure."""
    lists = [value for key, value in document.items() if key in set(IdeType)]
    return all(
        isinstance(rows, list) and all(isinstance(row, dict) for row in rows) for rows in lists
    )

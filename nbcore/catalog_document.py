"""The catalog as an admin edits it: its JSON, with the mistakes that are to be mended. Pure."""

from __future__ import annotations

from nbcore.catalog import Catalog, CatalogSource
from nbcore.catalog_json import read_json
from nbcore.errors import InvalidCatalogError
from nbcore.ides import IdeType
from nbcore.names import JsonObject


def document_to_edit(setting: JsonObject | None) -> JsonObject:
    """The catalog as an admin edits it, as JSON. Pure.

    A value with mistakes in its rows is shown as it is, so that they can be mended; one that is no
    catalog at all gives way to the catalog in force.
    """
    reading = Catalog.from_setting(setting)
    try:
        document = read_json((setting or {}).get(CatalogSource.VALUE))
    except InvalidCatalogError:
        return reading.catalog.to_document()
    return document if document and has_rows(document) else reading.catalog.to_document()


def has_rows(document: JsonObject) -> bool:
    """Whether a table can show what stands under the types that we know. Pure."""
    lists = [value for key, value in document.items() if key in set(IdeType)]
    return all(
        isinstance(rows, list) and all(isinstance(row, dict) for row in rows) for rows in lists
    )

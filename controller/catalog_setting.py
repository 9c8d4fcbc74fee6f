"""Keeps the shipped image catalog in the Setting that admins edit. Pure."""

from __future__ import annotations

from nbcore.names import (
    CATALOG_SETTING,
    CATALOG_SETTING_OLD_NAME,
    SETTING_API_VERSION,
    JsonObject,
)


def wanted_setting(
    present: JsonObject | None, old_name: JsonObject | None, shipped: str
) -> JsonObject | None:
    """The Setting to apply, or None when all is as it should be.

    It names ``default`` alone, so that server-side apply leaves the admin's ``value`` as it is.

    Args:
        present: the Setting notebook-default-images, if there is one.
        old_name: the Setting default-notebook-images, if there is one; then it serves alone.
        shipped: the catalog of this release as JSON. Pure.
    """
    if present is None and old_name is not None:
        return None
    if present is not None and present.get("default") == shipped:
        return None
    return {
        "apiVersion": SETTING_API_VERSION,
        "kind": "Setting",
        "metadata": {"name": CATALOG_SETTING},
        "default": shipped,
    }


def catalog_setting(present: JsonObject | None, old_name: JsonObject | None) -> JsonObject | None:
    """The Setting that holds the catalog: ours, else the one of the old name. Pure."""
    return present if present is not None else old_name


NAMES = (CATALOG_SETTING, CATALOG_SETTING_OLD_NAME)
"""The names that the design document uses; the first is ours."""

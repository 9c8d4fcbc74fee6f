"""What a viewer may do, as pages and navigation ask it. Pure."""

from __future__ import annotations

from nbcore.identity import Identity, OwnAccount


def may_edit_catalog(viewer: Identity) -> bool:
    """Whether the viewer may update the Setting that holds the image catalog. Pure.

    The one person at an app without sign-in acts as the app's own account, which may.
    """
    return isinstance(viewer, OwnAccount)

"""Where the page files are; navigation and links name pages by their files. Pure."""

from __future__ import annotations

from pathlib import Path

_PAGES = Path(__file__).parent.parent / "pages"

NOTEBOOKS_PAGE = _PAGES / "notebooks.py"
NEW_PAGE = _PAGES / "new.py"
IMAGES_PAGE = _PAGES / "images.py"
ACCOUNT_PAGE = _PAGES / "account.py"

"""Users' files for tests, with hashes of the lowest cost, so that checking takes no time."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import bcrypt
import yaml

PASSWORD = "correct horse"  # noqa: S105 of nobody


@cache
def cheap_hash(password: str = PASSWORD, *, cost: int = 4) -> str:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(cost)).decode()


def entry(*roles: str, **more: Any) -> dict[str, Any]:
    return {"email": "a@b.org", "password": cheap_hash(), "roles": list(roles), **more}


def users_text(**entries: Any) -> str:
    return yaml.safe_dump({"credentials": {"usernames": entries}})


def users_file(folder: Path, **entries: Any) -> Path:
    path = folder / "users.yaml"
    path.write_text(users_text(**entries))
    return path

"""The folders that a container is given, made on disk."""

from __future__ import annotations

from pathlib import Path

from sandbox.node.mounts import Link, MountError, Mounts
from sandbox.node.runtimes import HOME_PACKAGES


def make(mounts: Mounts, data: Path) -> None:
    """Make homes, temporary folders and links.

    Raises:
        MountError: a link's place is taken by something that is not a link of ours.
    """
    # Python overlooks a folder of its path that is made after its start.
    packages = mounts.home / HOME_PACKAGES
    for folder in (mounts.home, mounts.tmp, packages, *(link.target for link in mounts.links)):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _remove_links(mounts.home, data)
    for link in mounts.links:
        _make_link(mounts.home, link)


def _remove_links(home: Path, data: Path) -> None:
    """Links of an earlier pod would lead into volumes that this one does not mount."""
    for entry in home.iterdir():
        if entry.is_symlink() and entry.readlink().is_relative_to(data):
            entry.unlink()


def _make_link(home: Path, link: Link) -> None:
    path = home / link.path
    if path.is_symlink() and path.readlink() == link.target:
        return
    if path.resolve().is_relative_to(home.resolve()) and not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.symlink_to(link.target, target_is_directory=True)
        return
    raise MountError(f"cannot link a volume at {link.path}: something of that name is there")

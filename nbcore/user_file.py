"""The users' file: read again when it changes, written so that nobody ever reads half of it."""

from __future__ import annotations

import fcntl
import logging
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from nbcore.names import JsonObject
from nbcore.user_document import MEND, UnusableFileError, dump_document, load_document
from nbcore.users import Users, read_users

_LOG = logging.getLogger(__name__)
_LOOK_SECONDS = 1.0
_MAX_BYTES = 2**20
_NOBODY = "It lets nobody in: all sessions have ended, and nobody can sign in until it is mended."

_Mark = tuple[str, int, int, int]


class UserFile:
    """What the file says now; thread-safe.

    Args:
        path: of the file. In a Secret's mount it is a link to a link, which the kubelet replaces.
        clock: seconds that never go back.
    """

    def __init__(self, path: Path, *, clock: Callable[[], float]) -> None:
        self._path = path
        self._clock = clock
        self._lock = threading.Lock()
        self._looked = -_LOOK_SECONDS
        self._mark: _Mark | None = None
        self._users = Users()
        self._told: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """Where it is."""
        return self._path

    def users(self) -> Users:
        """The users; a change is seen within a second. A file that is missing has none."""
        with self._lock:
            now = self._clock()
            if now - self._looked >= _LOOK_SECONDS:
                self._looked = now
                self._look()
            return self._users

    def stamp(self, name: str) -> str | None:
        """The stamp of a user's credentials; None for somebody who may not sign in."""
        user = self.users().known.get(name)
        return user.stamp if user else None

    def _look(self) -> None:
        mark = _mark(self._path)
        if mark is not None and mark == self._mark:
            return
        is_expected = mark is not None or self._mark is not None
        self._users, self._mark = _read(self._path), mark
        told = self._users.problems + (() if self._users.known else (_NOBODY,))
        # Of a file that was never there the start tells.
        if is_expected and told != self._told:
            self._told = told
            for problem in told:
                _LOG.warning("%s: %s", self._path, problem)


def read_text(path: Path) -> str:
    """What a users' file says.

    Raises:
        UnusableFileError: it can't be read.
        FileNotFoundError: there is none.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
        text = content.decode("utf-8")
    except FileNotFoundError:
        raise
    except UnicodeDecodeError:
        raise UnusableFileError(f"The users' file is not UTF-8. {MEND}") from None
    except OSError as error:
        reason = f"The users' file can't be read: {error.strerror}."
        raise UnusableFileError(f"{reason} Name one that this account may read.") from error
    if len(content) > _MAX_BYTES:
        raise UnusableFileError(f"The users' file is bigger than 1 MiB. {MEND}")
    return text


def read_document(path: Path) -> JsonObject:
    """A users' file with all its keys; {} when there is none yet.

    Raises:
        UnusableFileError: it can't be read.
    """
    try:
        return load_document(read_text(path))
    except FileNotFoundError:
        return {}


def edit(path: Path, change: Callable[[JsonObject], JsonObject]) -> None:
    """Reads, changes and writes the file; a second edit at the same time waits.

    Args:
        path: of the file; made if it is missing.
        change: gets the document, {} for a new one; tells what to write.

    Raises:
        UnusableFileError: the file can't be read.
        InvalidUsersError: the change is refused; nothing was written.
        OSError: it can't be written.
    """
    # Path.resolve raises a RuntimeError of its own for a link that leads to itself.
    target = Path(os.path.realpath(path))
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _held(target):
        write_private(target, dump_document(change(read_document(target))))


def write_private(path: Path, text: str) -> None:
    """Replaces a file in one step by one that only this account can read."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _mark(path: Path) -> _Mark | None:
    """What differs as soon as the file, or who may read it, does; None while it can't be seen."""
    resolved = os.path.realpath(path)
    try:
        seen = Path(resolved).stat()
    except OSError:
        return None
    return resolved, seen.st_ctime_ns, seen.st_ino, seen.st_size


def _read(path: Path) -> Users:
    try:
        return read_users(read_text(path))
    except UnusableFileError as error:
        return Users(problems=(str(error),))
    except FileNotFoundError:
        return Users(problems=("There is no such file.",))


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """Lets one process after the other edit; the lock is another file, for ours is replaced."""
    with path.with_name(f".{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield

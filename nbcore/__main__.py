"""The command line: ``python -m nbcore users``, for those who may write the users' file."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from pathlib import Path

from nbcore import passwords, users
from nbcore.errors import NbError
from nbcore.settings import Settings
from nbcore.user_document import UnusableFileError
from nbcore.user_file import edit, read_document, read_text
from nbcore.users import InvalidUsersError

_FIELDS = ("email", "first_name", "last_name")
_REFUSED = 1


def main(arguments: list[str]) -> int:
    """Does what is asked; tells the exit code: 0 done, 1 refused with words, 2 not understood."""
    options = _parser().parse_args(arguments)
    try:
        print(_done(options))
    except NbError as error:
        print(error, file=sys.stderr)
        return _REFUSED
    return 0


def _done(options: argparse.Namespace) -> str:
    path: Path = options.file or Settings.from_environ(os.environ).users
    try:
        done: str = options.act(path, options)
    except (UnusableFileError, OSError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise InvalidUsersError(f"{path}: {why}") from error
    return done


def add(path: Path, options: argparse.Namespace) -> str:
    """Adds somebody."""
    if problem := users.name_problem(options.name):
        raise InvalidUsersError(f"User {options.name}: {problem}")
    _check_presence(path, options.name, is_there=False)
    entry = {
        **{key: getattr(options, key) for key in _FIELDS},
        "password": passwords.hashed(_password(options)),
        "roles": options.roles,
    }
    edit(path, lambda document: users.added(document, options.name, entry))
    return f"{options.name} can sign in now."


def remove(path: Path, options: argparse.Namespace) -> str:
    """Takes somebody out."""
    edit(path, lambda document: users.removed(document, options.name))
    return f"{options.name} is removed; open sessions have ended."


def password(path: Path, options: argparse.Namespace) -> str:
    """Gives somebody another password."""
    _check_presence(path, options.name, is_there=True)
    new = passwords.hashed(_password(options))
    edit(path, lambda document: users.changed(document, options.name, password=new))
    return f"{options.name} has a new password; open sessions have ended."


def roles(path: Path, options: argparse.Namespace) -> str:
    """Replaces somebody's roles."""
    edit(path, lambda document: users.changed(document, options.name, roles=options.roles))
    groups = ", ".join(options.roles) or "none"
    return f"{options.name} has the roles: {groups}; open sessions have ended."


def listed(path: Path, _: argparse.Namespace) -> str:
    """Everybody with their roles; refused when an entry is wrong, with what is."""
    found = users.read_users(read_text(path))
    lines = [f"{user.name}\t{', '.join(user.roles)}" for user in found.known.values()]
    if found.problems:
        wrong = [f"{path}: {problem}" for problem in found.problems]
        raise InvalidUsersError("\n".join([*lines, *wrong]))
    return "\n".join(lines) or "Nobody."


def _check_presence(path: Path, name: str, *, is_there: bool) -> None:
    """Refuses a wrong name before a password is asked for, which would be typed in vain."""
    users.check_presence(read_document(path), name, is_there=is_there)


def _password(options: argparse.Namespace) -> str:
    """From the terminal without echo, or one line of standard input; never an argument."""
    if options.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    try:
        first = getpass.getpass(f"Password of {options.name}: ")
        second = getpass.getpass("Again: ")
    except (EOFError, KeyboardInterrupt):
        raise InvalidUsersError("\nNo password was typed. Nothing was changed.") from None
    if second != first:
        raise InvalidUsersError("The two are not the same. Nothing was changed.")
    return first


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m nbcore", description=__doc__)
    parts = parser.add_subparsers(required=True, metavar="users")
    people = parts.add_parser("users", help="who may sign in").add_subparsers(
        required=True, metavar="command"
    )

    def command(name: str, act: object, about: str) -> argparse.ArgumentParser:
        made = people.add_parser(name, help=about, description=about)
        made.set_defaults(act=act)
        made.add_argument("--file", type=Path, help="the users' file; usually that of NB_USERS")
        if name != "list":
            made.add_argument("name", help="in lower case")
        return made

    adding = command("add", add, "adds somebody")
    adding.add_argument("--roles", nargs="*", default=[], metavar="ROLE", help="groups")
    for key in _FIELDS:
        adding.add_argument(f"--{key.replace('_', '-')}", default="")
    for one in (adding, command("password", password, "gives somebody another password")):
        one.add_argument(
            "--password-stdin", action="store_true", help="read it from standard input"
        )
    command("remove", remove, "takes somebody out")
    command("roles", roles, "replaces somebody's roles").add_argument(
        "roles", nargs="*", metavar="ROLE"
    )
    command("list", listed, "everybody with their roles; checks the file")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

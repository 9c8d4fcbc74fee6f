"""The YAML of a users' file, with all its keys, also those that are not ours. Pure."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import yaml
from typing_extensions import override

from nbcore.errors import NbError
from nbcore.names import JsonObject

MEND = "Mend it, or put an earlier copy in its place."


class UnusableFileError(NbError):
    """A users' file that lets nobody in as it stands; the message says what to do, not where."""


def load_document(text: str) -> JsonObject:
    """What a file holds; {} for an empty one.

    Raises:
        UnusableFileError: it is no YAML, no mapping, names something twice, or has an alias.
    """
    try:
        document = yaml.load(text, Loader=_Loader)  # noqa: S506 a SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark else ""
        what = error.problem if isinstance(error, _RefusedError) else "it is not valid YAML"
        raise UnusableFileError(f"The users' file can't be read{where}: {what}. {MEND}") from None
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise UnusableFileError(f"The users' file has no credentials.usernames. {MEND}")
    return document


def dump_document(document: JsonObject) -> str:
    """The text of a file."""
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True)


class _RefusedError(yaml.MarkedYAMLError):
    """What the usual loader lets pass, and we don't."""


class _Loader(yaml.SafeLoader):
    """Refuses a key that stands twice, which YAML forbids: else the last one would count.

    And aliases: a few lines of them can stand for more than there is memory or time for.
    """

    @override
    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            alias = self.get_event()  # type: ignore[no-untyped-call] # the stubs leave it out
            raise _RefusedError(
                problem="an alias has to be written out", problem_mark=alias.start_mark
            )
        return super().compose_node(parent, index)

    @override
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.value in seen:
                raise _RefusedError(problem="a key stands twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)

"""What one rule of a role allows. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sandbox.api.request import Target
from sandbox.client import Object

_ALL = "*"


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of a role's rules: either for resources, or for paths that are no resources.

    Attributes:
        names: empty means every object.
        paths: nonResourceURLs.
    """

    verbs: tuple[str, ...]
    groups: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()

    @classmethod
    def from_object(cls, obj: Object) -> Rule:
        """The rule as it stands in a role."""
        keys = ("verbs", "apiGroups", "resources", "resourceNames", "nonResourceURLs")
        return cls(*(tuple(obj.get(key) or ()) for key in keys))

    def to_object(self) -> Object:
        """The rule as reviews show it."""
        shown = {
            "verbs": self.verbs,
            "apiGroups": self.groups,
            "resources": self.resources,
            "resourceNames": self.names,
            "nonResourceURLs": self.paths,
        }
        return {key: list(values) for key, values in shown.items() if values}

    def allows(self, target: Target) -> bool:
        """Whether it allows this on a resource."""
        return (
            _has(self.verbs, target.verb)
            and _has(self.groups, target.group)
            and _names_resource(self.resources, target.plural, target.subresource)
            and (not self.names or target.name in self.names)
        )

    def allows_path(self, verb: str, path: str) -> bool:
        """Whether it allows this on a path; a last * stands for every end."""
        return _has(self.verbs, verb) and any(_leads_to(one, path) for one in self.paths)

    def singles(self) -> Iterator[Rule]:
        """The same rule as many that hold one of each."""
        for verb, path in itertools.product(self.verbs, self.paths):
            yield Rule((verb,), paths=(path,))
        names: list[tuple[str, ...]] = [(name,) for name in self.names] or [()]
        for verb, group, resource, name in itertools.product(
            self.verbs, self.groups, self.resources, names
        ):
            yield Rule((verb,), (group,), (resource,), name)

    def covers(self, single: Rule) -> bool:
        """Whether whoever has this rule has the other, one of ``singles``, too."""
        if not _has(self.verbs, single.verbs[0]):
            return False
        if single.paths:
            return any(_leads_to(one, single.paths[0]) for one in self.paths)
        if not self.groups or not _has(self.groups, single.groups[0]):
            return False
        plural, _, subresource = single.resources[0].partition("/")
        if not _names_resource(self.resources, plural, subresource):
            return False
        return not self.names or set(single.names) & set(self.names) != set()


def rules_of(role: Object) -> tuple[Rule, ...]:
    """The rules of a Role or ClusterRole."""
    return tuple(Rule.from_object(rule) for rule in role.get("rules") or ())


def not_covered(owned: Iterable[Rule], wanted: Iterable[Rule]) -> list[Rule]:
    """What of the wanted rules nobody has by the owned ones, as single rules."""
    held = tuple(owned)
    singles = (single for rule in wanted for single in rule.singles())
    return [single for single in singles if not any(rule.covers(single) for rule in held)]


def _has(values: tuple[str, ...], value: str) -> bool:
    return _ALL in values or value in values


def _names_resource(resources: tuple[str, ...], plural: str, subresource: str) -> bool:
    if _ALL in resources:
        return True
    if not subresource:
        return plural in resources
    return f"{plural}/{subresource}" in resources or f"*/{subresource}" in resources


def _leads_to(pattern: str, path: str) -> bool:
    return pattern == path or (pattern.endswith(_ALL) and path.startswith(pattern[:-1]))

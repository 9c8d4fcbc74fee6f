"""In which namespaces somebody may do something, found with few questions.

First the question about all namespaces. If the answer is no, only namespaces are asked about in
which a RoleBinding names the person or a group, and those that are named by hand. A cluster whose
authorizer is not RBAC has no such bindings: there namespaces have to be named.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from nbcore.access import LIST, Access, Question
from nbcore.identity import Identity, OwnAccount, Person

Bound = Callable[[Person], frozenset[str]]
"""Namespaces with a RoleBinding that names a person or one of the groups."""


class Places:
    """Thread-safe; remembers nothing itself.

    Args:
        access: answers.
        bound: where it is worth asking.
        named: asked about for everybody, whatever the bindings say.
    """

    def __init__(self, access: Access, *, bound: Bound, named: Collection[str] = ()) -> None:
        self._access = access
        self._bound = bound
        self._named = frozenset(named)

    def allowing(
        self,
        identity: Identity,
        question: Question,
        among: Collection[str],
        *,
        also: Collection[str] = (),
    ) -> frozenset[str]:
        """The namespaces in which it is allowed; for the app's own account all of them.

        Args:
            identity: who.
            question: about no namespace yet.
            among: the namespaces that matter.
            also: those of them that are asked about, whatever the bindings say.

        Raises:
            ClusterError: nobody knows.
        """
        if isinstance(identity, OwnAccount) or self._is_everywhere(identity, question):
            return frozenset(among)
        candidates = (self._bound(identity) | self._named | frozenset(also)) & frozenset(among)
        asked = (question.at(name) for name in sorted(candidates))
        return frozenset(each.namespace for each in self._access.allowed(identity, asked))

    def _is_everywhere(self, person: Person, question: Question) -> bool:
        """Who may not list everywhere is not asked for anything else everywhere."""
        if not self._access.allows(person, LIST):
            return False
        return question == LIST or self._access.allows(person, question)

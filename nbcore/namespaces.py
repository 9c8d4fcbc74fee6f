"""In which namespaces somebody may do something, found with few questions.

First the question about all namespaces. If the answer is no, only namespaces are asked about in
which a RoleBinding names the person or a group, and those that are named by hand. A cluster whose
authorizer is not RBAC has no such bindings: there namespaces have to be named.

Where many are left, those in which the same roles are bound are alike for RBAC: one of them is
asked about, every 10 s, and a second one after a no. For what only offers a button that is enough,
because each request is judged by itself. For what shows objects each namespace needs a yes of its
own as well, because another authorizer may say no to one of them; these come a few at a time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection

from nbcore.access import LIST, Access, Question
from nbcore.bindings import Grant, Grants
from nbcore.confirmations import Confirmations
from nbcore.identity import Identity, OwnAccount, Person

_FEW = 20
# An authorizer besides RBAC may say no to the first that stands for the others.
_STAND_INS = 2


class Places:
    """Thread-safe.

    Args:
        access: answers.
        grants: where somebody is bound, and to which roles.
        clock: seconds that never go back.
        named: asked about for everybody, whatever the bindings say.
        few: so many namespaces are each asked about, every 10 s.
    """

    def __init__(
        self,
        access: Access,
        *,
        grants: Callable[[Person], Grants],
        clock: Callable[[], float],
        named: Collection[str] = (),
        few: int = _FEW,
    ) -> None:
        self._access = access
        self._grants = grants
        self._confirmations = Confirmations(access, clock=clock)
        self._named = frozenset(named)
        self._few = few

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
        each, alike = self._candidates(identity, among, also)
        asked = (question.at(name) for name in sorted(each))
        found = frozenset(each.namespace for each in self._access.allowed(identity, asked))
        if not alike:
            return found
        if question.verb != LIST.verb:
            return found | self._by_roles(identity, question, alike, preferred=frozenset())
        confirmed = self._confirmations.confirmed(identity, question, alike)
        likely = self._by_roles(identity, question, alike, preferred=confirmed)
        self._compare(identity, question, likely ^ confirmed)
        return found | (likely & confirmed)

    def unasked(
        self,
        identity: Identity,
        question: Question,
        among: Collection[str],
        *,
        also: Collection[str] = (),
    ) -> int:
        """How many of the namespaces ``allowing`` has not come to yet: they are missing in it.

        Raises:
            ClusterError: nobody knows.
        """
        if isinstance(identity, OwnAccount) or self._is_everywhere(identity, question):
            return 0
        _, alike = self._candidates(identity, among, also)
        return self._confirmations.unasked(identity, question, alike)

    def _candidates(
        self, person: Person, among: Collection[str], also: Collection[str]
    ) -> tuple[frozenset[str], Grants]:
        """What is asked about one by one, and what by roles."""
        bound = self._grants(person)
        named = (self._named | frozenset(also)) & frozenset(among)
        rest = (bound.keys() & frozenset(among)) - named
        if len(rest) <= self._few:
            return named | rest, {}
        return named, {name: bound[name] for name in rest}

    def _by_roles(
        self, person: Person, question: Question, grants: Grants, *, preferred: frozenset[str]
    ) -> frozenset[str]:
        """The namespaces with the same roles as one in which it is allowed, but those denied.

        Args:
            person: who.
            question: about no namespace yet.
            grants: the namespaces, with their roles.
            preferred: those of them that had better stand for their roles.
        """
        alike: defaultdict[frozenset[Grant], list[str]] = defaultdict(list)
        for name in sorted(grants, key=lambda name: (name not in preferred, name)):
            alike[grants[name]].append(name)
        found: set[str] = set()
        left = [*alike.values()]
        for _ in range(_STAND_INS):
            samples = {names[0]: names for names in left}
            asked = [question.at(name) for name in samples]
            allowed = {each.namespace for each in self._access.allowed(person, asked)}
            found.update(*(samples[name] for name in allowed))
            left = [names[1:] for name, names in samples.items() if name not in allowed]
            left = [names for names in left if names]
        return frozenset(found)

    def _compare(self, person: Person, question: Question, doubtful: Collection[str]) -> None:
        """Lets the newest answers about these namespaces correct the long remembered ones."""
        answers = {name: self._access.known(person, question.at(name)) for name in doubtful}
        fresh = {name: is_yes for name, is_yes in answers.items() if is_yes is not None}
        self._confirmations.correct(person, question, fresh)

    def _is_everywhere(self, person: Person, question: Question) -> bool:
        """Who may not list everywhere is not asked for anything else everywhere."""
        if not self._access.allows(person, LIST):
            return False
        return question == LIST or self._access.allows(person, question)

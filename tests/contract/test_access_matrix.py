"""What the app offers is what the server does is what SubjectAccessReview says.

People x verbs x namespaces, with roles and bindings drawn by chance from a fixed seed:

| people | no group, one, two; some bound by name, some by group, some everywhere |
| roles | of a namespace and of the cluster, bound in a namespace and everywhere |
| verbs | list, create, patch, delete of notebooks and volumes; create of notebooks/connect |
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random

import pytest

from nbcore import access
from nbcore.access import Access, Question
from nbcore.bindings import BindingIndex
from nbcore.errors import ClusterError, ForbiddenError
from nbcore.identity import OwnAccount, Person
from nbcore.kube.client import Kube
from nbcore.kube.config import connect
from nbcore.kube.resources import (
    NOTEBOOKS,
    PERSISTENT_VOLUME_CLAIMS,
    ROLE_BINDINGS,
    ROLES,
    Resource,
)
from nbcore.names import NOTEBOOK_GROUP, JsonObject
from nbcore.namespaces import Places
from nbcore.settings import Settings
from tests.cluster.api import Api, eventually
from tests.cluster.servers import ApiServer

SEED = 20_261_126
NAMESPACES = 8
PEOPLE = 8
RBAC = "/apis/rbac.authorization.k8s.io/v1"
REVIEWS = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
CONNECT = Resource(NOTEBOOK_GROUP, "v1", "notebooks/none/connect", "Notebook")

VERBS: dict[Question, Callable[[Kube, str], object]] = {
    access.LIST: lambda kube, at: kube.list(NOTEBOOKS, at),
    access.CREATE: lambda kube, at: kube.create(NOTEBOOKS, unnamed(at), dry_run=True),
    access.CHANGE: lambda kube, at: kube.merge(NOTEBOOKS, "none", at, {}),
    access.DELETE: lambda kube, at: kube.delete(NOTEBOOKS, "none", at),
    access.OPEN: lambda kube, at: kube.create(CONNECT, unnamed(at)),
    access.LIST_VOLUMES: lambda kube, at: kube.list(PERSISTENT_VOLUME_CLAIMS, at),
    access.CREATE_VOLUMES: lambda kube, at: kube.create(
        PERSISTENT_VOLUME_CLAIMS, unnamed(at), dry_run=True
    ),
    access.DELETE_VOLUMES: lambda kube, at: kube.delete(PERSISTENT_VOLUME_CLAIMS, "none", at),
}
"""Each question, and the request that it is about: on nothing that is there, so none changes."""


def unnamed(namespace: str) -> JsonObject:
    return {"metadata": {"namespace": namespace}}


@dataclass(frozen=True, slots=True)
class World:
    """People and namespaces of this test, on a server with their roles."""

    api: Api
    kube: Kube
    people: tuple[Person, ...]
    namespaces: tuple[str, ...]

    def combinations(self) -> list[tuple[Person, Question, str]]:
        return [(p, q, n) for p in self.people for q in VERBS for n in self.namespaces]

    def reviewed(self, person: Person, question: Question, namespace: str) -> bool:
        """The server's verdict, asked without any code of the app."""
        asked = {
            "verb": question.verb,
            "group": question.resource.group,
            "resource": question.resource.plural,
            "subresource": question.subresource,
            "namespace": namespace,
        }
        spec = {"user": person.user, "groups": [*person.groups, "system:authenticated"]}
        body = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SubjectAccessReview",
            "spec": {**spec, "resourceAttributes": asked},
        }
        return bool(self.api.create(REVIEWS, body)["status"]["allowed"])

    def done(self, person: Person, question: Question, namespace: str) -> bool:
        """Whether the request itself gets past the server's rules when it is sent as the person."""
        try:
            VERBS[question](self.kube.acting_as(person), namespace)
        except ForbiddenError:
            return False
        except ClusterError:
            return True
        return True

    def offered(self, *, few: int) -> set[tuple[Person, Question, str]]:
        """What the app offers: where somebody may look, and then act.

        With ``few`` as 0 it goes by what roles are bound, as it does where there are many.
        """
        index = BindingIndex()
        for binding in self.kube.list(ROLE_BINDINGS):
            index.change(None, binding)
        for role in self.kube.list(ROLES):
            index.change_role(None, role)
        answers = Access(self.kube, clock=time.monotonic)
        places = Places(answers, grants=index.grants, clock=time.monotonic, few=few)
        found: set[tuple[Person, Question, str]] = set()
        for person in self.people:
            visible = places.allowing(person, access.LIST, self.namespaces)
            for question in VERBS:
                allowed = places.allowing(person, question, visible)
                found |= {(person, question, name) for name in allowed}
        return found


def rules(chance: Random) -> list[JsonObject]:
    """One to three rules of a role."""
    made: list[JsonObject] = []
    for question in chance.sample(list(VERBS), chance.randint(1, 3)):
        plural = question.resource.plural
        resource = f"{plural}/{question.subresource}" if question.subresource else plural
        verbs = ["list", question.verb] if chance.random() < 0.7 else [question.verb]
        made.append(
            {
                "apiGroups": [question.resource.group],
                "resources": [resource, "notebooks"] if chance.random() < 0.5 else [resource],
                "verbs": ["*"] if chance.random() < 0.1 else verbs,
            }
        )
        if plural == "notebooks":
            continue
        made.append({"apiGroups": [NOTEBOOK_GROUP], "resources": ["notebooks"], "verbs": ["list"]})
    return made


def bind(api: Api, scope: str, name: str, subject: JsonObject, *, role: str, kind: str) -> None:
    """Binds a role in a namespace ("namespaces/x/"), or everywhere ("")."""
    body = {
        "metadata": {"name": name},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", **subject}],
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": role},
    }
    api.create(f"{RBAC}/{scope}{'rolebindings' if scope else 'clusterrolebindings'}", body)


def make_roles(chance: Random, api: Api, prefix: str, namespaces: tuple[str, ...]) -> None:
    """Four roles of the cluster, and one of each namespace."""
    for number in range(4):
        body = {"metadata": {"name": f"{prefix}-{number}"}, "rules": rules(chance)}
        api.create(f"{RBAC}/clusterroles", body)
    for name in namespaces:
        body = {"metadata": {"name": "own"}, "rules": rules(chance)}
        api.create(f"{RBAC}/namespaces/{name}/roles", body)


def bind_some(chance: Random, world: World, prefix: str, groups: list[str]) -> None:
    """Three subjects in each namespace, everybody in the first, two subjects everywhere."""
    # The last person has nothing but what comes by a group.
    subjects = [{"kind": "User", "name": person.user} for person in world.people[:-1]]
    subjects += [{"kind": "Group", "name": group} for group in groups]
    for name in world.namespaces:
        scope = f"namespaces/{name}/"
        wide, *narrow = chance.sample(subjects, 3)
        role = f"{prefix}-{chance.randrange(4)}"
        bind(world.api, scope, "wide", wide, role=role, kind="ClusterRole")
        for number, subject in enumerate(narrow):
            bind(world.api, scope, f"own-{number}", subject, role="own", kind="Role")
    everybody = {"kind": "Group", "name": "system:authenticated"}
    bind(world.api, f"namespaces/{world.namespaces[0]}/", "all", everybody, role="own", kind="Role")
    for number, subject in enumerate((subjects[0], subjects[-1])):
        name = f"{prefix}-{number}"
        bind(world.api, "", name, subject, role=name, kind="ClusterRole")


@pytest.fixture
def world(api_server: ApiServer) -> Iterator[World]:
    chance = Random(SEED)  # noqa: S311 the same table at each run
    api, prefix = api_server.api, api_server.namespace
    namespaces = tuple(f"{prefix}-{number}" for number in range(NAMESPACES))
    groups = [f"{prefix}-group-{number}" for number in range(3)]
    people = tuple(
        Person(f"{prefix}-{number}", tuple(chance.sample(groups, number % 3)))
        for number in range(PEOPLE)
    )
    environ = {"NB_CLUSTER": "kubeconfig", "KUBECONFIG": str(api_server.kubeconfig)}
    with connect(Settings.from_environ(environ)) as client:
        made = World(api, Kube(client, OwnAccount("tests")), people, namespaces)
        for name in namespaces:
            api.create("/api/v1/namespaces", {"metadata": {"name": name}})
        make_roles(chance, api, prefix, namespaces)
        bind_some(chance, made, prefix, groups)
        wait_for_the_last(made, prefix)
        yield made
    clean_up(made, prefix)


def clean_up(world: World, prefix: str) -> None:
    """Nothing of this test is in force for another."""
    for name in world.namespaces:
        world.api.delete(f"/api/v1/namespaces/{name}")
    for plural in ("clusterroles", "clusterrolebindings"):
        for item in world.api.get(f"{RBAC}/{plural}")["items"]:
            if item["metadata"]["name"].startswith(prefix):
                world.api.delete(f"{RBAC}/{plural}/{item['metadata']['name']}")


def wait_for_the_last(world: World, prefix: str) -> None:
    """The server learns of roles and bindings in the order in which they were made."""
    last = Person(f"{prefix}-last")
    subject = {"kind": "User", "name": last.user}
    allowed = {
        "apiGroups": [NOTEBOOK_GROUP],
        "resources": ["notebooks"],
        "verbs": ["create", "patch"],
    }
    narrow = {"metadata": {"name": "last"}, "rules": [{**allowed, "verbs": ["patch"]}]}
    wide = {"metadata": {"name": f"{prefix}-last"}, "rules": [{**allowed, "verbs": ["create"]}]}
    scope = f"namespaces/{world.namespaces[0]}/"
    world.api.create(f"{RBAC}/{scope}roles", narrow)
    world.api.create(f"{RBAC}/clusterroles", wide)
    bind(world.api, scope, "last", subject, role="last", kind="Role")
    bind(world.api, "", f"{prefix}-last", subject, role=f"{prefix}-last", kind="ClusterRole")
    for question in (access.CHANGE, access.CREATE):
        eventually(
            lambda asked=question: world.reviewed(last, asked, world.namespaces[0]),  # type: ignore[misc]
            what="roles and bindings are in force",
        )


def test_given_roles_by_chance_when_everything_is_tried_then_app_server_and_review_agree(
    world: World,
) -> None:
    combinations = world.combinations()
    with ThreadPoolExecutor(8) as pool:
        said = pool.map(lambda each: world.reviewed(*each), combinations)
        verdicts = dict(zip(combinations, said, strict=True))
        tried = pool.map(lambda each: world.done(*each), combinations)
        done = dict(zip(combinations, tried, strict=True))
    allowed = {each for each, yes in verdicts.items() if yes}

    assert len(combinations) >= 500
    assert 0.1 < len(allowed) / len(combinations) < 0.9
    assert done == verdicts
    # Where somebody may not look, nothing is offered.
    visible = {(p, q, n) for p, q, n in allowed if (p, access.LIST, n) in allowed}
    assert world.offered(few=NAMESPACES) == visible
    assert world.offered(few=0) == visible

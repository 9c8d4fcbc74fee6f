from __future__ import annotations

import pytest

from sandbox.api.authentication import authenticate, impersonate, read_tokens
from sandbox.api.authorization import authorise, authorise_path
from sandbox.api.bodies import MOST_BYTES, parse_body
from sandbox.api.context import World
from sandbox.api.local import LocalClient
from sandbox.api.rbac.aggregation import make_initial
from sandbox.api.request import Target, User, Verb
from sandbox.client import ApiError

TOKENS = read_tokens(['secret,ann,u1,"system:masters,team"', "other,bob,u2", "broken"])
PODS = Target(verb=Verb.LIST, group="", version="v1", plural="pods", namespace="demo")


def test_given_a_token_when_it_is_known_then_its_user() -> None:
    user = authenticate("Bearer secret", None, TOKENS)

    assert user.name == "ann"
    assert user.groups == ("system:masters", "team", "system:authenticated")


def test_given_a_certificate_when_verified_then_name_and_groups() -> None:
    subject = ((("organizationName", "team"),), (("commonName", "eve"),))

    user = authenticate("", {"subject": subject}, TOKENS)

    assert (user.name, user.groups) == ("eve", ("team", "system:authenticated"))


def test_given_no_credentials_when_asked_then_anonymous() -> None:
    assert authenticate("", None, TOKENS).name == "system:anonymous"


@pytest.mark.parametrize("header", ["Bearer wrong", "Basic c2VjcmV0", "Bearer", "secret"])
def test_given_wrong_credentials_when_asked_then_unauthorized(header: str) -> None:
    with pytest.raises(ApiError) as caught:
        authenticate(header, None, TOKENS)

    assert caught.value.code == 401


def test_given_a_service_account_when_acted_as_then_it_has_its_groups(world: World) -> None:
    admin = User("ann", ("system:masters",))

    acted = impersonate(world.roles, admin, "system:serviceaccount:demo:robot", [])

    assert acted.groups == (
        "system:serviceaccounts",
        "system:serviceaccounts:demo",
        "system:authenticated",
    )


def test_given_somebody_when_they_may_not_then_the_sentence_of_the_server(world: World) -> None:
    with pytest.raises(ApiError) as caught:
        authorise(world.roles, User("bob"), PODS)

    assert caught.value.message == (
        'pods is forbidden: User "bob" cannot list resource "pods" in API group "" '
        'in the namespace "demo"'
    )


def test_given_an_administrator_when_acting_as_another_then_they_are_that_one(
    world: World,
) -> None:
    admin = User("ann", ("system:masters",))

    acted = impersonate(world.roles, admin, "bob", ["a", "b"])

    assert acted.groups == ("a", "b", "system:authenticated")
    assert impersonate(world.roles, admin, "", []) == admin


def test_given_somebody_when_acting_as_another_then_forbidden(world: World) -> None:
    with pytest.raises(ApiError) as caught:
        impersonate(world.roles, User("bob"), "ann", [])

    assert 'cannot impersonate resource "users"' in caught.value.message


async def test_given_nobody_when_asking_then_only_health_and_version(
    world: World, client: LocalClient
) -> None:
    anonymous = authenticate("", None, TOKENS)
    await make_initial(client)

    authorise_path(world.roles, anonymous, "GET", "/version")
    with pytest.raises(ApiError) as caught:
        authorise_path(world.roles, anonymous, "GET", "/apis")
    assert caught.value.code == 403


@pytest.mark.parametrize(
    ("raw", "content_type", "code"),
    [
        (b"{", "application/json", 400),
        (b"", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"a":' + b"[" * 200 + b"]" * 200 + b"}", "application/json", 400),
        (b'{"a": NaN}', "application/json", 400),
        (b'{"a": ' + b"9" * 5000 + b"}", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"a: &a [x]\nb: *a\n", "application/yaml", 400),
        (b'!!python/object/apply:os.system ["id"]', "application/yaml", 400),
        (b"a: " + b"x" * MOST_BYTES, "application/yaml", 413),
        (b"{}", "text/plain", 415),
        (b"k8s\x00", "application/vnd.kubernetes.protobuf", 415),
    ],
)
def test_given_a_hostile_body_when_read_then_refused(
    raw: bytes, content_type: str, code: int
) -> None:
    with pytest.raises(ApiError) as caught:
        parse_body(raw, content_type)

    assert caught.value.code == code


def test_given_yaml_when_read_then_the_same_as_json() -> None:
    assert parse_body(b"a: {b: [1, x]}", "application/yaml") == {"a": {"b": [1, "x"]}}


def test_given_half_a_surrogate_pair_when_read_then_it_is_replaced() -> None:
    body = rb'{"a": "\ud800", "b": "\ud83d\ude80"}'

    assert parse_body(body, "application/json") == {"a": "\ufffd", "b": "\U0001f680"}

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from nbcore.access import CHANGE, LIST, OPEN, Access, Question, may_edit_catalog, may_list, may_open
from nbcore.errors import UnreachableError
from nbcore.identity import Identity, OwnAccount, Person
from nbcore.kube.resources import Resource
from nbcore.names import JsonObject
from tests.cluster.api import eventually

ALICE = Person("alice", ("team", "lab"))


class Clock:
    """Seconds that a test sets."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


class Reviews:
    """Answers reviews as told, and keeps them."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, JsonObject]] = []
        self.answer: Callable[[], bool] = lambda: True

    def create(self, resource: Resource, obj: JsonObject) -> JsonObject:
        self.sent.append((resource.kind, obj["spec"]))
        return {"status": {"allowed": self.answer()}}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def reviews() -> Reviews:
    return Reviews()


@pytest.fixture
def access(reviews: Reviews, clock: Clock) -> Access:
    return Access(reviews, clock=clock, seconds=10)


def raise_unreachable() -> bool:
    raise UnreachableError("gone")


def test_given_a_person_when_asked_then_the_review_names_user_groups_and_everybodys_group(
    access: Access, reviews: Reviews
) -> None:
    assert access.allows(ALICE, may_open("demo", "lab"))

    assert reviews.sent == [
        (
            "SubjectAccessReview",
            {
                "user": "alice",
                "groups": ["team", "lab", "system:authenticated"],
                "resourceAttributes": {
                    "verb": "create",
                    "group": "ml.oneblock.ai",
                    "version": "v1",
                    "resource": "notebooks",
                    "subresource": "connect",
                    "namespace": "demo",
                    "name": "lab",
                },
            },
        )
    ]


def test_given_the_own_account_when_asked_then_it_asks_about_itself(
    access: Access, reviews: Reviews
) -> None:
    assert access.allows(OwnAccount("me"), may_edit_catalog())

    assert [kind for kind, _ in reviews.sent] == ["SelfSubjectAccessReview"]


def test_given_an_answer_when_asked_again_within_its_time_then_nothing_is_sent(
    access: Access, reviews: Reviews, clock: Clock
) -> None:
    access.allows(ALICE, LIST)
    clock.now += 5.9

    assert access.known(ALICE, LIST)
    assert access.allows(ALICE, LIST)
    assert len(reviews.sent) == 1


def test_given_a_role_that_was_lost_when_the_time_is_over_then_the_answer_is_no(
    access: Access, reviews: Reviews, clock: Clock
) -> None:
    access.allows(ALICE, LIST)
    reviews.answer = lambda: False
    clock.now += 10

    assert access.known(ALICE, LIST) is None
    assert not access.allows(ALICE, LIST)


def test_given_an_ageing_answer_when_asked_then_a_new_one_is_fetched_without_waiting(
    access: Access, reviews: Reviews, clock: Clock
) -> None:
    access.allows(ALICE, LIST)
    go_on = threading.Event()
    reviews.answer = lambda: not go_on.wait(20)
    clock.now += 9

    assert access.allows(ALICE, LIST)
    go_on.set()

    eventually(lambda: access.known(ALICE, LIST) is False, what="the new answer is there")
    assert len(reviews.sent) == 2


@pytest.mark.parametrize(
    ("identity", "question"),
    [
        (Person("bob", ALICE.groups), LIST),
        (Person("alice", ("team",)), LIST),
        (ALICE, may_list("demo")),
        (ALICE, CHANGE),
        (ALICE, OPEN),
        (ALICE, may_list("demo").at("demo", "lab")),
    ],
)
def test_given_an_answer_when_anything_of_the_question_differs_then_it_is_another_question(
    access: Access, reviews: Reviews, identity: Identity, question: Question
) -> None:
    access.allows(ALICE, LIST)
    reviews.answer = lambda: False

    assert not access.allows(identity, question)


def test_given_many_threads_when_they_ask_the_same_at_once_then_one_request_is_sent(
    access: Access, reviews: Reviews
) -> None:
    together = threading.Barrier(16)

    def ask(_: int) -> bool:
        together.wait(20)
        return access.allows(ALICE, LIST)

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(ask, range(16)))

    assert len(reviews.sent) == 1


def test_given_a_failure_when_asked_then_it_is_no_yes_and_the_next_one_asks_again(
    access: Access, reviews: Reviews
) -> None:
    reviews.answer = raise_unreachable

    with pytest.raises(UnreachableError):
        access.allows(ALICE, LIST)
    assert access.known(ALICE, LIST) is None

    reviews.answer = lambda: True
    assert access.allows(ALICE, LIST)


def test_given_a_failure_while_an_answer_is_renewed_then_the_old_one_counts_to_its_end(
    access: Access, reviews: Reviews, clock: Clock
) -> None:
    access.allows(ALICE, LIST)
    reviews.answer = raise_unreachable
    clock.now += 9

    assert access.allows(ALICE, LIST)
    eventually(lambda: len(reviews.sent) == 2, what="it was asked again")
    clock.now += 1

    with pytest.raises(UnreachableError):
        access.allows(ALICE, LIST)


def test_given_a_defect_when_it_is_raised_then_the_next_one_asks_again(
    access: Access, reviews: Reviews
) -> None:
    def break_down() -> bool:
        raise ZeroDivisionError

    reviews.answer = break_down
    with pytest.raises(ZeroDivisionError):
        access.allows(ALICE, LIST)

    reviews.answer = lambda: True
    assert access.allows(ALICE, LIST)


def test_given_an_answer_without_a_verdict_when_asked_then_it_is_no(clock: Clock) -> None:
    class Silent:
        def create(self, resource: Resource, obj: JsonObject) -> JsonObject:
            return {"kind": resource.kind, "spec": obj["spec"]}

    assert not Access(Silent(), clock=clock).allows(ALICE, LIST)


def test_given_several_questions_when_asked_then_the_allowed_ones_come_in_their_order(
    access: Access, reviews: Reviews
) -> None:
    questions = [may_list(name) for name in ("c", "a", "b")]
    access.allows(ALICE, questions[1])

    assert access.allowed(ALICE, questions) == questions
    assert access.allowed(ALICE, questions) == questions
    assert len(reviews.sent) == 3


def test_given_more_answers_than_fit_when_asked_then_old_ones_go(access: Access) -> None:
    for number in range(20_001):
        access.allows(ALICE, may_list(f"n{number}"))

    assert access.known(ALICE, may_list("n0")) is None
    assert access.known(ALICE, may_list("n20000"))

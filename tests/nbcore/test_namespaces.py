from __future__ import annotations

import time

from nbcore.access import CHANGE, LIST, OPEN, Access, Question
from nbcore.confirmations import AT_ONCE, PACE_SECONDS, REMEMBERED_SECONDS
from nbcore.identity import OwnAccount
from nbcore.namespaces import Places
from tests.nbcore.crowd import CAROL, EDIT, MANY, VIEW, Crowd, Grants, everywhere


def places(grants: Grants, *bound: str, named: tuple[str, ...] = ()) -> Places:
    access = Access(grants, clock=time.monotonic)
    here = dict.fromkeys(bound, EDIT)
    return Places(access, grants=lambda _: here, clock=time.monotonic, named=named)


def test_given_somebody_who_lists_everywhere_when_asked_then_one_review_serves_all() -> None:
    grants = Grants(("list", ""))

    found = places(grants).allowing(CAROL, LIST, MANY)

    assert found == frozenset(MANY)
    assert grants.asked == [("list", "")]


def test_given_500_namespaces_when_bound_in_two_then_only_those_are_asked_about() -> None:
    grants = Grants(("list", "team-7"), ("list", "team-9"))

    found = places(grants, "team-7", "team-8").allowing(CAROL, LIST, MANY)

    assert found == {"team-7"}
    assert sorted(grants.asked) == [("list", ""), ("list", "team-7"), ("list", "team-8")]


def test_given_a_namespace_that_is_named_when_not_bound_then_the_review_decides() -> None:
    grants = Grants(("list", "team-7"), ("list", "team-9"))

    found = places(grants, named=("team-9",)).allowing(CAROL, LIST, MANY, also=["team-7", "gone"])

    assert found == {"team-7", "team-9"}


def test_given_a_binding_that_gives_nothing_here_when_asked_then_the_namespace_is_left_out() -> (
    None
):
    assert places(Grants(), "team-7").allowing(CAROL, LIST, MANY) == frozenset()


def test_given_a_reader_of_all_when_changes_are_asked_for_then_only_where_bound() -> None:
    grants = Grants(("list", ""), ("patch", "team-7"))

    assert places(grants, "team-7").allowing(CAROL, CHANGE, MANY) == {"team-7"}
    assert grants.asked == [("list", ""), ("patch", ""), ("patch", "team-7")]


def test_given_somebody_of_one_namespace_when_asked_for_changes_then_not_for_everywhere() -> None:
    grants = Grants(("list", "team-7"), ("patch", "team-7"))
    found = places(grants, "team-7")

    assert found.allowing(CAROL, LIST, MANY) == {"team-7"}
    assert found.allowing(CAROL, CHANGE, {"team-7"}) == {"team-7"}
    assert grants.asked == [("list", ""), ("list", "team-7"), ("patch", "team-7")]


def test_given_no_sign_in_when_asked_then_it_is_everywhere_and_nothing_is_sent() -> None:
    grants = Grants()

    found = places(grants).allowing(OwnAccount("me"), Question("x", LIST.resource), MANY)

    assert found == frozenset(MANY)
    assert grants.asked == []


def test_given_a_binding_in_each_of_500_when_looking_then_reviews_come_a_few_at_a_time() -> None:
    crowd = Crowd(*everywhere("list"))

    seen = crowd.look()

    assert len(seen) == AT_ONCE
    # One about all namespaces, one about the roles.
    assert crowd.reviews() <= AT_ONCE + 2
    assert crowd.places.unasked(CAROL, LIST, MANY) == len(MANY) - AT_ONCE
    assert crowd.look() == seen
    assert crowd.reviews() == 0

    assert crowd.look_until_all_is_asked() == frozenset(MANY)


def test_given_a_binding_in_each_of_500_when_all_is_asked_then_a_look_costs_two_reviews() -> None:
    crowd = Crowd(*everywhere("list"))
    crowd.look_until_all_is_asked()
    crowd.reviews()

    assert crowd.look(after=11) == frozenset(MANY)
    assert crowd.reviews() == 2


def test_given_a_binding_in_each_of_500_when_buttons_are_asked_for_then_one_speaks_for_all() -> (
    None
):
    crowd = Crowd(*everywhere("create"))

    assert crowd.places.allowing(CAROL, OPEN, MANY) == frozenset(MANY)
    assert crowd.reviews() == 2


def test_given_another_authorizer_that_says_no_when_all_is_asked_then_its_namespace_is_hidden() -> (
    None
):
    first = min(MANY)
    crowd = Crowd(*everywhere("list"))
    crowd.grants.allowed -= {("list", first), ("list", "team-7")}

    assert crowd.look_until_all_is_asked() == frozenset(MANY) - {first, "team-7"}


def test_given_a_role_that_loses_the_right_when_ten_seconds_pass_then_all_its_namespaces_go() -> (
    None
):
    crowd = Crowd(*everywhere("list"))
    crowd.look_until_all_is_asked()
    crowd.grants.allowed.clear()

    for _ in range(5):
        assert crowd.look(after=10) == frozenset()


def test_given_a_binding_that_is_replaced_when_looking_then_the_earlier_yes_does_not_count() -> (
    None
):
    crowd = Crowd(*everywhere("list"))
    crowd.look_until_all_is_asked()

    crowd.grants.allowed.remove(("list", "team-7"))
    crowd.roles["team-7"] = VIEW
    assert crowd.look(after=1) == frozenset(MANY) - {"team-7"}
    del crowd.roles["team-8"]
    assert crowd.look(after=1) == frozenset(MANY) - {"team-7", "team-8"}


def test_given_two_roles_when_one_allows_nothing_then_only_the_others_namespaces_are_seen() -> None:
    crowd = Crowd(*everywhere("list")[:100])
    crowd.roles |= dict.fromkeys(MANY[100:], VIEW)

    assert crowd.look_until_all_is_asked() == frozenset(MANY[:100])


def test_given_answers_that_grow_old_when_somebody_goes_on_looking_then_none_runs_out() -> None:
    crowd = Crowd(*everywhere("list"))
    crowd.look_until_all_is_asked()
    began, most = crowd.now, 0
    crowd.reviews()

    while crowd.now < began + 2 * REMEMBERED_SECONDS:
        assert crowd.look(after=PACE_SECONDS) == frozenset(MANY)
        most = max(most, crowd.reviews())

    assert most <= AT_ONCE + 2


def test_given_answers_when_nobody_looks_for_long_then_they_are_asked_for_anew() -> None:
    crowd = Crowd(*everywhere("list"))
    crowd.look_until_all_is_asked()

    assert len(crowd.look(after=REMEMBERED_SECONDS)) == AT_ONCE


def test_given_another_authorizer_that_denies_the_first_when_looking_then_the_others_stay() -> None:
    crowd = Crowd(*everywhere("list"), *everywhere("create"))
    crowd.look_until_all_is_asked()
    crowd.grants.allowed -= {("list", min(MANY)), ("create", min(MANY))}

    assert crowd.look(after=10) == frozenset(MANY) - {min(MANY)}
    assert crowd.places.allowing(CAROL, OPEN, MANY) == frozenset(MANY) - {min(MANY)}


def test_given_another_authorizer_that_denies_many_when_looking_then_the_others_come_back() -> None:
    crowd = Crowd(*everywhere("list"))
    crowd.look_until_all_is_asked()
    denied = frozenset(sorted(MANY)[:10])
    crowd.grants.allowed -= {("list", name) for name in denied}

    seen = crowd.look(after=10)
    for _ in range(len(denied)):
        seen = crowd.look(after=PACE_SECONDS)

    assert frozenset(MANY) - denied == seen


def test_given_a_role_that_gains_the_right_when_looking_then_its_namespaces_come_at_once() -> None:
    crowd = Crowd()
    # Each no twice, so that none of them is doubted any more.
    for _ in range(2):
        crowd.look_until_all_is_asked()
        for _ in range(len(MANY) // AT_ONCE + 1):
            crowd.look(after=PACE_SECONDS)
    crowd.grants.allowed.update(everywhere("list"))

    crowd.look(after=10)
    assert len(crowd.look(after=PACE_SECONDS)) == AT_ONCE
    assert crowd.look_until_all_is_asked() == frozenset(MANY)

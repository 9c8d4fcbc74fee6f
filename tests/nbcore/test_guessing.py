from __future__ import annotations

from nbcore.guessing import Budget, Budgets, Guesses, Pauses


def guess(guesses: Guesses, times: int, now: float, *, address: str = "here") -> None:
    for _ in range(times):
        guesses.begin("alice", address, now)


def test_given_free_tries_when_they_are_used_up_then_there_is_a_pause_of_a_minute() -> None:
    guesses = Guesses()

    guess(guesses, 4, now=100)
    assert (guesses.wait("alice", "here", 100), guesses.left("alice", "here", 100)) == (0, 1)

    guess(guesses, 1, now=100)
    assert (guesses.wait("alice", "here", 100), guesses.left("alice", "here", 100)) == (60, 0)
    assert guesses.wait("alice", "here", 159.5) == 1
    assert guesses.wait("alice", "here", 160) == 0


def test_given_further_wrong_tries_when_counted_then_each_doubles_the_pause_to_its_longest() -> (
    None
):
    guesses, now, pauses = Guesses(), 0.0, []
    guess(guesses, 4, now)

    for _ in range(7):
        guess(guesses, 1, now)
        pauses.append(guesses.wait("alice", "here", now))
        now += pauses[-1]

    assert pauses == [60, 120, 240, 480, 900, 900, 900]


def test_given_a_pause_when_tried_for_others_or_from_elsewhere_then_there_is_none() -> None:
    guesses = Guesses()
    guess(guesses, 9, now=0)

    assert guesses.wait("alice", "elsewhere", 0) == 0
    assert guesses.wait("bob", "here", 0) == 0


def test_given_the_right_password_when_known_then_the_tries_before_are_forgotten() -> None:
    guesses = Guesses()
    guess(guesses, 4, now=0)

    guesses.was_right("alice", "here")

    assert guesses.left("alice", "here", 0) == 5
    assert len(guesses) == 0


def test_given_an_hour_without_a_try_when_tried_then_counting_begins_anew() -> None:
    guesses = Guesses()
    guess(guesses, 8, now=0)

    assert guesses.left("alice", "here", 3601) == 5

    guess(guesses, 1, now=3601)
    assert guesses.left("alice", "here", 3601) == 4


def test_given_a_flood_of_names_when_counted_then_the_quietest_make_room() -> None:
    guesses = Guesses(Pauses(pairs=100))
    guess(guesses, 5, now=0)
    for number in range(99):
        guesses.begin(f"user{number}", "there", 1)
    guess(guesses, 1, now=2)

    for number in range(50):
        guesses.begin(f"other{number}", "there", 3)

    assert len(guesses) == 100
    assert guesses.wait("alice", "here", 3) > 0
    assert guesses.left("user0", "there", 3) == 5


def test_given_old_tries_when_another_comes_then_they_take_no_memory() -> None:
    guesses = Guesses()
    for number in range(50):
        guesses.begin(f"user{number}", "there", 0)

    guess(guesses, 1, now=4000)

    assert len(guesses) == 1


def spend(budgets: Budgets, times: int, now: float, *, address: str = "here") -> None:
    for _ in range(times):
        budgets.begin(address, now)


def test_given_a_budget_when_it_is_spent_then_the_address_has_a_pause_and_no_other() -> None:
    budgets = Budgets()
    spend(budgets, 29, now=0)
    assert budgets.wait("here", 0) == 0

    spend(budgets, 1, now=200)

    assert budgets.wait("here", 200) == 300
    assert budgets.wait("here", 499.5) == 1
    assert budgets.wait("here", 500) == 0
    assert budgets.wait("elsewhere", 200) == 0


def test_given_a_budget_when_its_minutes_are_over_then_counting_begins_anew() -> None:
    budgets = Budgets()
    spend(budgets, 29, now=0)

    spend(budgets, 29, now=300)
    assert budgets.wait("here", 300) == 0

    spend(budgets, 1, now=300)
    assert budgets.wait("here", 300) == 300


def test_given_tries_that_were_not_wrong_when_taken_back_then_no_others_are() -> None:
    budgets = Budgets()
    spend(budgets, 30, now=0)

    budgets.was_not_wrong("here")
    budgets.was_not_wrong("unknown")
    assert (budgets.wait("here", 0), len(budgets)) == (0, 1)

    spend(budgets, 1, now=0)
    assert budgets.wait("here", 0) == 300


def test_given_a_flood_of_addresses_when_counted_then_the_oldest_make_room() -> None:
    budgets = Budgets(Budget(free=2, addresses=10))
    for number in range(10):
        spend(budgets, 1, now=number, address=f"a{number}")
    spend(budgets, 1, now=10, address="a0")

    spend(budgets, 1, now=11, address="new")

    assert len(budgets) == 10
    assert budgets.wait("a0", 11) > 0

    spend(budgets, 1, now=400, address="later")
    assert len(budgets) == 1

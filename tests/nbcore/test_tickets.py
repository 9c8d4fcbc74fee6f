from __future__ import annotations

from nbcore.identity import Person
from nbcore.tickets import MOST_HANDED_OVER, MOST_SIGN_INS, Ticket, Tickets


def ticket(parent: str = "", until: float = 30) -> Ticket:
    return Ticket(Person("alice"), "s1", "", parent, until)


def test_given_a_ticket_when_taken_then_it_is_used_up() -> None:
    tickets = Tickets()
    tickets.add("a", ticket(), 0)

    assert tickets.take("a") == ticket()
    assert tickets.take("a") is None
    assert tickets.take("unknown") is None


def test_given_tickets_that_ended_when_another_comes_then_they_alone_take_no_memory() -> None:
    tickets = Tickets()
    for number in range(10):
        tickets.add(f"k{number}", ticket(until=number), 0)

    tickets.add("new", ticket(until=38), 8)

    assert len(tickets) == 3
    assert tickets.take("k7") is None
    assert tickets.take("k8")


def test_given_too_many_of_one_session_when_another_comes_then_its_own_oldest_gives_way() -> None:
    tickets = Tickets()
    tickets.add("bobs", ticket("bob"), 0)
    tickets.add("sign-in", ticket(), 0)

    for number in range(MOST_HANDED_OVER + 1):
        tickets.add(f"k{number}", ticket("alice"), 0)

    assert len(tickets) == MOST_HANDED_OVER + 2
    assert tickets.take("k0") is None
    assert all(tickets.take(key) for key in ("k1", f"k{MOST_HANDED_OVER}", "bobs", "sign-in"))


def test_given_too_many_sign_ins_when_another_comes_then_the_oldest_sign_in_gives_way() -> None:
    tickets = Tickets()
    tickets.add("handed over", ticket("alice"), 0)

    for number in range(MOST_SIGN_INS + 5):
        tickets.add(f"k{number}", ticket(), 0)

    assert len(tickets) == MOST_SIGN_INS + 1
    assert tickets.take("k4") is None
    assert tickets.take("k5")
    assert tickets.take("handed over")


def test_given_a_session_that_ends_when_its_tickets_are_dropped_then_no_others_are() -> None:
    tickets = Tickets()
    tickets.add("a", ticket("alice"), 0)
    tickets.add("b", ticket("bob"), 0)

    tickets.drop_of("alice")
    tickets.drop_of("alice")

    assert tickets.take("a") is None
    assert tickets.take("b")
    assert len(tickets) == 0

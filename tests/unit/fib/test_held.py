"""What is held of prefixes: several forms, pages of a dump, and how it is let go."""

from bgpkit.fib.form import Forms, make_form
from bgpkit.fib.held import drop, emptied, gather, put
from bgpkit.fib.netlink.page import Page, Route

ONE, TWO = (make_form(6, [], 0),), (make_form(6, [], 9),)
OURS, STATIC = 12, 4
KEYS = [bytes((24, 10, 0, number)) for number in range(4)]


def test_a_page_of_ours_is_held_whole() -> None:
    """Nothing is left of it."""
    held: dict[bytes, Forms] = {KEYS[0]: ONE}
    page: list[Route] = [(key, OURS, ONE) for key in KEYS[1:]]
    assert gather(held, Page.of(page), OURS) == []
    assert held == dict.fromkeys(KEYS, ONE)


def test_a_prefix_with_two_metrics_holds_both_wherever_they_stand() -> None:
    """In one page, or in two."""
    held: dict[bytes, Forms] = {}
    assert gather(held, Page.of([(KEYS[0], OURS, ONE), (KEYS[0], OURS, TWO), (KEYS[1], OURS, ONE)]), OURS) == []
    assert gather(held, Page.of([(KEYS[1], OURS, TWO), (KEYS[2], OURS, ONE)]), OURS) == []
    assert held == {KEYS[0]: (*ONE, *TWO), KEYS[1]: (*ONE, *TWO), KEYS[2]: ONE}


def test_the_routes_of_others_come_back() -> None:
    """In their order, and they are not held."""
    held: dict[bytes, Forms] = {}
    page: list[Route] = [(KEYS[1], STATIC, TWO), (KEYS[0], OURS, ONE), (KEYS[0], STATIC, ONE)]
    assert gather(held, Page.of(page), OURS) == [page[0], page[2]]
    assert held == {KEYS[0]: ONE}


def test_the_form_of_a_metric_is_put_and_dropped_alone() -> None:
    """The other stays, and is told of."""
    held: dict[bytes, Forms] = {}
    assert not put(held, KEYS[0], ONE)
    assert put(held, KEYS[0], TWO)
    assert not drop(held, KEYS[1], 0)
    assert drop(held, KEYS[0], 0)
    assert drop(held, KEYS[0], 0)
    assert held == {KEYS[0]: TWO}
    assert not drop(held, KEYS[0], 9)
    assert held == {}


def test_a_hundred_thousand_entries_are_let_go_in_slices() -> None:
    """Each step lets go of some of them."""
    entries = dict.fromkeys((number.to_bytes(4, "big") for number in range(100_000)), ONE)
    left = [len(entries) for _ in emptied(entries)]
    assert left[-1] == 0
    assert len(left) > 10

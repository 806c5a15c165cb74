"""A dump against what was held: the same dictionary when all is the same, else another one."""

from itertools import chain

import pytest

from bgpkit.fib.dumped import Dumped
from bgpkit.fib.form import Form, Forms, Hop, make_form
from bgpkit.fib.netlink.page import Page, Route

OURS, STATIC = 12, 4
KEYS = [bytes((24, 10, 0, number)) for number in range(4)]


def by(gateway: int, ifindex: int = 3, metric: int = 0) -> tuple[Form]:
    """Return the form of a route by 10.0.0.n."""
    return (make_form(1, [Hop(bytes((10, 0, 0, gateway)), ifindex, onlink=False, weight=1)], metric),)


def held() -> dict[bytes, Forms]:
    """Return four routes, of which the kernel has found the interface itself."""
    return {key: by(2, ifindex=0) for key in KEYS}


def dumped(before: dict[bytes, Forms], *pages: list[Route]) -> Dumped:
    """Return what a dump of some pages has shown."""
    made = Dumped(before, OURS)
    for page in pages:
        made.add(Page.of(page))
    for _ in made.end():
        pass
    return made


def rows(*keys: bytes) -> list[Route]:
    """Return routes as the kernel spells them."""
    return [(key, OURS, by(2)) for key in keys]


def test_what_is_as_held_stays_the_same_dictionary() -> None:
    """In its order, with the forms as the kernel spells them."""
    before = held()
    made = dumped(before, rows(KEYS[2], KEYS[3]), rows(KEYS[1], KEYS[0]))
    assert made.routes() is before
    assert list(before.items()) == [(key, by(2)) for key in KEYS]
    again = dumped(before, rows(*KEYS))
    assert again.routes() is before


@pytest.mark.parametrize(
    "pages",
    [
        [rows(*KEYS[:3])],
        [[*rows(*KEYS[:3]), (KEYS[3], OURS, by(3))]],
        [rows(*KEYS[:3]), [(KEYS[3], OURS, by(2, metric=9))]],
        [rows(*KEYS), rows(b"\x08\x0b")],
        [rows(*KEYS[:2], *KEYS[:2])],
        [rows(*KEYS[:2]), rows(*KEYS[:2])],
        [[*rows(*KEYS), (KEYS[0], OURS, by(2, metric=9))]],
        [],
    ],
    ids=["one less", "another way", "another metric", "one more", "twice", "twice in two", "two metrics", "nothing"],
)
def test_what_is_not_as_held_is_another_dictionary(pages: list[list[Route]]) -> None:
    """It has what the dump has shown, wherever the difference stands; what was held is compared with it later."""
    before = held()
    made = dumped(before, *pages)
    expected: dict[bytes, Forms] = {}
    for key, _, forms in chain.from_iterable(pages):
        expected[key] = (*expected.get(key, ()), *forms)
    assert made.routes() == expected
    assert made.routes() is not before
    assert before.keys() == set(KEYS)


def test_routes_of_others_come_back() -> None:
    """They may be among ours."""
    before = held()
    made = Dumped(before, OURS)
    stranger: Route = (KEYS[0], STATIC, by(9, metric=7))
    assert made.add(Page.of([*rows(*KEYS), stranger])) == [stranger]
    assert list(made.end())
    assert made.routes() == {key: by(2) for key in KEYS}


def test_the_pages_end_one_at_a_time() -> None:
    """A dictionary of a million routes is made, or not made, between turns of the loop."""
    for before in ({}, held()):
        made = Dumped(before, OURS)
        for key in KEYS:
            made.add(Page.of(rows(key)))
        assert len(list(made.end())) >= len(KEYS)

"""The walk over what is wanted: each prefix of a moved spec is found, whatever changes meanwhile."""

import pytest

from bgpkit.fib import RouteKind, moves
from bgpkit.fib.moves import Moves
from bgpkit.fib.route import Spec

pytestmark = pytest.mark.interpreted

A, B, C = (Spec(RouteKind.BLACKHOLE, ()) for _ in range(3))


@pytest.fixture(autouse=True)
def slices_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Walk two prefixes at a time."""
    monkeypatch.setattr(moves, "_SLICE", 2)


def table(words: str) -> dict[bytes, Spec]:
    """Return a table with one key for each letter of ``words``: capitals are prefixes of A, small ones of B."""
    return {word.encode(): A if word.isupper() else B for word in words}


def rest(walk: Moves) -> bytes:
    """Take all that is left."""
    found = b""
    while walk.left:
        found += b"".join(walk.take())
    return found


def test_the_prefixes_of_moved_specs_are_found_slice_by_slice() -> None:
    """Others are passed over; what is left says how far it is."""
    walk = Moves(table("AbCDe"))
    assert walk.left == 0
    walk.add(A)
    assert (walk.left, walk.take()) == (5, [b"A"])
    assert (walk.left, walk.take()) == (3, [b"C", b"D"])
    assert (walk.left, walk.take(), walk.left) == (1, [], 0)


def test_a_table_that_is_walked_to_its_very_end_is_done() -> None:
    """A length that is a multiple of the slice costs one empty slice more."""
    walk = Moves(table("AB"))
    walk.add(A)
    assert rest(walk) == b"AB"


def test_nothing_wanted_is_nothing_to_find() -> None:
    """An empty table ends the walk too."""
    walk = Moves({})
    walk.add(A)
    assert rest(walk) == b""


def test_a_spec_that_moves_during_a_walk_gets_its_own() -> None:
    """It begins anew, for what has been passed already."""
    walk = Moves(table("aBcDE"))
    walk.add(A)
    walk.take()
    walk.add(B)
    assert rest(walk) == b"DEac"


def test_what_moves_up_is_not_passed_over() -> None:
    """Prefixes before the place are removed: those behind it come nearer."""
    desired = table("ABCDEF")
    walk = Moves(desired)
    walk.add(A)
    walk.take()
    del desired[b"A"], desired[b"B"]
    walk.removed(2)
    assert rest(walk) == b"CDEF"


def test_as_many_come_as_go() -> None:
    """The length is the same, yet the places are others."""
    desired = table("ABCDEF")
    walk = Moves(desired)
    walk.add(A)
    walk.take()
    del desired[b"A"]
    walk.removed(1)
    desired[b"G"] = A
    assert set(rest(walk)) >= set(b"CDEFG")


def test_what_comes_is_found_at_the_end() -> None:
    """A prefix that is added during the walk."""
    desired = table("ABC")
    walk = Moves(desired)
    walk.add(A)
    walk.take()
    desired[b"D"] = A
    assert rest(walk) == b"CD"


def test_cleared() -> None:
    """Nothing more is found."""
    walk = Moves(table("AB"))
    walk.add(A)
    walk.take()
    walk.add(B)
    walk.clear()
    assert rest(walk) == b""

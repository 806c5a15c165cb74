"""Two layers of wishes: stated routes hide followed ones."""

from ipaddress import IPv4Address

from bgpkit.fib import KernelRoute, NextHop, RouteKind
from bgpkit.fib.operation import Answers, Refusal
from bgpkit.fib.reconciler import Reconciler
from bgpkit.fib.resolve import Resolver
from bgpkit.fib.route import Spec
from bgpkit.fib.wanted import Wanted
from bgpkit_rib import Prefix

PREFIX = Prefix.parse("10.1.0.0/16")
KEY, OTHER = PREFIX.key, b"\x10\x0a\x02"
STATED = KernelRoute(prefix=PREFIX, kind=RouteKind.BLACKHOLE)
FOLLOWED = Spec(RouteKind.UNICAST, (NextHop(IPv4Address("10.0.0.2")),))
NEWER = Spec(RouteKind.UNICAST, (NextHop(IPv4Address("10.0.0.3")),))


def layers() -> tuple[Wanted, Reconciler]:
    """Return both layers over an empty reconciler."""
    reconciler = Reconciler(32, 12, Resolver(32, lambda _: 0))
    return Wanted(reconciler), reconciler


def test_a_statement_hides_what_is_followed() -> None:
    """The stated route is wanted, whichever came first."""
    for stated_first in (True, False):
        wanted, reconciler = layers()
        if stated_first:
            wanted.state(STATED)
        wanted.follow([KEY, OTHER], FOLLOWED)
        wanted.state(STATED)
        assert reconciler.desired == {KEY: wanted.spec(STATED), OTHER: FOLLOWED}


def test_a_withdrawn_statement_uncovers_what_is_followed_now() -> None:
    """Changes of the followed route below a statement count."""
    wanted, reconciler = layers()
    wanted.follow([KEY], FOLLOWED)
    wanted.state(STATED)
    wanted.follow([KEY], NEWER)
    wanted.unstate(KEY)
    assert reconciler.desired == {KEY: NEWER}


def test_a_withdrawn_statement_over_nothing_leaves_nothing() -> None:
    """What was followed once and is no longer does not come back."""
    wanted, reconciler = layers()
    wanted.follow([KEY], FOLLOWED)
    wanted.state(STATED)
    wanted.follow([KEY], None)
    assert reconciler.desired == {KEY: wanted.spec(STATED)}
    wanted.unstate(KEY)
    assert reconciler.desired == {}


def test_following_no_longer_keeps_the_statement() -> None:
    """The node's own blackhole stays when a peer withdraws the same prefix."""
    wanted, reconciler = layers()
    wanted.state(STATED)
    wanted.follow([KEY], FOLLOWED)
    wanted.follow([KEY], None)
    assert reconciler.desired == {KEY: wanted.spec(STATED)}


def test_unstating_what_is_only_followed_changes_nothing() -> None:
    """A caller may withdraw what it never stated."""
    wanted, reconciler = layers()
    wanted.follow([KEY], FOLLOWED)
    wanted.unstate(KEY)
    assert reconciler.desired == {KEY: FOLLOWED}


def test_unstating_lets_an_adopted_route_go() -> None:
    """A stale route that its owner says it does not want is removed without waiting for the sweep."""
    wanted, reconciler = layers()
    form = Resolver(32, lambda _: 0).resolve(FOLLOWED)
    assert not isinstance(form, Refusal)
    reconciler.take_dump({KEY: form}, {}, 0.0)
    assert list(reconciler.adopt())
    wanted.unstate(KEY)
    assert reconciler.stale == set()
    assert [operation.verb.value for operation in reconciler.take(9, 0.0)] == ["delete"]


def test_equal_contents_are_one_spec() -> None:
    """Stating an equal route again is not even a change."""
    wanted, reconciler = layers()
    wanted.state(STATED)
    pending = reconciler.pending
    wanted.state(KernelRoute(prefix=PREFIX, kind=RouteKind.BLACKHOLE))
    assert reconciler.pending == pending


def moving(hops: tuple[NextHop, ...]) -> Spec:
    """Return a spec of its own."""
    return Spec(RouteKind.UNICAST, hops)


def written(reconciler: Reconciler) -> list[tuple[str, bytes]]:
    """Take all there is to do, answer it, and return verb and key of each."""
    done: list[tuple[str, bytes]] = []
    while reconciler.pending:
        operations = reconciler.take(2, 0.0)
        reconciler.settle(operations, Answers({}, complete=True), 0.0)
        done += [(each.verb.value, each.key) for each in operations]
    return done


def test_a_next_hop_that_moves_takes_its_routes_along() -> None:
    """All that is followed as the spec is replaced, and nothing else."""
    wanted, reconciler = layers()
    spec = moving(FOLLOWED.next_hops)
    wanted.follow([KEY, OTHER], spec)
    wanted.follow([b"\x10\x0a\x03"], FOLLOWED)
    written(reconciler)
    wanted.move(spec, NEWER.next_hops)
    assert written(reconciler) == [("replace", KEY), ("replace", OTHER)]
    wanted.move(spec, NEWER.next_hops)
    assert reconciler.pending == 0


def test_without_a_way_the_routes_go_until_it_moves_again() -> None:
    """No next hop: what is held is removed, though it stays wanted."""
    wanted, reconciler = layers()
    spec = moving(FOLLOWED.next_hops)
    wanted.follow([KEY], spec)
    written(reconciler)
    wanted.move(spec, ())
    assert written(reconciler) == [("delete", KEY)]
    assert reconciler.agrees(KEY)
    for _ in reconciler.compare():
        pass
    assert reconciler.pending == 0
    wanted.move(spec, NEWER.next_hops)
    assert written(reconciler) == [("add", KEY)]


def test_a_statement_hides_a_next_hop_that_moves() -> None:
    """What is stated stays; what it hides comes out as moved."""
    wanted, reconciler = layers()
    spec = moving(FOLLOWED.next_hops)
    wanted.follow([KEY], spec)
    wanted.state(STATED)
    written(reconciler)
    wanted.move(spec, NEWER.next_hops)
    assert written(reconciler) == []
    wanted.unstate(KEY)
    assert written(reconciler) == [("replace", KEY)]
    assert reconciler.held[KEY][0].hops[0].gateway == b"\x0a\0\0\x03"


def test_a_move_forgives_the_failures_of_its_routes() -> None:
    """The kernel refused the old next hop; the new one is tried at once."""
    wanted, reconciler = layers()
    spec = moving(FOLLOWED.next_hops)
    wanted.follow([KEY], spec)
    reconciler.settle(reconciler.take(9, 0.0), Answers({0: Refusal(101, "no")}, complete=True), 0.0)
    assert KEY in reconciler.attempts.failed
    wanted.move(spec, NEWER.next_hops)
    assert written(reconciler) == [("add", KEY)]
    assert not reconciler.attempts.failed

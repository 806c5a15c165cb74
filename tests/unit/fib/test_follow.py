"""Following a speaker: best paths that are not its own become gateway routes."""

from ipaddress import IPv4Address

from bgpkit.fib import NextHop
from bgpkit.fib.follow import Follower
from bgpkit.fib.form import make_form
from bgpkit.fib.gateway import gateway_of
from bgpkit.fib.multipath import Specs, Via
from bgpkit.fib.reconciler import Reconciler
from bgpkit.fib.resolve import Resolver
from bgpkit.fib.wanted import Wanted
from bgpkit_rib import MultipathOptions, Path, Source, SourceKind, Table

PEER = Source("peer", SourceKind.CLIENT, address=b"\x0a\0\0\2", bgp_identifier=2)
OTHER = Source("other", SourceKind.EBGP, address=b"\x0a\0\0\3", bgp_identifier=3)
THIRD = Source("third", SourceKind.CLIENT, address=b"\x0a\0\0\4", bgp_identifier=4)
LOCAL = Source("local", SourceKind.LOCAL)
KEYS = [b"\x10\x0a\x01", b"\x10\x0a\x02"]


def path(source: Source, *, local_pref: int = 100, next_hop: bytes = b"\x0a\0\0\x07", eligible: bool = True) -> Path:
    """Return a path; only its next hop, its preference and where it comes from matter."""
    return Path(
        source,
        b"\x40\x05\x04" + local_pref.to_bytes(4, "big"),
        next_hop=next_hop,
        local_pref=local_pref,
        eligible=eligible,
    )


def follow(
    table: Table,
    via: Via = gateway_of,
    multipath: MultipathOptions | None = None,
    *,
    followers: list[Follower] | None = None,
) -> tuple[Reconciler, list[None]]:
    """Follow ``table``; return who is told, and the list that grows with each wake; e0 has the index 1, e1 the index 2.

    The follower is added to ``followers``.
    """
    resolver = Resolver(32, lambda name: int(name[1:]) + 1 if name[:1] == "e" else 0)
    reconciler = Reconciler(32, 12, resolver)
    woken: list[None] = []
    follower = Follower(Wanted(reconciler), Specs(via, 7, multipath), lambda: woken.append(None))
    if followers is not None:
        followers.append(follower)
    table.subscribe(lambda keys, old, new, _nlri: follower.consume(keys, old, new))
    return reconciler, woken


def gateways(reconciler: Reconciler) -> dict[bytes, str]:
    """Return the gateway wanted for each key."""
    return {key: str(spec.next_hops[0].gateway) for key, spec in reconciler.desired.items()}


def test_best_paths_become_gateway_routes() -> None:
    """Announced by a peer, a prefix is wanted via the path's next hop, under the metric asked for."""
    table = Table(32)
    reconciler, woken = follow(table)
    table.announce(path(PEER), KEYS)
    assert gateways(reconciler) == dict.fromkeys(KEYS, "10.0.0.7")
    assert {spec.metric for spec in reconciler.desired.values()} == {7}
    assert woken


def test_a_better_path_takes_over_and_gives_back() -> None:
    """The route follows the decision process, through the loss of the best path."""
    table = Table(32)
    reconciler, _ = follow(table)
    table.announce(path(PEER), KEYS)
    table.announce(path(OTHER, local_pref=200, next_hop=b"\x0a\0\0\x08"), KEYS[:1])
    assert gateways(reconciler) == {KEYS[0]: "10.0.0.8", KEYS[1]: "10.0.0.7"}
    table.withdraw(OTHER, KEYS[:1])
    assert gateways(reconciler) == dict.fromkeys(KEYS, "10.0.0.7")


def test_a_withdrawn_prefix_is_not_wanted() -> None:
    """The last path goes, the wish goes."""
    table = Table(32)
    reconciler, _ = follow(table)
    table.announce(path(PEER), KEYS)
    table.withdraw(PEER, KEYS[1:])
    assert gateways(reconciler) == {KEYS[0]: "10.0.0.7"}


def test_own_routes_are_not_installed() -> None:
    """What the speaker itself originates is in the kernel already, put there by whoever announced it."""
    table = Table(32)
    reconciler, _ = follow(table)
    table.announce(path(LOCAL, next_hop=b""), KEYS)
    assert reconciler.desired == {}


def test_an_own_route_that_wins_removes_the_peers() -> None:
    """A peer's path that loses to an own one is not wanted any more, and comes back when the own one goes."""
    table = Table(32)
    reconciler, _ = follow(table)
    table.announce(path(PEER), KEYS)
    table.announce(path(LOCAL, next_hop=b"", local_pref=200), KEYS)
    assert reconciler.desired == {}
    table.withdraw(LOCAL, KEYS)
    assert gateways(reconciler) == dict.fromkeys(KEYS, "10.0.0.7")


def test_paths_that_may_not_be_chosen_are_not_installed() -> None:
    """A looped path, or one that the import policy refused, is kept in the table but never followed."""
    table = Table(32)
    reconciler, _ = follow(table)
    table.announce(path(PEER, eligible=False), KEYS)
    assert reconciler.desired == {}


def test_via_decides_how_a_path_is_forwarded() -> None:
    """An overlay sends by tunnel, and leaves out what it cannot reach."""
    table = Table(32)

    def by_tunnel(best: Path) -> NextHop | None:
        return NextHop(IPv4Address(best.next_hop), "tunl0", onlink=True) if best.source is PEER else None

    reconciler, _ = follow(table, by_tunnel)
    table.announce(path(PEER), KEYS)
    assert {spec.next_hops for spec in reconciler.desired.values()} == {
        (NextHop(IPv4Address("10.0.0.7"), "tunl0", onlink=True),)
    }
    table.announce(path(OTHER, local_pref=200), KEYS)
    assert {spec.next_hops for spec in reconciler.desired.values()} == {()}


def test_with_multipath_every_change_of_the_members_is_followed() -> None:
    """One comes, one goes, one may not be chosen any more; the rank among them does not matter."""
    table = Table(32)
    reconciler, _ = follow(table, multipath=MultipathOptions(maximum_ebgp=4, maximum_ibgp=4))

    def members() -> set[str]:
        return {str(hop.gateway) for hop in reconciler.desired[KEYS[0]].next_hops}

    table.announce(path(PEER), KEYS)
    table.announce(path(THIRD, next_hop=b"\x0a\0\0\x08"), KEYS)
    assert members() == {"10.0.0.7", "10.0.0.8"}
    table.announce(path(THIRD, next_hop=b"\x0a\0\0\x09"), KEYS)
    assert members() == {"10.0.0.7", "10.0.0.9"}
    table.announce(path(THIRD, next_hop=b"\x0a\0\0\x09", eligible=False), KEYS)
    assert members() == {"10.0.0.7"}
    table.announce(path(THIRD, next_hop=b"\x0a\0\0\x08"), KEYS)
    table.withdraw(PEER, KEYS)
    assert members() == {"10.0.0.8"}
    table.withdraw(THIRD, KEYS)
    assert reconciler.desired == {}


def test_a_change_behind_the_paths_in_use_wakes_nobody() -> None:
    """A worse path comes and goes; ``via`` is not asked again, and the writer sleeps on."""
    table = Table(32)
    reconciler, woken = follow(table)
    table.announce(path(PEER, local_pref=200), KEYS)
    woken.clear()
    table.announce(path(OTHER, next_hop=b"\x0a\0\0\x08"), KEYS)
    table.withdraw(OTHER, KEYS)
    assert woken == []
    assert gateways(reconciler) == dict.fromkeys(KEYS, "10.0.0.7")


def test_what_via_says_later_does_not_keep_a_route() -> None:
    """It may have changed its mind since: a path that goes takes its route along all the same."""
    table = Table(32)
    known = {PEER}
    reconciler, _ = follow(table, lambda one: gateway_of(one) if one.source in known else None)
    table.announce(path(PEER), KEYS)
    known.clear()
    table.withdraw(PEER, KEYS)
    assert reconciler.desired == {}


def test_a_path_that_is_not_forwarded_leaves_an_adopted_route_to_the_sweep() -> None:
    """Nothing was followed there; there may be a way by then."""
    table = Table(32)
    reconciler, _ = follow(table, lambda _: None)
    reconciler.held = {KEYS[0]: (make_form(6, [], 0),)}
    assert list(reconciler.adopt())
    table.announce(path(PEER), KEYS)
    assert list(reconciler.take(9, 0.0)) == []
    assert reconciler.stale == {KEYS[0]}
    reconciler.sweep()
    assert [operation.key for operation in reconciler.take(9, 0.0)] == KEYS[:1]


def test_a_replay_among_changes_ends_with_the_table() -> None:
    """Blocks without an old entry, told of keys that were never told of, between ordinary ones."""
    reconciler = Reconciler(32, 12, Resolver(32, lambda _: 0))
    follower = Follower(Wanted(reconciler), Specs(gateway_of, 0), lambda: None)
    first, second = path(PEER), path(OTHER, local_pref=200, next_hop=b"\x0a\0\0\x08")
    follower.consume(KEYS[:1], None, first)
    follower.consume(KEYS[1:], None, (second, first))
    follower.consume(KEYS[:1], first, (second, first))
    follower.consume(KEYS[1:], (second, first), None)
    assert gateways(reconciler) == {KEYS[0]: "10.0.0.8"}


def test_what_is_forwarded_otherwise_moves_and_the_rest_stays() -> None:
    """No block comes from the table: the routes of one next hop go by another link, those of the other are left."""
    table = Table(32)
    links = {7: "e0", 8: "e0"}
    followers: list[Follower] = []
    reconciler, woken = follow(
        table, lambda one: NextHop(IPv4Address("10.9.9.9"), links[one.next_hop[3]]), followers=followers
    )
    table.announce(path(PEER), KEYS[:1])
    table.announce(path(PEER, next_hop=b"\x0a\0\0\x08"), KEYS[1:])
    specs = dict(reconciler.desired)
    reconciler.take(9, 0.0)
    woken.clear()
    links[7] = "e1"
    followers[0].next_hops_changed()
    assert woken
    assert reconciler.desired == specs
    assert {key: spec.next_hops[0].device for key, spec in specs.items()} == {KEYS[0]: "e1", KEYS[1]: "e0"}
    assert [operation.key for operation in reconciler.take(9, 0.0)] == KEYS[:1]
    followers[0].next_hops_changed()
    assert reconciler.pending == 0


def test_without_a_way_there_is_no_route_until_it_is_back() -> None:
    """Announced before, between or after: each prefix is wanted by what ``via`` says in the end."""
    table = Table(32)
    way: list[NextHop] = []
    followers: list[Follower] = []
    reconciler, _ = follow(table, lambda _: tuple(way) or None, followers=followers)
    table.announce(path(PEER), KEYS[:1])
    assert [spec.next_hops for spec in reconciler.desired.values()] == [()]
    assert list(reconciler.take(9, 0.0)) == []
    way.append(NextHop(IPv4Address("10.9.9.9")))
    table.announce(path(PEER, local_pref=99), KEYS[1:])
    followers[0].next_hops_changed()
    assert gateways(reconciler) == dict.fromkeys(KEYS, "10.9.9.9")
    assert sorted(operation.key for operation in reconciler.take(9, 0.0)) == KEYS
    way.clear()
    followers[0].next_hops_changed()
    assert {spec.next_hops for spec in reconciler.desired.values()} == {()}


def test_a_via_that_fails_is_no_way_until_it_is_asked_again() -> None:
    """Somebody else's fault loses no route for ever, and stops no other."""
    table, broken = Table(32), [True]

    def via(path: Path) -> NextHop | None:
        if broken and path.next_hop == b"\x0a\0\0\x07":
            raise RuntimeError("somebody else's fault")
        return gateway_of(path)

    followers: list[Follower] = []
    reconciler, _ = follow(table, via, followers=followers)
    table.announce(path(PEER), KEYS[:1])
    table.announce(path(PEER, next_hop=b"\x0a\0\0\x08"), KEYS[1:])
    assert not reconciler.desired[KEYS[0]].leads
    assert reconciler.desired[KEYS[1]].leads
    broken.clear()
    followers[0].next_hops_changed()
    assert gateways(reconciler) == {KEYS[0]: "10.0.0.7", KEYS[1]: "10.0.0.8"}

"""What paths stand for in the kernel: one route, a next hop for each path in use."""

from dataclasses import replace
from gc import collect
from ipaddress import IPv4Address, IPv6Address
from struct import pack

import pytest

from bgpkit import AsPath
from bgpkit.fib import IpEncap, NextHop, RouteKind, gateway_of
from bgpkit.fib import multipath as module
from bgpkit.fib.multipath import Specs
from bgpkit.wire import encode_attributes
from bgpkit_fsm import IPV4_UNICAST
from bgpkit_rib import MultipathOptions, Path, PathAttributes, Source, SourceKind, Table, paths_of

KEY = b"\x10\x0a\x01"
SEVERAL = MultipathOptions(maximum_ebgp=4, maximum_ibgp=4)
LOCAL = Source("local", SourceKind.LOCAL)
PEERS = [Source(f"peer {n}", SourceKind.EBGP, address=bytes((10, 0, 0, n)), bgp_identifier=n) for n in range(8)]


def path(number: int, *asns: int, hop: int | None = None, eligible: bool = True, metric: int = 0) -> Path:
    """Return the path of one external peer, through 10.0.0.``hop``, which is its own number unless told."""
    next_hop = IPv4Address("10.0.0.0") + (number if hop is None else hop)
    attributes = PathAttributes(as_path=AsPath.of(*asns), next_hop=next_hop)
    return Path(
        PEERS[number],
        encode_attributes(attributes, IPV4_UNICAST),
        next_hop=next_hop.packed,
        as_path_length=len(asns),
        neighbor_as=asns[0],
        eligible=eligible,
        metric=metric,
    )


def table_of(*paths: Path) -> Table:
    """Return a table with one destination."""
    table = Table(32)
    for each in paths:
        table.announce(each, [KEY])
    return table


def gateways(specs: Specs, table: Table) -> list[str]:
    """Return the gateways of the route that the destination stands for."""
    spec = specs.spec(specs.paths(table.get(KEY)))
    return [] if spec is None else [str(hop.gateway) for hop in spec.next_hops]


def test_without_multipath_only_the_best_path_counts() -> None:
    """However alike others are."""
    table = table_of(path(1, 65001, 65009), path(2, 65001, 65009))
    assert gateways(Specs(gateway_of, 0), table) == ["10.0.0.1"]


def test_paths_of_one_neighboring_as_share_the_route() -> None:
    """As their attribute blocks say, which only here are read; not those of another AS, nor those farther away."""
    table = table_of(
        path(1, 65001, 65009), path(2, 65001, 65008), path(3, 65002, 65009), path(4, 65001, 65009, metric=1)
    )
    assert gateways(Specs(gateway_of, 0, SEVERAL), table) == ["10.0.0.1", "10.0.0.2"]
    relaxed = MultipathOptions(maximum_ebgp=4, as_relaxed=True)
    assert gateways(Specs(gateway_of, 0, relaxed), table) == ["10.0.0.1", "10.0.0.2", "10.0.0.3"]


def test_a_path_that_may_not_be_chosen_is_left_out() -> None:
    """Such as one whose next hop cannot be reached."""
    table = table_of(path(1, 65001), path(2, 65001, eligible=False), path(3, 65001))
    assert gateways(Specs(gateway_of, 0, SEVERAL), table) == ["10.0.0.1", "10.0.0.3"]


def test_what_we_originate_ourselves_is_no_route_of_ours_in_the_kernel() -> None:
    """Whatever equals it."""
    table = table_of(path(1, 65001), Path(LOCAL, b"", next_hop=b"\x0a\0\0\x09", local_pref=200))
    assert gateways(Specs(gateway_of, 0, SEVERAL), table) == []


def test_alike_routes_are_one_object() -> None:
    """Whichever path is the best; so the kernel hears nothing of a change of rank among them."""
    specs = Specs(gateway_of, 7, SEVERAL)
    first, second = path(1, 65001), path(2, 65001)
    spec = specs.spec((first, second))
    assert spec is not None
    assert spec is specs.spec((second, first))
    assert spec is specs.spec((path(1, 65002), path(2, 65002)))
    assert (spec.kind, spec.metric) == (RouteKind.UNICAST, 7)


def test_one_way_is_told_once() -> None:
    """Two next hops that go the same way, by ``via`` or by address, are one for the kernel."""
    tunnel = NextHop(IPv4Address("10.9.9.9"), "tunl0", onlink=True)
    specs = Specs(lambda _: tunnel, 0, SEVERAL)
    spec = specs.spec((path(1, 65001), path(2, 65001)))
    assert spec is not None
    assert spec.next_hops == (tunnel,)


def test_paths_that_via_leaves_out_are_not_in_the_route() -> None:
    """Nor has it any next hop when nothing is left."""
    specs = Specs(lambda one: None if one.source is PEERS[1] else gateway_of(one), 0, SEVERAL)
    assert gateways(specs, table_of(path(1, 65001), path(2, 65001))) == ["10.0.0.2"]
    assert gateways(specs, table_of(path(1, 65001))) == []


def test_a_path_without_next_hop_leads_nowhere() -> None:
    """It is not asked about, alone or among others."""
    nowhere = Path(PEERS[1], b"")
    assert Specs(gateway_of, 0).spec((nowhere,)) is None
    specs = Specs(gateway_of, 0, SEVERAL)
    assert specs.spec((nowhere, nowhere)) is None
    assert specs.spec((nowhere, path(2, 65001))) is specs.spec((path(2, 65001),))


def test_gateways_of_both_address_families_share_a_route() -> None:
    """RFC 8950: an IPv4 prefix through IPv6 neighbours."""
    six = Path(PEERS[2], b"", next_hop=IPv6Address("2001:db8::2").packed)
    spec = Specs(gateway_of, 0, SEVERAL).spec((six, path(1, 65001)))
    assert spec is not None
    assert {str(hop.gateway) for hop in spec.next_hops} == {"10.0.0.1", "2001:db8::2"}


def test_an_entry_of_one_path_is_the_same_with_multipath() -> None:
    """The usual case."""
    table = table_of(path(1, 65001))
    specs = Specs(gateway_of, 0, SEVERAL)
    assert specs.paths(table.get(KEY)) == paths_of(table.get(KEY))
    assert specs.paths(None) == ()


E0, E1, E2 = (NextHop(IPv4Address("10.9.9.9"), f"e{number}") for number in range(3))


def bandwidth(one: Path, octets: float) -> Path:
    """Return the path with a bandwidth in octets a second."""
    community = b"\x40\x04\xfd\xe8" + pack(">f", octets)
    return Path(one.source, one.raw + b"\xc0\x10\x08" + community, next_hop=one.next_hop, as_path_length=1)


def test_several_next_hops_of_one_path_are_those_of_its_route() -> None:
    """The links by which a next hop is reached, with their weights; what two paths have in common is told once."""
    forwarded: dict[str, tuple[NextHop, ...]] = {
        "peer 1": (replace(E1, weight=3), E0),
        "peer 2": (replace(E1, weight=2), E2),
    }
    specs = Specs(lambda one: forwarded[one.source.name], 0, SEVERAL)
    single = specs.spec((path(1, 65001),))
    assert single is not None
    assert single.next_hops == (E0, replace(E1, weight=3))
    both = specs.spec((path(1, 65001), path(2, 65001)))
    assert both is not None
    assert both.next_hops == (E0, replace(E1, weight=3), E2)
    forwarded["peer 2"] = (replace(E0, encap=IpEncap(destination=IPv4Address("192.0.2.1"))),)
    assert specs.moved() == [(both, (E0, *forwarded["peer 2"], replace(E1, weight=3)))]


def test_next_hops_that_are_forwarded_alike_are_routes_of_their_own() -> None:
    """They may move one by one."""
    links = {1: E0, 2: E0}
    specs = Specs(lambda one: links[one.next_hop[3]], 0)
    one, other = specs.spec((path(1, 65001),)), specs.spec((path(2, 65001),))
    assert one is not None
    assert other is not None
    assert one is not other
    assert one is specs.spec((path(1, 65002),))
    links[1] = E1
    assert specs.moved() == [(one, (E1,))]
    one.next_hops = (E1,)
    assert specs.moved() == []
    assert specs.spec((path(1, 65003),)) is one
    assert specs.spec((path(2, 65003),)) is other


def test_a_set_moves_with_any_of_its_members() -> None:
    """To nowhere as well, and back; in whatever order its paths are named."""
    links: dict[int, NextHop | None] = {1: E0, 2: E1}
    specs = Specs(lambda one: links[one.next_hop[3]], 0, SEVERAL)
    spec = specs.spec((path(1, 65001), path(2, 65001)))
    assert spec is not None
    for first, second, wanted in ((E2, E1, (E1, E2)), (None, E1, (E1,)), (None, None, ()), (E0, E1, (E0, E1))):
        links.update({1: first, 2: second})
        assert specs.moved() == [(spec, wanted)]
        spec.next_hops = wanted
        assert specs.spec((path(2, 65001), path(1, 65001))) is spec


def test_what_nobody_has_any_more_is_not_asked_for() -> None:
    """And what somebody has is, however many there are."""
    asked: list[bytes] = []

    def via(one: Path) -> NextHop | None:
        asked.append(one.next_hop)
        return gateway_of(one)

    specs = Specs(via, 0)
    kept = [specs.spec((path(1, 65001, hop=number),)) for number in range(100)]
    specs.moved()
    del kept[50:]
    collect()
    asked.clear()
    specs.moved()
    assert sorted(octets[3] for octets in asked) == list(range(50))


def test_more_next_hops_than_are_remembered_all_move(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound is on what is found quickly, not on what is in use."""
    monkeypatch.setattr(module, "_REMEMBERED", 4)
    link = E0
    specs = Specs(lambda _: link, 0)
    kept = [specs.spec((path(1, 65001, hop=number),)) for number in range(100)]
    assert kept == [specs.spec((path(1, 65001, hop=number),)) for number in range(100)]
    link = E1
    assert {id(spec) for spec, _ in specs.moved()} == {id(spec) for spec in kept}


def test_by_their_bandwidths_paths_share_the_traffic() -> None:
    """Only when told so, and only where each tells one; a set with other bandwidths is another route."""
    one, other = bandwidth(path(1, 65001), 1e9), bandwidth(path(2, 65001), 4e9)
    specs = Specs(gateway_of, 0, SEVERAL, link_bandwidth=True)

    def weights(*paths: Path, among: Specs = specs) -> list[int]:
        spec = among.spec(paths)
        assert spec is not None
        return [hop.weight for hop in spec.next_hops]

    assert weights(one, other) == weights(other, one)[::1] == [1, 4]
    assert weights(bandwidth(one, 2e9)) == [1]
    assert weights(bandwidth(path(1, 65001), 2e9), other) == [1, 2]
    assert weights(path(1, 65001), other) == [1, 1]
    assert weights(one, other, among=Specs(gateway_of, 0, SEVERAL)) == [1, 1]
    assert specs.spec((one, other)) is specs.spec((bandwidth(path(1, 65002), 2e9), bandwidth(path(2, 65002), 8e9)))
    assert specs.spec((one, other)) is not specs.spec((other, path(1, 65001)))


def test_a_share_is_divided_among_the_links_of_its_path() -> None:
    """By their weights; a link of two paths has a part of both, and so it is after a move."""
    forwarded: dict[str, tuple[NextHop, ...]] = {"peer 1": (replace(E0, weight=3), E1), "peer 2": (E1,)}
    specs = Specs(lambda one: forwarded[one.source.name], 0, SEVERAL, link_bandwidth=True)
    spec = specs.spec((bandwidth(path(1, 65001), 1e9), bandwidth(path(2, 65001), 1e9)))
    assert spec is not None
    assert spec.next_hops == (replace(E0, weight=3), replace(E1, weight=5))
    forwarded["peer 1"] = (E0,)
    assert specs.moved() == [(spec, (E0, E1))]
    forwarded["peer 1"] = (E1,)
    assert specs.moved() == [(spec, (E1,))]

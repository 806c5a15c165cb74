"""What paths stand for in the kernel: one route, a next hop for each path in use."""

from ipaddress import IPv4Address, IPv6Address

from bgpkit import AsPath
from bgpkit.fib import NextHop, RouteKind, gateway_of
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
    """Nor is there a route when nothing is left."""
    specs = Specs(lambda one: None if one.source is PEERS[1] else gateway_of(one), 0, SEVERAL)
    assert gateways(specs, table_of(path(1, 65001), path(2, 65001))) == ["10.0.0.2"]
    assert specs.spec((path(1, 65001),)) is None


def test_a_path_without_next_hop_leads_nowhere() -> None:
    """It is not asked about."""
    assert Specs(gateway_of, 0).spec((Path(PEERS[1], b""),)) is None


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

"""Which routes are a way to a next hop, and which notices leave doubt."""

from ipaddress import IPv4Address, ip_address

import pytest

from bgpkit.fib.encap import IpEncap
from bgpkit.fib.followed_table import TablePicture
from bgpkit.fib.form import Form, Hop, make_form
from bgpkit.fib.netlink.decode import AddressNotice, LinkNotice, NextHopNotice, RouteNotice
from bgpkit.fib.route import NextHop
from bgpkit.fib.ways import Lookup, Way, Ways
from bgpkit_rib import Prefix

UP, DOWN, NO_CARRIER = 0x10041, 0, 0x1
E0, E1 = 2, 3
KERNEL, STATIC, OURS = 2, 4, 12
UNREACHABLE = make_form(7, [], 0)
EVERYONE = frozenset(range(256)) - {OURS}


def through(index: int, metric: int = 0, *, gateway: str = "10.0.0.2") -> Form:
    """Return the form of a route by one interface."""
    packed = ip_address(gateway).packed if gateway else b""
    return make_form(1, [Hop(packed, index, onlink=False, weight=1)], metric)


def both(metric: int = 0) -> Form:
    """Return the form of a route by both interfaces."""
    return make_form(1, [Hop(b"\x0a\0\0\2", each, onlink=False, weight=1) for each in (E0, E1)], metric)


def link(index: int, flags: int) -> LinkNotice:
    """Return what the kernel says of an interface."""
    return LinkNotice(index, (f"e{index - 2}", flags, 0))


def notice(
    prefix: str, form: Form, protocol: int = STATIC, *, present: bool = True, replaced: bool = False
) -> RouteNotice:
    """Return what the kernel says of a route."""
    parsed = Prefix.parse(prefix)
    return RouteNotice(present, parsed.width, parsed.key, protocol, (form,), replaced)


def ways(*told: RouteNotice, default: bool = False, protocols: frozenset[int] = EVERYONE) -> Ways:
    """Return ways by interfaces that are up, and by routes that have come."""
    made = Ways(protocols, default=default)
    made.take(TablePicture([link(E0, UP), link(E1, UP)]))
    for each in told:
        made.heed(each)
    return made


def way(made: Ways, address: str) -> Way:
    """Return the way to an address."""
    return made.look_up(ip_address(address).packed).way


def test_a_connected_network_costs_nothing_whatever_its_metric() -> None:
    """IPv6 and DHCP clients give such routes a metric."""
    made = ways(
        notice("10.0.0.0/24", through(E0, 100, gateway=""), KERNEL),
        notice("2001:db8::/64", through(E0, 256, gateway=""), KERNEL),
    )
    assert way(made, "10.0.0.2") == way(made, "2001:db8::2") == Way(reachable=True, metric=0)
    made = ways(
        notice("10.0.0.0/24", through(E0, 100, gateway=""), STATIC), notice("10.1.0.0/24", through(E0, 5), KERNEL)
    )
    assert way(made, "10.0.0.2") == Way(reachable=True, metric=100)
    assert way(made, "10.1.0.2") == Way(reachable=True, metric=5)


def test_the_metric_of_the_longest_match_counts() -> None:
    """Not a smaller one of a shorter prefix."""
    made = ways(notice("10.0.0.0/8", through(E0, 5)), notice("10.1.0.0/16", through(E0, 20)))
    assert way(made, "10.1.2.3") == Way(reachable=True, metric=20)
    assert way(made, "10.2.2.3") == Way(reachable=True, metric=5)
    assert way(made, "11.0.0.1") == Way(reachable=False)


def test_routes_of_our_own_do_not_count() -> None:
    """A BGP route must not hang on itself."""
    made = ways(notice("10.1.0.0/16", through(E0), OURS), notice("10.0.0.0/8", through(E0, 7)))
    assert way(made, "10.1.2.3") == Way(reachable=True, metric=7)


def test_a_default_route_counts_only_when_told_so() -> None:
    """In each address family."""
    told = (notice("0.0.0.0/0", through(E0, 3)), notice("::/0", through(E0, 1024, gateway="fe80::1")))
    for address, metric in (("203.0.113.1", 3), ("2001:db8::1", 1024)):
        assert way(ways(*told), address) == Way(reachable=False)
        assert way(ways(*told, default=True), address) == Way(reachable=True, metric=metric)


@pytest.mark.parametrize("kind", [6, 7, 8, 9])
def test_a_route_that_refuses_packets_is_no_way(kind: int) -> None:
    """Blackhole, unreachable, prohibit, throw: though a shorter prefix leads there."""
    made = ways(notice("10.0.0.0/8", through(E0)), notice("10.1.0.0/16", make_form(kind, [], 0)))
    assert way(made, "10.1.2.3") == Way(reachable=False)


@pytest.mark.parametrize("flags", [DOWN, NO_CARRIER])
def test_an_interface_without_carrier_leads_nowhere(flags: int) -> None:
    """Until it is back; one of two is enough."""
    made = ways(notice("10.1.0.0/16", through(E0)), notice("10.2.0.0/16", both()))
    made.heed(link(E0, flags))
    assert way(made, "10.1.2.3") == Way(reachable=False)
    assert way(made, "10.2.2.3") == Way(reachable=True)
    made.heed(link(E0, UP))
    assert way(made, "10.1.2.3") == Way(reachable=True)
    made.heed(LinkNotice(E0, None))
    assert way(made, "10.1.2.3") == Way(reachable=False)


def test_the_smallest_metric_decides_though_it_leads_nowhere() -> None:
    """As in the kernel, which sends packets there."""
    made = ways(notice("10.1.0.0/16", through(E0, 1)), notice("10.1.0.0/16", through(E1, 2)))
    assert way(made, "10.1.2.3") == Way(reachable=True, metric=1)
    made.heed(link(E0, NO_CARRIER))
    assert way(made, "10.1.2.3") == Way(reachable=False)
    made.heed(notice("10.1.0.0/16", through(E0, 1), present=False))
    assert way(made, "10.1.2.3") == Way(reachable=True, metric=2)


def test_an_address_of_our_own_is_no_next_hop() -> None:
    """A route by it would lead back to us; which it is still, when one has gone, only a new picture tells."""
    made = ways(notice("10.0.0.0/24", through(E0, gateway=""), KERNEL))
    own, other = ip_address("10.0.0.1").packed, ip_address("10.0.0.2").packed
    assert made.concerned([own, other]) == [own, other]
    made.heed(AddressNotice(True, own))
    made.heed(AddressNotice(True, b""))
    assert made.concerned([own, other]) == [own]
    assert [made.look_up(each).way.reachable for each in (own, other)] == [False, True]
    made.heed(AddressNotice(False, own))
    assert made.doubtful
    made.take(TablePicture([link(E0, UP)], [other]))
    made.heed(notice("10.0.0.0/24", through(E0, gateway=""), KERNEL))
    assert [made.look_up(each).way.reachable for each in (own, other)] == [True, False]


def test_in_a_vrf_the_table_itself_tells_which_addresses_are_our_own() -> None:
    """By routes of kind local, whatever protocols count; what interfaces of other VRFs have is of no interest."""
    local = make_form(2, [], 0)
    for protocols in (EVERYONE, frozenset({STATIC})):
        made = Ways(protocols, in_vrf=True)
        picture = TablePicture([link(E0, UP)])
        key = Prefix.parse("10.1.0.1/32").key
        made.add(picture, 32, [(key, KERNEL, (local,))])
        made.take(picture)
        made.heed(notice("10.1.0.0/16", through(E0)))
        made.heed(AddressNotice(True, ip_address("10.1.0.2").packed))
        assert [way(made, each).reachable for each in ("10.1.0.1", "10.1.0.2")] == [False, True]
        made.heed(notice("10.1.0.3/32", local, KERNEL))
        assert not way(made, "10.1.0.3").reachable
        made.heed(notice("10.1.0.3/32", local, KERNEL, present=False))
        assert way(made, "10.1.0.3").reachable


def next_hops(made: Ways, address: str) -> list[str]:
    """Return gateway, interface and weight of the next hops on the way to an address."""
    found = made.look_up(ip_address(address).packed).next_hops
    return [f"{hop.gateway} {hop.device} {hop.weight}{' onlink' * hop.onlink}" for hop in found]


def test_the_way_goes_by_the_next_hops_of_the_route() -> None:
    """By its gateway; to an address on a link by that address itself, in each address family."""
    onlink = make_form(1, [Hop(ip_address("172.16.0.1").packed, E1, onlink=True, weight=1)], 0)
    made = ways(
        notice("10.0.0.0/24", through(E0, gateway=""), KERNEL),
        notice("10.1.0.0/16", through(E0, 5)),
        notice("10.2.0.0/16", through(E1, gateway="2001:db8::9")),
        notice("10.3.0.0/16", onlink),
        notice("2001:db8::/64", through(E0, 256, gateway=""), KERNEL),
        notice("2001:db8:1::/48", through(E1, 1024, gateway="fe80::9")),
    )
    assert next_hops(made, "10.0.0.9") == ["10.0.0.9 e0 1"]
    assert next_hops(made, "10.1.2.3") == ["10.0.0.2 e0 1"]
    assert next_hops(made, "10.2.2.3") == ["2001:db8::9 e1 1"]
    assert next_hops(made, "10.3.2.3") == ["172.16.0.1 e1 1 onlink"]
    assert next_hops(made, "2001:db8::7") == ["2001:db8::7 e0 1"]
    assert next_hops(made, "2001:db8:1::7") == ["fe80::9 e1 1"]
    assert next_hops(made, "11.0.0.1") == []


def test_of_several_next_hops_those_with_carrier_are_taken() -> None:
    """With the weights that the route gives them; nothing is left when the last has none."""
    hops = [Hop(b"\x0a\0\0\2", E0, onlink=False, weight=3), Hop(b"\x0a\0\1\2", E1, onlink=False, weight=5)]
    made = ways(notice("10.1.0.0/16", make_form(1, hops, 0)))
    assert next_hops(made, "10.1.2.3") == ["10.0.0.2 e0 3", "10.0.1.2 e1 5"]
    made.heed(link(E0, NO_CARRIER))
    assert next_hops(made, "10.1.2.3") == ["10.0.1.2 e1 5"]
    made.heed(link(E1, DOWN))
    assert next_hops(made, "10.1.2.3") == []


def test_of_several_routes_alike_the_first_is_taken_that_leads_on() -> None:
    """As the kernel does, which tries them in order."""
    made = Ways(EVERYONE)
    picture = TablePicture([link(E0, UP), link(E1, UP)])
    key = Prefix.parse("10.1.0.0/16").key
    made.add(picture, 32, [(key, STATIC, (through(E1),)), (key, 188, (through(E0),)), (key, 11, (through(E0, 9),))])
    made.take(picture)
    assert next_hops(made, "10.1.2.3") == ["10.0.0.2 e1 1"]
    made.heed(link(E1, NO_CARRIER))
    assert next_hops(made, "10.1.2.3") == ["10.0.0.2 e0 1"]


def test_a_renamed_interface_and_a_moved_gateway_make_another_answer() -> None:
    """Though the way is as far as before."""
    made = ways(notice("10.1.0.0/16", through(E0, 5)))
    before = made.look_up(ip_address("10.1.2.3").packed)
    made.heed(notice("10.1.0.0/16", through(E0, 5, gateway="10.0.0.3"), replaced=True))
    after = made.look_up(ip_address("10.1.2.3").packed)
    assert before.way == after.way
    assert before != after
    made.heed(LinkNotice(E0, ("wan0", UP, 0)))
    assert next_hops(made, "10.1.2.3") == ["10.0.0.3 wan0 1"]


def test_what_packets_are_wrapped_in_goes_along() -> None:
    """What leads to a next hop through a tunnel leads there through it only."""
    encap = IpEncap(destination=IPv4Address("192.0.2.1"), tunnel_id=7)
    hop = Hop(b"\x0a\0\0\2", E0, onlink=False, weight=1, encap=encap)
    made = ways(notice("10.1.0.0/16", make_form(1, [hop], 0)))
    assert [each.encap for each in made.look_up(b"\x0a\1\2\3").next_hops] == [encap]


def test_where_the_kernel_tells_no_interface_it_is_left_to_find_one() -> None:
    """So it is with next-hop objects where their routes are not expanded: nexthop_compat_mode 0."""
    made = ways(notice("10.1.0.0/16", make_form(1, [Hop(b"", 0, onlink=True, weight=1)], 0)))
    assert made.look_up(b"\x0a\1\2\3") == Lookup(Way(True), (NextHop(IPv4Address("10.1.2.3")),))


def test_only_addresses_can_be_looked_up() -> None:
    """A next hop of another length has no way, and does no harm."""
    assert ways(notice("10.0.0.0/8", through(E0))).look_up(b"\x0a") == Lookup(Way(reachable=False))


def test_a_replaced_route_takes_the_place_of_the_one_with_its_metric() -> None:
    """Whosever it was; and one of our own that replaces another takes that away."""
    made = ways(notice("10.1.0.0/16", through(E0, 1)), notice("10.1.0.0/16", through(E0, 2)))
    made.heed(notice("10.1.0.0/16", UNREACHABLE._replace(metric=1), replaced=True))
    assert way(made, "10.1.2.3") == Way(reachable=False)
    made.heed(notice("10.1.0.0/16", through(E0, 1), OURS, replaced=True))
    assert way(made, "10.1.2.3") == Way(reachable=True, metric=2)
    assert not made.doubtful


@pytest.mark.parametrize(
    ("told", "doubtful"),
    [
        (notice("10.1.0.0/16", through(E0, 1)), False),
        (notice("10.1.0.0/16", through(E1, 1)), True),
        (notice("10.1.0.0/16", through(E1, 1), KERNEL), True),
        (notice("10.1.0.0/16", through(E1, 3)), False),
        (notice("10.1.0.0/16", through(E1, 1), present=False), True),
        (notice("10.1.0.0/16", through(E1, 1), KERNEL, present=False), False),
        (notice("10.1.0.0/16", through(E1, 2), replaced=True), False),
        (notice("10.1.0.0/16", through(E0, 1), OURS), False),
        (notice("10.9.0.0/16", through(E0, 1), present=False), False),
        (link(E0, NO_CARRIER), False),
        (link(E0, DOWN), True),
        (link(9, UP), False),
        (LinkNotice(E0, None), True),
        (LinkNotice(9, None), False),
        (AddressNotice(present=True), False),
        (AddressNotice(present=False), True),
        (NextHopNotice(present=True), True),
    ],
)
def test_what_a_notice_does_not_tell_is_a_doubt(
    told: RouteNotice | LinkNotice | AddressNotice | NextHopNotice, doubtful: bool
) -> None:
    """Routes vanish with interfaces and addresses without a word, and equal ones have an order of their own."""
    made = ways(notice("10.1.0.0/16", through(E0, 1)))
    assert not made.doubtful
    made.heed(told)
    assert made.doubtful is doubtful


def test_what_replaces_one_of_several_is_a_doubt() -> None:
    """Nobody says which."""
    made = Ways(EVERYONE)
    picture = TablePicture([link(E0, UP)])
    made.add(picture, 32, [(Prefix.parse("10.1.0.0/16").key, each, (through(E0, 1),)) for each in (STATIC, KERNEL)])
    made.take(picture)
    made.heed(notice("10.1.0.0/16", UNREACHABLE._replace(metric=1), replaced=True))
    assert made.doubtful
    assert way(made, "10.1.2.3").reachable


def test_a_picture_is_the_truth() -> None:
    """What was known before is forgotten; only what counts is taken in."""
    made = ways(notice("10.1.0.0/16", through(E0)))
    picture = TablePicture([link(E0, UP)])
    keys = [Prefix.parse(text).key for text in ("0.0.0.0/0", "10.2.0.0/16", "10.3.0.0/16")]
    made.add(picture, 32, [(keys[0], STATIC, (through(E0),)), (keys[1], STATIC, (through(E0),))])
    made.add(picture, 32, [(keys[2], OURS, (through(E0),))])
    made.doubtful = True
    made.take(picture)
    assert not made.doubtful
    assert [way(made, address).reachable for address in ("10.1.0.1", "10.2.0.1", "10.3.0.1")] == [False, True, False]


def test_those_are_concerned_whose_prefix_has_changed() -> None:
    """And all, when an interface or the whole picture has."""
    made = ways(notice("10.0.0.0/8", through(E0)))
    addresses = [ip_address(text).packed for text in ("10.1.0.1", "10.2.0.1", "2001:db8::1")]
    assert made.concerned(addresses) == addresses
    assert made.concerned(addresses) == []
    made.heed(notice("10.1.0.0/16", through(E0)))
    made.heed(notice("2001:db8::/32", through(E0), OURS))
    assert made.changed
    assert made.concerned(addresses) == addresses[:1]
    assert made.concerned(addresses) == []
    made.heed(link(E1, NO_CARRIER))
    assert made.concerned(addresses) == addresses
    made.heed(link(E1, NO_CARRIER))
    made.heed(notice("10.1.0.0/16", through(E0)))
    assert not made.changed


def test_there_is_no_way_to_what_is_no_hosts_address() -> None:
    """Whatever route holds it: no packet can be given to such a neighbour."""
    made = ways(notice("0.0.0.0/0", through(E0, gateway="")), notice("::/0", through(E0, gateway="")), default=True)
    for address in ("0.0.0.0", "224.0.0.9", "::", "ff02::9"):
        assert made.look_up(ip_address(address).packed).next_hops == ()
    assert way(made, "10.9.9.9").reachable

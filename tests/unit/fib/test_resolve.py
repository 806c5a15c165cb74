"""Resolving: interface names become indexes, once, until something changes."""

from errno import EMSGSIZE, ENODEV
from ipaddress import IPv4Address, IPv6Address

from bgpkit.fib import NextHop, RouteKind
from bgpkit.fib.form import Form, Hop
from bgpkit.fib.operation import Refusal
from bgpkit.fib.resolve import Resolver
from bgpkit.fib.route import Spec

INTERFACES = {"eth0": 2, "eth1": 3}
VIA = NextHop(IPv4Address("10.0.0.2"), "eth0", onlink=True)


def test_names_become_indexes() -> None:
    """All that a spec says is in the form, addresses in octets."""
    spec = Spec(RouteKind.UNICAST, (VIA,), 7, IPv4Address("10.0.0.1"), 1400)
    expected = Form(1, (Hop(b"\x0a\0\0\2", 2, onlink=True, weight=1),), 7, b"\x0a\0\0\1", 1400)
    assert Resolver(32, lambda name: INTERFACES.get(name, 0)).resolve(spec) == (expected,)


def test_kinds_have_the_numbers_of_the_kernel() -> None:
    """RTN_BLACKHOLE is 6, RTN_UNREACHABLE 7, RTN_PROHIBIT 8 in linux/rtnetlink.h."""
    resolver = Resolver(32, lambda _: 0)
    forms = [resolver.resolve(Spec(kind, ())) for kind in RouteKind if kind is not RouteKind.UNICAST]
    assert forms == [(Form(6, (), 0),), (Form(7, (), 0),), (Form(8, (), 0),)]


def test_ipv6_without_metric_has_1024() -> None:
    """The kernel gives an IPv6 route without a metric 1024, IPv4 keeps 0 (ip-route(8))."""
    assert Resolver(128, lambda _: 0).resolve(Spec(RouteKind.BLACKHOLE, ())) == (Form(6, (), 1024),)


def test_missing_device_is_named() -> None:
    """The answer for a device that does not exist is a sentence with its name."""
    spec = Spec(RouteKind.UNICAST, (NextHop(IPv6Address("fe80::1"), "eth9"),))
    assert Resolver(128, lambda _: 0).resolve(spec) == Refusal(ENODEV, "device eth9 does not exist")


def test_more_next_hops_than_the_kernel_can_show_are_refused() -> None:
    """Linux would take such a route, but neither show nor remove it; so it is not asked."""
    hops = tuple(NextHop(IPv4Address("10.0.0.2") + number, "eth0") for number in range(1025))
    answer = Resolver(32, lambda _: 2).resolve(Spec(RouteKind.UNICAST, hops))
    expected = Refusal(EMSGSIZE, "1025 next hops are more than the kernel can show again")
    assert answer == expected, "resolved"
    assert Resolver(32, lambda _: 2).resolve(Spec(RouteKind.UNICAST, hops[1:])) != expected


def test_remembered_until_forgotten() -> None:
    """An interface is looked up once; after ``forget`` again, since it may have another index."""
    interfaces = {"eth0": 2}
    resolver = Resolver(32, lambda name: interfaces.get(name, 0))
    spec = Spec(RouteKind.UNICAST, (VIA,))
    first = resolver.resolve(spec)
    interfaces["eth0"] = 8
    assert resolver.resolve(spec) is first
    resolver.forget()
    second = resolver.resolve(spec)
    assert not isinstance(second, Refusal)
    assert second[0].hops[0].ifindex == 8


def test_next_hops_that_cannot_be_used_are_left_out() -> None:
    """The kernel refuses a route for one dead next hop of several; it rejoins once it can be used."""
    up = {2}
    resolver = Resolver(32, lambda name: INTERFACES.get(name, 0), lambda _gateway, index, _onlink: index in up)
    other, nowhere = NextHop(IPv4Address("10.0.1.2"), "eth1"), NextHop(IPv4Address("10.0.2.2"), "eth9")
    spec = Spec(RouteKind.UNICAST, (VIA, other, nowhere))
    expected = Hop(b"\x0a\0\0\2", 2, onlink=True, weight=1)
    assert resolver.resolve(spec) == (Form(1, (expected,), 0),)
    assert (dict(resolver.reduced), resolver.rejoined()) == ({spec: (other, nowhere)}, [])
    up.add(3)
    assert resolver.rejoined() == [spec]
    assert resolver.moved(spec)
    again = resolver.resolve(spec)
    assert not isinstance(again, Refusal)
    assert (len(again[0].hops), dict(resolver.reduced)) == (2, {spec: (nowhere,)})


def test_where_no_next_hop_can_be_used_all_are_asked_for() -> None:
    """The kernel says why not, as it does of a single one, which is never left out."""
    resolver = Resolver(32, lambda name: INTERFACES[name], lambda _gateway, _index, _onlink: False)
    other = NextHop(IPv4Address("10.0.1.2"), "eth1")
    for spec in (Spec(RouteKind.UNICAST, (VIA, other)), Spec(RouteKind.UNICAST, (VIA,))):
        answer = resolver.resolve(spec)
        assert not isinstance(answer, Refusal)
        assert len(answer[0].hops) == len(spec.next_hops)


def test_one_gateway_with_and_without_its_interface_is_one_next_hop() -> None:
    """IPv4 would have it twice, IPv6 refuse it, a group of next-hop objects add it up: so do all."""
    for width, gateway in ((32, IPv4Address("10.0.0.2")), (128, IPv6Address("2001:db8::2"))):
        hops = (NextHop(gateway, weight=200), NextHop(gateway, "eth0", weight=100), NextHop(gateway, "eth1"))
        answer = Resolver(width, lambda name: INTERFACES[name]).resolve(Spec(RouteKind.UNICAST, hops, 1))
        assert not isinstance(answer, Refusal)
        assert sorted((hop.ifindex, hop.weight) for hop in answer[0].hops) in ([(2, 256), (3, 1)], [(2, 100), (3, 201)])

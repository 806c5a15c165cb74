"""A value of a wrong kind is told in one sentence where it is given: in the work it would end it for all routes."""

from collections.abc import Callable
from ipaddress import ip_address
from math import inf, nan
from typing import Any

import pytest

from bgpkit import BgpError, ConfigError
from bgpkit.fib import (
    Fib,
    IpEncap,
    KernelNextHops,
    KernelRoute,
    MplsEncap,
    NextHop,
    RedistributionFilter,
    RouteKind,
    Seg6Encap,
)
from bgpkit.fib.gateway import gateway_of
from bgpkit.fib.multipath import Specs
from bgpkit.fib.sweeping import checked_deadline
from bgpkit_rib import Prefix

PREFIX = Prefix.parse("192.0.2.0/24")
Words = dict[str, Any]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"protocol": "bird"}, "fib: protocol 'bird' is not an int"),
        ({"protocol": 12.0}, "fib: protocol 12.0 is not an int"),
        ({"protocol": True}, "fib: protocol True is not an int"),
        ({"protocol": 12, "table": "main"}, "fib: table 'main' is not an int or NoneType"),
        ({"protocol": 12, "vrf": 7}, "fib: vrf 7 is not a str or NoneType"),
        ({"protocol": 12, "netns": 7}, "fib: netns 7 is not a str or NoneType"),
        ({"protocol": 12, "mode": "install"}, "fib: mode 'install' is not a FibMode"),
        ({"protocol": 12, "next_hop_objects": "yes"}, "fib: next_hop_objects 'yes' is not a bool"),
        ({"protocol": 12, "check_interval": "30"}, "check_interval '30' is not a number of seconds above 0"),
        ({"protocol": 12, "check_interval": nan}, "check_interval nan is not a number of seconds above 0"),
        ({"protocol": 12, "check_interval": inf}, "check_interval inf is not a number of seconds above 0"),
        ({"protocol": 12, "check_interval": True}, "check_interval True is not a number of seconds above 0"),
        ({"protocol": 12, "check_interval": 0}, "check_interval 0 is not a number of seconds above 0"),
        ({"protocol": 12, "on_event": "log"}, "on_event 'log' cannot be called"),
    ],
)
def test_a_fib_is_refused_with_one_sentence(words: Words, sentence: str) -> None:
    """Above all a mode in words: it would be taken for another one."""
    refused(lambda: Fib(**words), ConfigError, sentence)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"own": 12}, "own 12 is not several protocol numbers, such as [12]"),
        ({"own": "12"}, "own '12' is not several protocol numbers, such as [12]"),
        ({"own": ["12"]}, "protocol '12' is no protocol number of a route; choose 0 to 255"),
        ({"through": [True]}, "protocol True is no protocol number of a route; choose 0 to 255"),
        ({"through": [256]}, "protocol 256 is no protocol number of a route; choose 0 to 255"),
        ({"on_change": None}, "on_change None cannot be called"),
        ({"table": "main"}, "kernel table: table 'main' is not an int or NoneType"),
        ({"check_interval": None}, "check_interval None is not a number of seconds above 0"),
    ],
)
def test_a_lookup_of_next_hops_is_refused_with_one_sentence(words: Words, sentence: str) -> None:
    """Protocol numbers are several."""
    given: Words = {"on_change": print} | words
    refused(lambda: KernelNextHops(**given), ConfigError, sentence)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"protocols": "static"}, "filter: protocols 'static' is not a tuple of str or int"),
        ({"interfaces": "eth0"}, "filter: interfaces 'eth0' is not a tuple of str"),
        ({"prefixes": "10.0.0.0/8"}, "filter: prefixes '10.0.0.0/8' is not a PrefixSet or NoneType"),
        ({"kinds": {"unicast"}}, "kinds: 'unicast' is not of RouteKind"),
        ({"lowest_metric": "5"}, "filter: lowest_metric '5' is not an int"),
        ({"default": "no"}, "filter: default 'no' is not a bool"),
        ({"accept": "all"}, "accept 'all' cannot be called"),
    ],
)
def test_a_filter_is_refused_with_one_sentence(words: Words, sentence: str) -> None:
    """One that is half right would let nothing pass, and nobody would know why."""
    given: Words = {"protocols": ("static",)} | words
    refused(lambda: RedistributionFilter(**given), ConfigError, sentence)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"prefix": "192.0.2.0/24"}, "route 192.0.2.0/24: prefix '192.0.2.0/24' is not a Prefix"),
        ({"kind": "blackhole"}, "route 192.0.2.0/24: kind 'blackhole' is not a RouteKind"),
        ({"next_hops": [NextHop(device="e0")]}, "next_hops of type list is not a tuple of NextHop"),
        ({"next_hops": ("192.0.2.1",)}, "next_hops of type tuple is not a tuple of NextHop"),
        ({"metric": 5.5}, "route 192.0.2.0/24: metric 5.5 is not an int"),
        ({"mtu": "1400"}, "route 192.0.2.0/24: mtu '1400' is not an int"),
        ({"mtu": True}, "route 192.0.2.0/24: mtu True is not an int"),
        ({"source": "192.0.2.1"}, "source '192.0.2.1' is not an IPv4Address or IPv6Address or NoneType"),
    ],
)
def test_a_route_is_refused_with_one_sentence(words: Words, sentence: str) -> None:
    """Before the kernel, or what writes to it, sees it."""
    given: Words = {"prefix": PREFIX, "kind": RouteKind.BLACKHOLE} | words
    refused(lambda: KernelRoute(**given), ValueError, sentence)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: NextHop(anything("192.0.2.1")), "next hop: gateway '192.0.2.1' is not an IPv4Address or IPv6Address"),
        (lambda: NextHop(device=anything(7)), "next hop: device 7 is not a str or NoneType"),
        (lambda: NextHop(device="e0", weight=anything(1.5)), "next hop: weight 1.5 is not an int"),
        (lambda: NextHop(device="e0", encap=anything("mpls")), "next hop: encap 'mpls' is not an IpEncap or MplsEncap"),
        (lambda: NextHop(device="e0", onlink=anything("yes")), "next hop: onlink 'yes' is not a bool"),
        (lambda: MplsEncap(anything([16])), "encap mpls: labels of type list is not a tuple of int"),
        (lambda: MplsEncap(anything(("16",))), "encap mpls: labels of type tuple is not a tuple of int"),
        (
            lambda: Seg6Encap(anything(("2001:db8::1",))),
            "encap seg6: segments of type tuple is not a tuple of IPv6Address",
        ),
        (lambda: IpEncap(destination=anything("192.0.2.1")), "encap ip: destination '192.0.2.1' is not an IPv4Address"),
    ],
)
def test_a_next_hop_is_refused_with_one_sentence(make: Callable[[], object], sentence: str) -> None:
    """And so is what it wraps packets in."""
    refused(make, ValueError, sentence)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"metric": -1}, "metric -1 is not an unsigned 32-bit number"),
        ({"metric": "5"}, "metric '5' is not an unsigned 32-bit number"),
        ({"metric": 1 << 32}, "metric 4294967296 is not an unsigned 32-bit number"),
        ({"multipath": 8}, "multipath: 8 is not of MultipathOptions"),
        ({"via": "192.0.2.1"}, "via '192.0.2.1' cannot be called"),
    ],
)
def test_following_is_refused_with_one_sentence(words: Words, sentence: str) -> None:
    """A metric that is none would be found by the encoder, for each route that is followed."""
    given: Words = {"via": gateway_of, "metric": 0} | words
    refused(lambda: Specs(**given), ConfigError, sentence)


@pytest.mark.parametrize("seconds", ["5", None, nan, -1])
def test_a_deadline_is_a_number(seconds: Any) -> None:
    """From 0; infinity is one."""
    refused(lambda: checked_deadline(seconds), ConfigError, f"deadline {seconds!r} is not a number of seconds from 0")
    assert checked_deadline(inf) == inf


def test_what_is_right_is_taken_the_short_way_and_the_long_one() -> None:
    """A route with a source is looked at field by field, and is right all the same."""
    hops = (NextHop(ip_address("192.0.2.1"), "e0", onlink=True, weight=256),)
    source = ip_address("192.0.2.2")
    route = KernelRoute(prefix=PREFIX, next_hops=hops, metric=5, source=source, mtu=1400)
    assert (route.next_hops, route.source) == (hops, source)


def anything(value: Any) -> Any:
    """Return a value that the type checker does not know."""
    return value


def refused(make: Callable[[], object], kind: type[ValueError | BgpError], sentence: str) -> None:
    """Have something refused, with a sentence in the error."""
    with pytest.raises(kind) as refusal:
        make()
    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value)


ROUTE_WANTED = "is not a KernelRoute; make one with KernelRoute(prefix=..., next_hops=...)"
PREFIX_WANTED = "is not a Prefix; make one with Prefix.parse('192.0.2.0/24')"


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (Fib.replace, f"route '192.0.2.0/24' {ROUTE_WANTED}"),
        (Fib.remove, f"prefix '192.0.2.0/24' {PREFIX_WANTED}"),
        (Fib.state, f"prefix '192.0.2.0/24' {PREFIX_WANTED}"),
    ],
)
def test_a_text_is_no_route_and_no_prefix(call: Callable[[Fib, Any], object], sentence: str) -> None:
    """One sentence, where it is given."""
    with pytest.raises(ConfigError) as raised:
        call(Fib(protocol=12), "192.0.2.0/24")
    assert str(raised.value) == sentence

"""The longest match, among prefixes that come and go."""

from ipaddress import ip_address, ip_network

import pytest

from bgpkit.fib.form import Hop, make_form
from bgpkit.fib.netlink.page import Route
from bgpkit.fib.route_table import RouteTable, covering
from bgpkit_rib import Prefix


def route(prefix: str, metric: int = 0) -> Route:
    """Return a static route."""
    return Prefix.parse(prefix).key, 4, (make_form(1, [Hop(b"\x0a\0\0\2", 3, onlink=False, weight=1)], metric),)


def match(table: RouteTable, address: str) -> list[Route]:
    """Return the routes of the longest match."""
    return list(table.longest_match(ip_address(address).packed))


def test_the_longest_prefix_that_holds_an_address_wins() -> None:
    """And the next longest, when it has gone."""
    table = RouteTable(32)
    wide, narrow, host = route("10.0.0.0/8"), route("10.1.128.0/17"), route("10.1.128.7/32")
    for each in (narrow, wide, host):
        table.add(each)
    assert match(table, "10.1.128.7") == [host]
    assert match(table, "10.1.255.255") == [narrow]
    assert match(table, "10.1.127.255") == [wide]
    assert match(table, "11.0.0.0") == []
    table.remove(host)
    table.remove(wide)
    assert match(table, "10.1.128.7") == [narrow]
    assert match(table, "10.1.127.255") == []
    assert len(table) == 1


def test_a_prefix_has_as_many_routes_as_are_added() -> None:
    """Each goes on its own."""
    table = RouteTable(128)
    routes = [route("2001:db8::/32", metric) for metric in (1, 2, 3)]
    for each in routes:
        table.add(each)
    assert match(table, "2001:db8::1") == routes
    table.remove(routes[1])
    assert match(table, "2001:db8::1") == [routes[0], routes[2]]
    table.remove(routes[0])
    table.remove(routes[2])
    assert match(table, "2001:db8::1") == []
    assert len(table) == 0


def test_the_default_route_is_the_shortest_match() -> None:
    """A prefix of no bits holds everything."""
    table = RouteTable(32)
    table.add(route("0.0.0.0/0"))
    assert match(table, "203.0.113.9") == [route("0.0.0.0/0")]


@pytest.mark.parametrize("length", range(33))
def test_a_covering_prefix_has_the_first_bits_of_an_address(length: int) -> None:
    """And no others: it is a canonical key."""
    whole = ip_network(f"255.165.90.255/{length}", strict=False)
    assert covering(b"\xff\xa5\x5a\xff", length) == Prefix.parse(str(whole)).key

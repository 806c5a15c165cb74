"""What a user's function sees of a route."""

from ipaddress import IPv4Address

from bgpkit.policy.route_view import PathView, RouteView
from bgpkit.wire.families import LabeledVpnPrefix
from bgpkit_fsm import IPV4_UNICAST, IPV4_VPN, Family
from bgpkit_rib import Prefix, Source, SourceKind
from tests.unit.policy.routes import path

TEN = Prefix.parse("10.0.0.0/8")


def test_a_view_tells_destination_attributes_and_peer() -> None:
    """As values, and what the table holds."""
    made = path("65001 65002", med=7)
    route = RouteView(PathView(IPV4_UNICAST, made), TEN.key)
    assert (route.prefix, route.nlri, route.key) == (TEN, TEN, TEN.key)
    assert (str(route.attributes.as_path), route.attributes.med) == ("65001 65002", 7)
    assert (route.peer, route.peer_address, route.kind) == ("upstream", IPv4Address("198.51.100.1"), SourceKind.EBGP)
    assert (route.family, route.path) == (IPV4_UNICAST, made)
    assert repr(route) == "RouteView(10.0.0.0/8 from upstream)"


def test_attributes_are_read_once_for_all_routes_of_a_path() -> None:
    """And only when somebody asks."""
    view = PathView(IPV4_UNICAST, path("65001"))
    assert RouteView(view, TEN.key).attributes is RouteView(view, b"\x08\x0b").attributes


def test_the_prefix_of_a_vpn_route_is_the_one_behind_the_distinguisher() -> None:
    """The value of the family has both."""
    route = RouteView(PathView(IPV4_VPN, path()), bytes((72,)) + bytes(8) + b"\x0a")
    assert route.prefix == TEN
    assert isinstance(route.nlri, LabeledVpnPrefix)


def test_what_is_not_there_is_none() -> None:
    """No prefix in other families, no destination where none is asked about, no address of our own routes."""
    own = Source("local", SourceKind.LOCAL)
    route = RouteView(PathView(Family(25, 70), path(source=own)), b"\x02\x21")
    assert (route.prefix, route.peer_address) == (None, None)
    assert repr(route) == "RouteView(b'\\x02!' from local)"
    bare = RouteView(PathView(IPV4_UNICAST, path()), None)
    assert (bare.prefix, bare.nlri) == (None, None)

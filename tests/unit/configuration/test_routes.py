"""Announcements one by one."""

from bgpkit import PathAttributes, Prefix
from bgpkit.configuration import Announcement
from bgpkit.configuration.routes import OwnRoute, own_routes, routes_of
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family

V4, V6 = Prefix.parse("10.0.0.0/8"), Prefix.parse("2001:db8::/32")


def test_a_route_is_told_by_family_prefix_and_number() -> None:
    """The family is the unicast one unless another is given."""
    multicast = Family.parse("ipv4-multicast")
    announcements = (
        Announcement(prefixes=(V4, V6)),
        Announcement(prefixes=(V4,), family=multicast, path_id=3, attributes=PathAttributes(med=1)),
    )
    assert own_routes(announcements) == {
        OwnRoute(IPV4_UNICAST, V4): PathAttributes(),
        OwnRoute(IPV6_UNICAST, V6): PathAttributes(),
        OwnRoute(multicast, V4, 3): PathAttributes(med=1),
    }
    texts = [str(route) for each in announcements for route in routes_of(each)]
    assert texts == ["10.0.0.0/8", "2001:db8::/32", "10.0.0.0/8 (ipv4-multicast) path 3"]

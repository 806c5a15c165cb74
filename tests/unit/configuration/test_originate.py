"""Own routes in a speaker."""

from bgpkit import PathAttributes, Prefix, Speaker
from bgpkit.configuration import Aggregate
from bgpkit.configuration.originate import add_aggregates, announce, withdraw
from bgpkit.configuration.routes import OwnRoute
from bgpkit_fsm import IPV4_UNICAST


async def test_routes_come_with_their_attributes_and_go() -> None:
    """Several that share attributes, and one that has others; an aggregate follows them."""
    one, two, three = (OwnRoute(IPV4_UNICAST, Prefix.parse(f"10.{number}.0.0/16")) for number in (1, 2, 3))
    async with Speaker(asn=64512, bgp_identifier="192.0.2.1") as speaker:
        await announce(speaker, {one: PathAttributes(), two: PathAttributes(), three: PathAttributes(med=7)})
        await add_aggregates(speaker, [Aggregate(prefix=Prefix.parse("10.0.0.0/8"))])
        found = {str(route.prefix): route.attributes.med for route in speaker.routes()}
        assert found == {"10.1.0.0/16": None, "10.2.0.0/16": None, "10.3.0.0/16": 7, "10.0.0.0/8": None}
        await withdraw(speaker, [one, two, three])
        assert list(speaker.routes()) == []

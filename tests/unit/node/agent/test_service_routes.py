"""Service addresses are announced with the node as next hop, and withdrawn when they are no longer wanted."""

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, Prefix, Speaker
from bgpkit_node.agent.service_routes import ServiceRoutes
from tests.support.services import originated


def prefixes(*texts: str) -> list[Prefix]:
    """Read prefixes."""
    return list(map(Prefix.parse, texts))


async def test_what_is_announced_is_what_is_wanted() -> None:
    """Ranges and single addresses, each by the node's address of its IP version."""
    async with Speaker(asn=64512, bgp_identifier="10.4.7.11", families=[IPV4_UNICAST, IPV6_UNICAST]) as speaker:
        routes = ServiceRoutes(speaker, "10.4.7.11", "fd00::11")
        await routes.follow(prefixes("10.96.0.0/12", "fd00:96::/112", "10.96.0.10/32"))
        expected = {"10.96.0.0/12": "10.4.7.11", "10.96.0.10/32": "10.4.7.11", "fd00:96::/112": "fd00::11"}
        assert originated(speaker) == expected
        assert list(map(str, routes.present)) == ["10.96.0.0/12", "10.96.0.10/32", "fd00:96::/112"]
        await routes.follow(prefixes("fd00:96::/112", "192.0.2.0/24"))
        assert originated(speaker) == {"192.0.2.0/24": "10.4.7.11", "fd00:96::/112": "fd00::11"}
        await routes.follow([])
        assert originated(speaker) == {}


async def test_what_is_of_an_ip_version_that_the_node_has_not_is_passed_over() -> None:
    """There is no next hop for it."""
    async with Speaker(asn=64512, bgp_identifier="10.4.7.11") as speaker:
        routes = ServiceRoutes(speaker, "10.4.7.11")
        await routes.follow(prefixes("fd00:96::/112", "10.96.0.0/12"))
        assert list(map(str, routes.present)) == ["10.96.0.0/12"]

"""Routes to peers that say by which router they are reached, and to what such peers tell."""

from dataclasses import replace
from ipaddress import ip_address, ip_network
from typing import Final

from bgpkit import Path, Prefix, Speaker
from bgpkit.fib import Fib, FibMode, NextHop
from bgpkit_node.agent.reach_routes import ReachRoutes
from bgpkit_node.peering import Peering, PeeringKind
from bgpkit_node.resources import BGPPeerSpec

FAR: Final = Peering(
    address="10.9.0.2",
    port=179,
    asn=65001,
    kind=PeeringKind.GLOBAL,
    node="",
    client=False,
    resource="far",
    spec=BGPPeerSpec(peer_ip="10.9.0.2", reachable_by="10.4.7.21"),
)
NEAR: Final = replace(FAR, address="10.4.7.99", spec=BGPPeerSpec(peer_ip="10.4.7.99"))


async def path_by(next_hop: str) -> Path:
    """Return a path with a next hop."""
    async with Speaker(asn=64512, bgp_identifier="10.4.7.11") as speaker:
        await speaker.announce("10.99.0.0/24", next_hop=next_hop)
        (route,) = speaker.paths("10.99.0.0/24")
        return route.path


async def test_only_peers_that_say_so_have_a_route() -> None:
    """It goes with the peer, and follows the router."""
    async with Fib(protocol=12, mode=FibMode.READ_ONLY) as fib:
        routes = ReachRoutes(fib)
        routes.follow((FAR, NEAR))
        assert [str(prefix) for prefix in routes.present] == ["10.9.0.2/32"]
        assert fib.wanted == 1
        state = fib.state(Prefix.parse("10.9.0.2/32"))
        assert state.wanted is not None
        assert state.wanted.next_hops == (NextHop(ip_address("10.4.7.21")),)
        routes.follow((NEAR,))
        assert (routes.present, fib.wanted) == ((), 0)


async def test_what_such_a_peer_tells_is_reached_by_its_router() -> None:
    """The kernel takes neighbours for next hops only; all else goes by its own next hop."""
    far, near = await path_by("10.9.0.2"), await path_by("10.4.7.99")
    async with Fib(protocol=12, mode=FibMode.READ_ONLY) as fib:
        routes = ReachRoutes(fib)
        assert routes.via(far) == NextHop(ip_address("10.9.0.2"))
        routes.follow((FAR, NEAR))
        assert routes.via(far) == NextHop(ip_address("10.4.7.21"))
        assert routes.via(near) == NextHop(ip_address("10.4.7.99"))
        routes.follow((replace(FAR, spec=BGPPeerSpec(peer_ip="10.9.0.2", reachable_by="10.4.7.22")),))
        assert routes.via(far) == NextHop(ip_address("10.4.7.22"))


async def test_a_next_hop_in_another_network_is_reached_by_what_the_kernel_tells() -> None:
    """Neighbours are not asked for: their routes stay while the link is away for a moment."""
    far, near = await path_by("10.4.8.12"), await path_by("10.4.7.12")
    asked: list[Path] = []

    def router(path: Path) -> NextHop:
        """Tell that the router of the segment is on the way."""
        asked.append(path)
        return NextHop(ip_address("10.4.7.1"), "eth0")

    async with Fib(protocol=12, mode=FibMode.READ_ONLY) as fib:
        routes = ReachRoutes(fib, near=(ip_network("10.4.7.0/24"),), behind=router)
        assert routes.via(near) == NextHop(ip_address("10.4.7.12"))
        assert routes.via(far) == NextHop(ip_address("10.4.7.1"), "eth0")
        assert asked == [far]

"""Sessions in VRFs and what they bring: routes in the VRF's table. In a guest kernel where this one has no VRFs."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import pytest

from bgpkit import IPV4_UNICAST, PeerConfig, Speaker, TransportOptions
from bgpkit.fib import Fib, KernelNextHops, Redistribution, RedistributionFilter
from tests.integration.fib_node import OURS
from tests.integration.vrf_node import ENDS, HERE, INTERFACES, TABLES, THERE, VrfNode, pe
from tests.support.daemons import Bird
from tests.support.netns import Namespace, Namespaces
from tests.support.scripted_peer import eventually
from tests.support.speakers import EVERYTHING

__all__ = ["pe"]

pytestmark = [pytest.mark.netns, pytest.mark.guest_kernel("vrf", "dummy"), pytest.mark.xdist_group("guest")]
StartBird = Callable[[Namespace, str], Bird]

NETWORK, BEHIND = "10.7.0.0/16", "10.7.0.1"
"""What the neighbours of both VRFs announce, and an address in it that each of them has."""
OWN = {"red": "10.5.1.0/24", "blue": "10.5.2.0/24"}
"""What is connected to each VRF here, beside the link to the neighbour."""
LINK = "10.0.0.0/24"


def tells(daemon: Bird, prefixes: set[str]) -> bool:
    """Tell whether a neighbour has these prefixes from us, and no others."""
    lines = daemon.ask("show", "route", "protocol", "ours").splitlines()
    return {line.split()[0] for line in lines if line.startswith("10.")} == prefixes


async def routed(pe: VrfNode, vrf: str) -> None:
    """Wait until a VRF has the neighbour's prefix, by the VRF's own interface."""
    await eventually(lambda: pe.gateways(vrf) == {NETWORK: (THERE, INTERFACES[vrf])}, f"the route in {vrf}", 10)


def bird(asn: int) -> str:
    """Return a configuration of BIRD's with one session, which waits for us."""
    return f"""
log stderr all;
router id 10.255.0.{asn % 256};
protocol device {{ scan time 1; }}
protocol static {{ ipv4; route {NETWORK} blackhole; }}
protocol bgp ours {{
  local {THERE} as {asn}; neighbor {HERE} as 64512; passive on;
  ipv4 {{ import all; export all; next hop self; }};
}}
"""


@asynccontextmanager
async def keeping(pe: VrfNode, vrf: str, asn: int) -> AsyncGenerator[Fib]:
    """Run all that a VRF needs: a speaker bound to its device, next hops, routes and redistribution by its table."""
    netns = pe.node.name
    async with AsyncExitStack() as stack:
        speaker = await stack.enter_async_context(Speaker(asn=64512, bgp_identifier="10.255.1.1", listen=[]))
        fib = await stack.enter_async_context(Fib(protocol=OURS, vrf=vrf, netns=netns))
        ways = KernelNextHops(own=[OURS], on_change=speaker.next_hops_changed, vrf=vrf, netns=netns)
        speaker.use_next_hops(await stack.enter_async_context(ways))
        fib.follow(speaker, IPV4_UNICAST)
        connected = RedistributionFilter(protocols=("connected",))
        await stack.enter_async_context(Redistribution(speaker, connected, own=[OURS], vrf=vrf, netns=netns))
        await speaker.add_peer(
            PeerConfig(
                address=THERE,
                asn=asn,
                import_policy=EVERYTHING,
                export_policy=EVERYTHING,
                connect_retry_time=0.2,
                transport=TransportOptions(device=vrf, netns=netns),
            )
        )
        yield fib


async def test_two_sessions_fill_the_tables_of_their_vrfs(
    pe: VrfNode, namespaces: Namespaces, start_bird: StartBird
) -> None:
    """Neighbours of one address announce one prefix: each VRF has its own route of it, and packets take that way."""
    daemons: dict[str, Bird] = {}
    for asn, vrf in enumerate(TABLES, 64601):
        there = namespaces.node(vrf)
        pe.give(ENDS[vrf], there)
        there.ip("addr", "add", f"{BEHIND}/32", "dev", "lo")
        pe.connect(vrf, OWN[vrf])
        daemons[vrf] = start_bird(there, bird(asn))
    main = pe.others()
    async with keeping(pe, "red", 64601) as red, keeping(pe, "blue", 64602) as blue:
        for vrf, fib in {"red": red, "blue": blue}.items():
            await routed(pe, vrf)
            assert not fib.diff()
            await eventually(partial(tells, daemons[vrf], {OWN[vrf], LINK}), f"only {OWN[vrf]} told in {vrf}", 5)
            assert "1 received" in pe.node.run(["ping", "-c1", "-W2", "-I", vrf, BEHIND]).stdout
        assert pe.others() == main
        daemons["blue"].stop()
        await eventually(lambda: not pe.ours("blue"), "blue without the route", 10)
        await routed(pe, "red")

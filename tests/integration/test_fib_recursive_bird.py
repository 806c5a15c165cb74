"""Next hops behind static routes, resolved by us and by BIRD (``gateway recursive``): the same kernel table."""

from collections.abc import Callable

import pytest

from tests.integration.recursive_lab import ASN, CAPABILITIES, node, ours, running, two_links, updates
from tests.support.daemons import Bird
from tests.support.netns import Namespace, Namespaces
from tests.support.scripted_peer import ScriptedPeer, eventually

__all__ = ["node"]

pytestmark = pytest.mark.netns

BEHIND, BEHIND6 = "10.8.0.1", "2001:db8:8::1"
IGP, IGP6 = "10.8.0.0/16", "2001:db8:8::/48"
GATEWAY0, GATEWAY1 = "10.0.0.2", "10.0.1.2"
BIRD = """
log stderr all;
router id 10.255.0.1;
protocol device {{ scan time 1; }}
protocol direct {{ ipv4; ipv6; }}
protocol kernel {{ learn; metric 0; ipv4 {{ import all; export filter {{ {ours} }}; }}; }}
protocol kernel {{ learn; metric 0; ipv6 {{ import all; export filter {{ {ours} }}; }}; }}
protocol bgp peer {{
  local 10.255.0.1 as {asn}; neighbor 10.255.0.2 as {asn}; multihop; passive; rr client;
  ipv4 {{ import all; export none; gateway recursive; }};
  ipv6 {{ import all; export none; gateway recursive; }};
}}
"""
EXPORT = "if source = RTS_BGP && dest != RTD_UNREACHABLE then accept; reject;"
"""What cannot be reached BIRD would tell the kernel as an unreachable route; we tell it none."""

NEXT_HOPS = {
    "203.0.113.0/26": BEHIND,
    "203.0.113.64/26": "10.0.0.9",
    "203.0.113.128/26": "10.9.0.1",
    "203.0.113.192/26": "10.10.0.1",
    "2001:db8:f000::/48": BEHIND6,
    "2001:db8:f001::/48": "2001:db8:1::9",
}
CHANGES: list[list[list[str]]] = [
    [["route", "add", IGP, "via", GATEWAY0], ["-6", "route", "add", IGP6, "via", "2001:db8::2"]],
    [["route", "add", "10.9.0.0/16", "nexthop", "via", GATEWAY0, "nexthop", "via", GATEWAY1]],
    [["route", "replace", IGP, "via", GATEWAY1], ["-6", "route", "replace", IGP6, "via", "2001:db8:1::2"]],
    [["route", "add", "10.8.0.0/24", "via", "10.0.0.3"], ["route", "del", "10.9.0.0/16"]],
    [["route", "add", "10.10.0.1/32", "dev", "e1"], ["-6", "route", "del", IGP6]],
    [["route", "del", "10.8.0.0/24"], ["addr", "add", "10.8.0.254/17", "dev", "e0"]],
]


async def test_the_routes_are_those_of_bird(
    node: Namespace, namespaces: Namespaces, start_bird: Callable[[Namespace, str], Bird]
) -> None:
    """The same announcements and the same static routes make the same table, through every change of the latter."""
    others = two_links(namespaces, "bird")
    for address in ("10.255.0.1/32", "10.255.0.2/32"):
        others.ip("addr", "add", address, "dev", "lo")
    start_bird(others, BIRD.format(asn=ASN, ours=EXPORT))
    said = [update for prefix, next_hop in NEXT_HOPS.items() for update in updates(next_hop, prefix)]
    with others.entered():
        peer = await ScriptedPeer.dial("10.255.0.1", 179, local="10.255.0.2")
    await peer.handshake(ASN, "10.255.0.2", *CAPABILITIES)
    async with running(node) as rig:
        for update in said:
            await peer.send(update)
            await rig.peers[0].send(update)
        seen: dict[str, set[tuple[str, str, int]]] = {}
        for change in CHANGES:
            for words in change:
                node.ip(*words)
                others.ip(*words)
            seen = await agreed(node, others, seen)
    await peer.close()


async def agreed(
    node: Namespace, others: Namespace, before: dict[str, set[tuple[str, str, int]]]
) -> dict[str, set[tuple[str, str, int]]]:
    """Wait until our routes are those of BIRD, and others than before; return them."""
    both: list[dict[str, set[tuple[str, str, int]]]] = []

    def agree() -> bool:
        both[:] = ours(node), ours(others, "bird")
        return both[0] == both[1] != before

    await eventually(agree, "ours are those of BIRD", 10)
    return both[0]

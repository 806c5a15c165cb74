"""A speaker in a node, whose routes go by the neighbours behind which BGP next hops are, and peers of its own."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import Any, Final

import pytest

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, MultipathOptions, PeerConfig, Speaker
from bgpkit.fib import Fib, KernelNextHops
from tests.support import multiprotocol, octets
from tests.support.netns import Namespace, Namespaces
from tests.support.scripted_peer import ScriptedPeer

ASN: Final = 64512
OURS: Final = 186
CAPABILITIES: Final = (octets.IPV4_CAPABILITY, octets.IPV6_CAPABILITY)
PEERS: Final = ("127.0.0.2", "127.0.0.3")
SEVERAL: Final = MultipathOptions(maximum_ibgp=8)
_MESSAGE: Final = 500
"""Prefixes in one UPDATE."""


def two_links(namespaces: Namespaces, word: str) -> Namespace:
    """Make a node with the interfaces e0 (10.0.0.1/24, 2001:db8::1/64) and e1 (10.0.1.1/24, 2001:db8:1::1/64)."""
    made = namespaces.node(word)
    for number in (0, 1):
        made.ip("link", "add", f"e{number}", "type", "veth", "peer", "name", f"p{number}")
        for name in (f"e{number}", f"p{number}"):
            made.ip("link", "set", name, "up")
        made.ip("addr", "add", f"10.0.{number}.1/24", "dev", f"e{number}")
        made.ip("addr", "add", f"2001:db8:{number}::1/64", "dev", f"e{number}", "nodad")
    return made


@pytest.fixture
def node(namespaces: Namespaces) -> Namespace:
    """Make the node that a test is about."""
    return two_links(namespaces, "ours")


class Rig:
    """A speaker, its Fib, and two clients."""

    def __init__(self, speaker: Speaker, fib: Fib) -> None:
        """Start without clients."""
        self.speaker = speaker
        self.fib = fib
        self.peers: list[ScriptedPeer] = []
        self.told: list[int] = []
        """How many prefixes each block of changes had that the speaker has told."""

    async def announce(self, next_hop: str, *prefixes: str, peer: int = 0, extended: bytes = b"") -> None:
        """Let a peer announce prefixes with a next hop, and with extended communities."""
        for update in updates(next_hop, *prefixes, extended=extended):
            await self.peers[peer].send(update)


def updates(next_hop: str, *prefixes: str, extended: bytes = b"") -> list[bytes]:
    """Return the UPDATEs that announce prefixes of one family."""
    packed, six = ip_address(next_hop).packed, ":" in prefixes[0]
    block = octets.attributes(next_hop=None if six else next_hop, local_pref=100)
    block += octets.attribute(0xC0, 16, extended) if extended else b""
    parts = [prefixes[start : start + _MESSAGE] for start in range(0, len(prefixes), _MESSAGE)]
    if six:
        return [multiprotocol.reach(IPV6_UNICAST, octets.nlri(*part), next_hop=packed, block=block) for part in parts]
    return [octets.update(block, *part) for part in parts]


@asynccontextmanager
async def running(node: Namespace, *, track: bool = True, objects: bool = False, **options: Any) -> AsyncGenerator[Rig]:
    """Run speaker, Fib and clients in the node; without ``track`` the speaker takes every next hop for reachable.

    With ``objects`` routes share next-hop objects.
    """
    with node.entered():
        async with (
            Speaker(asn=ASN, bgp_identifier="10.255.0.1", listen=[("127.0.0.1", 0)]) as speaker,
            Fib(protocol=OURS, next_hop_objects=objects) as fib,
        ):

            def moved() -> None:
                fib.next_hops_changed()
                speaker.next_hops_changed()

            async with KernelNextHops(own=[OURS], on_change=moved) as next_hops:
                rig = Rig(speaker, fib)
                if track:
                    speaker.use_next_hops(next_hops)
                for family in (IPV4_UNICAST, IPV6_UNICAST):
                    fib.follow(speaker, family, via=next_hops.via, **options)
                    speaker.subscribe(family, lambda keys, _old, _new: rig.told.append(len(keys)))
                try:
                    for number, address in enumerate(PEERS, 2):
                        await add_client(rig, address, f"10.255.0.{number}")
                    yield rig
                finally:
                    for peer in rig.peers:
                        await peer.close()


async def add_client(rig: Rig, address: str, identifier: str) -> None:
    """Bring up a session with one more client."""
    families = (IPV4_UNICAST, IPV6_UNICAST)
    config = PeerConfig(address=address, asn=ASN, passive=True, route_reflector_client=True, families=families)
    await rig.speaker.add_peer(config)
    peer = await ScriptedPeer.dial("127.0.0.1", rig.speaker.addresses[0][1], local=address)
    rig.peers.append(peer)
    await peer.handshake(ASN, identifier, *CAPABILITIES)


def ours(node: Namespace, *protocol: str) -> dict[str, set[tuple[str, str, int]]]:
    """Return by prefix gateway, interface and weight of each next hop of our routes, as ip shows them."""
    shown: dict[str, set[tuple[str, str, int]]] = {}
    for family in ("-4", "-6"):
        for row in node.ip_json(family, "route", "show", "proto", *(protocol or (str(OURS),))):
            hops = row.get("nexthops", [row])
            shown[row["dst"]] = {(hop.get("gateway", ""), hop["dev"], hop.get("weight", 1)) for hop in hops}
    return shown


def foreign(node: Namespace) -> list[dict[str, Any]]:
    """Return all routes that ip shows, but for ours."""
    rows = [row for family in ("-4", "-6") for row in node.ip_json(family, "route", "show")]
    return [row for row in rows if str(row.get("protocol")) not in {str(OURS), "bgp"}]

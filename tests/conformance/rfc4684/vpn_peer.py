"""A scripted peer of a VPN backbone: it announces labeled VPN routes and Route Target memberships."""

import asyncio
import struct
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from ipaddress import IPv4Network
from typing import Any

from bgpkit import Speaker
from bgpkit_fsm import IPV4_ROUTE_TARGET, IPV4_VPN, Family
from tests.support.multiprotocol import PLAIN, HeardRoutes, capability, reach, read_routes, refresh, unreach
from tests.support.octets import REFRESH_CAPABILITY, UPDATE, attribute, graceful_restart
from tests.support.scripted_peer import ScriptedPeer
from tests.support.speakers import ASN, scripted, speaker_at, towards_scripted

BOTH = (IPV4_VPN, IPV4_ROUTE_TARGET)
ADDRESSES = ("127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5")
IDENTIFIERS = {f"127.0.0.{number}": f"10.0.0.{number}" for number in range(2, 6)}


def target(number: int) -> bytes:
    """Return the Route Target 64512:number. RFC 4360, section 4."""
    return struct.pack("!BBHI", 0, 2, ASN, number)


def targets(*numbers: int) -> bytes:
    """Return attributes of a route with the Route Targets 64512:number, in this order."""
    value = b"".join(map(target, numbers))
    return PLAIN + (attribute(0xC0, 16, value) if value else b"")


def vpn(prefix: str, *, label: int = 100, withdrawn: bool = False) -> bytes:
    """Return a labeled VPN prefix of the route distinguisher 64512:1. RFC 8277, section 2; RFC 4364, section 4.3.4."""
    network = IPv4Network(prefix)
    stack = bytes.fromhex("800000") if withdrawn else (label << 4 | 1).to_bytes(3)
    length = network.prefixlen
    distinguisher = struct.pack("!HHI", 0, ASN, 1)
    return bytes((88 + length,)) + stack + distinguisher + network.network_address.packed[: (length + 7) // 8]


def membership(number: int, *, length: int = 96, origin: int = ASN) -> bytes:
    """Return the NLRI of a membership; a shorter one covers the leading bits only. RFC 4684, section 4."""
    octets = struct.pack("!I", origin) + target(number)
    kept = int.from_bytes(octets) >> 96 - length << 96 - length
    return bytes((length,)) + kept.to_bytes(12)[: (length + 7) // 8]


DEFAULT = b"\0"
"""The default membership: all routes. RFC 4684, section 4."""


def prefix_of(nlri: bytes) -> str:
    """Return the prefix of one labeled VPN NLRI that ends the octets."""
    length = nlri[0] - 88
    return str(IPv4Network((nlri[12:].ljust(4, b"\0"), length)))


def prefixes_of(octets: bytes) -> list[str]:
    """Return the prefixes of labeled VPN NLRI, sorted."""
    found: list[str] = []
    while octets:
        size = 1 + (octets[0] + 7) // 8
        found.append(prefix_of(octets[:size]))
        octets = octets[size:]
    return sorted(found)


class VpnPeer:
    """One scripted peer and what it holds."""

    def __init__(self, peer: ScriptedPeer, address: str) -> None:
        """Take a peer whose session is up."""
        self.peer = peer
        self.next_hop = bytes(map(int, address.split(".")))
        self.ended: set[Family | None] = set()
        self.routes: dict[str, HeardRoutes] = {}
        """VPN routes by prefix."""
        self.memberships: dict[bytes, HeardRoutes] = {}
        """Memberships by NLRI."""

    @staticmethod
    def time() -> float:
        """Return the time of the loop, in seconds."""
        return asyncio.get_running_loop().time()

    async def announce(self, prefix: str, *numbers: int, label: int = 100) -> None:
        """Announce a VPN route with Route Targets."""
        nlri, hop = vpn(prefix, label=label), bytes(8) + self.next_hop
        await self.peer.send(reach(IPV4_VPN, nlri, next_hop=hop, block=targets(*numbers)))

    async def withdraw(self, prefix: str) -> None:
        """Withdraw a VPN route."""
        await self.peer.send(unreach(IPV4_VPN, vpn(prefix, withdrawn=True)))

    async def want(self, *nlri: bytes, block: bytes = PLAIN) -> None:
        """Announce memberships."""
        await self.peer.send(reach(IPV4_ROUTE_TARGET, b"".join(nlri), next_hop=self.next_hop, block=block))

    async def want_no_more(self, *nlri: bytes) -> None:
        """Withdraw memberships."""
        await self.peer.send(unreach(IPV4_ROUTE_TARGET, b"".join(nlri)))

    async def complete(self) -> None:
        """End the initial memberships. RFC 4684, section 6."""
        await self.peer.send(unreach(IPV4_ROUTE_TARGET))

    async def ask_again(self, family: Family) -> None:
        """Ask for all routes of a family again."""
        await self.peer.send(refresh(family))

    async def hear(self) -> HeardRoutes:
        """Take the UPDATE that must come next, and return it."""
        heard = read_routes(await self.peer.expect(UPDATE))
        if heard.is_end_of_rib:
            self.ended.add(heard.family)
        elif heard.family == IPV4_VPN:
            self.routes.update(dict.fromkeys(prefixes_of(heard.announced), heard))
            for prefix in prefixes_of(heard.withdrawn):
                del self.routes[prefix]
        else:
            for nlri in _cut(heard.announced):
                self.memberships[nlri] = heard
            for nlri in _cut(heard.withdrawn):
                del self.memberships[nlri]
        return heard

    async def hear_until_ended(self, *families: Family) -> None:
        """Take UPDATEs until the initial routes of ``families`` have come."""
        while not self.ended.issuperset(families):
            await self.hear()

    async def hear_until(self, *prefixes: str) -> None:
        """Take UPDATEs until just the VPN routes to ``prefixes`` are here."""
        while set(self.routes) != set(prefixes):
            await self.hear()


class Backbone:
    """A reflector and its scripted peers, which are closed at the end."""

    def __init__(self, speaker: Speaker) -> None:
        """Start without peers."""
        self.speaker = speaker
        self._peers: list[VpnPeer] = []

    async def peer(
        self, number: int, *, families: tuple[Family, ...] = BOTH, client: bool = True, **options: Any
    ) -> VpnPeer:
        """Return the peer of this ``number`` from 0, a client or another internal peer, its session up."""
        address = ADDRESSES[number]
        config = towards_scripted(address, families=families, route_reflector_client=client, **options)
        await self.speaker.add_peer(config)
        capabilities = [*map(capability, families), REFRESH_CAPABILITY, graceful_restart()]
        peer = await scripted(self.speaker, *capabilities, address=address, identifier=IDENTIFIERS[address])
        self._peers.append(VpnPeer(peer, address))
        return self._peers[-1]

    async def close(self) -> None:
        """Close the peers."""
        for each in self._peers:
            await each.peer.close()


@asynccontextmanager
async def backbone(**options: Any) -> AsyncGenerator[Backbone]:
    """Run a reflector for VPN routes and memberships."""
    async with speaker_at(families=BOTH, **options) as speaker:
        lab = Backbone(speaker)
        try:
            yield lab
        finally:
            await lab.close()


def _cut(octets: bytes) -> list[bytes]:
    found: list[bytes] = []
    while octets:
        size = 1 + (octets[0] + 7) // 8
        found.append(octets[:size])
        octets = octets[size:]
    return found

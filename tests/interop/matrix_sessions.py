"""Rows of the matrix: how the session comes up."""

import asyncio
import socket
from contextlib import suppress
from typing import Final

from bgpkit import IPV6_UNICAST, AsPath, PathAttributes
from bgpkit.transport import Secret, TransportOptions
from tests.integration.transport_lab import ends, until
from tests.interop.matrix_feature import Feature
from tests.interop.matrix_lab import MINE, MINE6, Lab, hears, is_up, peer, terms_of
from tests.interop.matrix_neighbors import (
    ACTIVE4,
    ACTIVE6,
    COLLIDING,
    FAR,
    GUEST,
    NEAR,
    NEARBY,
    OLD,
    ONE,
    ONE6,
    PASSIVE4,
    PASSIVE6,
    RANGED,
    SECRET,
    SIGNED,
    SIGNING,
    THEIRS,
    TWO,
    Neighbor,
)
from tests.support.skips import require_kernel


async def both_ways(lab: Lab, neighbor: Neighbor) -> None:
    """Routes travel both ways; who has connected is who was to."""
    async with lab.session(neighbor) as speaker:
        assert terms_of(speaker, neighbor).opened_by_us is not neighbor.active
        if neighbor.ipv6:
            await speaker.announce(MINE6)
            await hears(speaker, neighbor, ONE6, family=IPV6_UNICAST)
            await lab.holds(neighbor, MINE6)
        else:
            await speaker.announce(MINE)
            await hears(speaker, neighbor, ONE, TWO)
            await lab.holds(neighbor, MINE)


async def active4(lab: Lab) -> None:
    """Connect over IPv4."""
    await both_ways(lab, ACTIVE4)


async def passive4(lab: Lab) -> None:
    """Prove that the daemon connects over IPv4."""
    await both_ways(lab, PASSIVE4)


async def active6(lab: Lab) -> None:
    """Connect over IPv6."""
    await both_ways(lab, ACTIVE6)


async def passive6(lab: Lab) -> None:
    """Prove that the daemon connects over IPv6."""
    await both_ways(lab, PASSIVE6)


async def two_octets(lab: Lab) -> None:
    """Prove that a peer with 2-octet AS numbers only gets AS_TRANS, and AS4_PATH beside it (RFC 6793)."""
    async with lab.session(OLD) as speaker:
        assert not terms_of(speaker, OLD).four_octet_as
        await speaker.announce(MINE, attributes=PathAttributes(as_path=AsPath.parse("4200000001 65010")))
        await hears(speaker, OLD, ONE, TWO)
        await lab.holds(OLD, MINE)
        words = lab.other.words_on(OLD, MINE)
        assert "23456" in words or "4200000001" in words
        assert "65010" in words


async def md5(lab: Lab) -> None:
    """Prove that with another key there is no session, with the right one there is (RFC 2385)."""
    require_kernel("tcp_md5")
    async with lab.speaking(SIGNED) as speaker:
        await speaker.add_peer(peer(SIGNED, transport=TransportOptions(md5_key=Secret("battery staple"))))
        await asyncio.sleep(0.8)
        assert not is_up(speaker, SIGNED)
        assert not lab.other.is_established(SIGNED)
        await speaker.remove_peer(THEIRS)
        await speaker.add_peer(peer(SIGNED, transport=TransportOptions(md5_key=Secret(SECRET))))
        await lab.established(speaker, SIGNED)
        await hears(speaker, SIGNED, ONE, TWO)


async def md5_passive(lab: Lab) -> None:
    """Prove that the daemon connects, and signs with our key (RFC 2385)."""
    require_kernel("tcp_md5")
    async with lab.session(SIGNING, transport=TransportOptions(md5_key=Secret(SECRET))) as speaker:
        assert not terms_of(speaker, SIGNING).opened_by_us
        await hears(speaker, SIGNING, ONE, TWO)


async def gtsm(lab: Lab) -> None:
    """Prove that what comes with the kernel's TTL is dropped, what comes with 255 is not (RFC 5082)."""
    async with lab.session(NEAR, transport=TransportOptions(ttl_security=1)) as speaker:
        await hears(speaker, NEAR, ONE, TWO)
    async with lab.speaking(FAR) as speaker:
        await speaker.add_peer(peer(FAR))
        await asyncio.sleep(0.8)
        assert not lab.other.is_established(FAR)


async def gtsm_passive(lab: Lab) -> None:
    """Prove that the daemon connects with TTL 255, which we insist on (RFC 5082)."""
    async with lab.session(NEARBY, transport=TransportOptions(ttl_security=1)) as speaker:
        await hears(speaker, NEARBY, ONE, TWO)


async def guests_here(lab: Lab) -> None:
    """Prove that the daemon connects from a range of ours, and is a peer as long as its session is."""
    async with lab.speaking(GUEST) as speaker:
        await speaker.accept_peers("10.9.0.0/28", lambda address: peer(GUEST, address=address))
        lab.other.connect(GUEST)
        await lab.established(speaker, GUEST)
        await hears(speaker, GUEST, ONE, TWO)
        await speaker.reset_peer(THEIRS)
        await until(lambda: not any(speaker.peers()) or is_up(speaker, GUEST), "gone, or back already")


async def guests_there(lab: Lab) -> None:
    """Connect from a range of the daemon's."""
    async with lab.session(RANGED) as speaker:
        await speaker.announce(MINE)
        await hears(speaker, RANGED, ONE, TWO)
        await lab.holds(RANGED, MINE)


async def collision(lab: Lab) -> None:
    """Let both sides open a connection before either has said a word; one is left (RFC 4271, section 6.8)."""
    loop = asyncio.get_running_loop()
    with lab.ours.entered(), socket.create_server((COLLIDING.address, 179)) as door:
        door.setblocking(False)
        lab.other.connect(COLLIDING)
        theirs, _ = await asyncio.wait_for(loop.sock_accept(door), 20)
    dialed, both = asyncio.Event(), asyncio.Event()

    async def dial(address: str, port: int) -> socket.socket:
        with lab.ours.entered():
            ours = socket.socket()
        ours.setblocking(False)
        ours.bind((COLLIDING.address, 0))
        await loop.sock_connect(ours, (address, port))
        dialed.set()
        await both.wait()
        return ours

    async with lab.speaking(COLLIDING) as speaker:
        await speaker.add_peer(peer(COLLIDING, passive=False, transport=TransportOptions(dialer=dial)))
        with suppress(TimeoutError):
            await asyncio.wait_for(dialed.wait(), 5)
        both.set()
        await speaker.adopt_connection(theirs)
        await lab.established(speaker, COLLIDING)
        await hears(speaker, COLLIDING, ONE, TWO)
        await speaker.announce(MINE)
        await lab.holds(COLLIDING, MINE)
        assert [each.established_count for each in speaker.peers()] == [1]
        left = [line for line in ends(lab.ours) if f"{COLLIDING.address}:" in line]
        assert len(left) == 1, left


SESSIONS: Final = (
    Feature("active-ipv4", "we connect, IPv4", active4),
    Feature("passive-ipv4", "the peer connects, IPv4", passive4),
    Feature("active-ipv6", "we connect, IPv6", active6),
    Feature("passive-ipv6", "the peer connects, IPv6", passive6),
    Feature("two-octet-as", "a peer with 2-octet AS numbers only (RFC 6793)", two_octets),
    Feature("md5", "TCP-MD5, we connect, with the wrong key and the right one (RFC 2385)", md5),
    Feature("md5-passive", "TCP-MD5, the peer connects (RFC 2385)", md5_passive),
    Feature("gtsm", "TTL security, we connect, with TTL 64 and with 255 (RFC 5082)", gtsm),
    Feature("gtsm-passive", "TTL security, the peer connects (RFC 5082)", gtsm_passive),
    Feature("dynamic-here", "the peer connects from a range of ours", guests_here),
    Feature("dynamic-there", "we connect from a range of the peer's", guests_there),
    Feature("collision", "two connections at once (RFC 4271, section 6.8)", collision),
)

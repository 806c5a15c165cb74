"""RFC 7313, section 4: refreshes that are marked, in both directions, and section 5 as a session sees it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, ConfigError, RefreshReceived, Speaker, State
from bgpkit.speaker.incoming_refreshes import REFRESH_SECONDS
from bgpkit_fsm import RouteRefreshSubtype
from tests.support import octets
from tests.support.scripted_peer import ScriptedPeer, eventually
from tests.support.speakers import (
    THEIRS,
    THIRD,
    holds,
    prefixes,
    scripted,
    settled,
    speaker_at,
    state,
    towards_scripted,
)
from tests.support.virtual_time import run

REFRESH = (octets.REFRESH_CAPABILITY, octets.ENHANCED_REFRESH_CAPABILITY)
GRACEFUL = octets.graceful_restart((1, True))
BORR, EORR = octets.route_refresh(subtype=1), octets.route_refresh(subtype=2)
OWN, ONE, TWO, THREE = "10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16", "10.4.0.0/16"
BLOCK = octets.attributes()


async def heard(peer: ScriptedPeer, count: int) -> list[str]:
    """Return the next messages but for KEEPALIVEs, in words."""
    words: list[str] = []
    while len(words) < count:
        kind, body = await peer.receive()
        if kind == octets.ROUTE_REFRESH:
            words.append(("request", "BoRR", "EoRR")[body[2]] + ("" if body[1] == 1 else " ipv6"))
        elif kind == octets.UPDATE:
            update = octets.read_update(body)
            words.append("EoR" if update.is_end_of_rib else " ".join(sorted(update.announced)))
        else:
            assert kind == octets.KEEPALIVE, kind
    return words


@asynccontextmanager
async def told(*capabilities: bytes, families: tuple[bytes, ...] = ()) -> AsyncGenerator[tuple[Speaker, ScriptedPeer]]:
    """Run a speaker with a route of its own, and a peer that has been sent it, and its End-of-RIB."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted(route_reflector_client=True, families=speaker.families))
        await speaker.announce(OWN)
        async with await scripted(speaker, *(families or (octets.IPV4_CAPABILITY,)), *capabilities) as peer:
            for _ in families or (b"",):
                await peer.routes()
            yield speaker, peer


@pytest.mark.rfc("7313", "4")
def test_the_capability_is_announced() -> None:
    """A speaker that supports the subtypes SHOULD advertise it."""

    async def prove() -> None:
        async with told() as (_, peer):
            assert octets.read_capabilities(peer.heard_open)[70] == [b""]

    run(prove())


@pytest.mark.rfc("7313", "4")
def test_a_refresh_begins_with_borr_and_ends_with_eorr() -> None:
    """Before it the speaker MUST send BoRR, and after the whole Adj-RIB-Out it MUST send EoRR."""

    async def prove() -> None:
        async with told(*REFRESH) as (_, peer):
            for _ in range(2):
                await peer.send(octets.route_refresh())
                assert await heard(peer, 3) == ["BoRR", OWN, "EoRR"]

    run(prove())


@pytest.mark.rfc("7313", "4")
def test_an_empty_table_is_refreshed_between_marks_too() -> None:
    """Else the peer would never know that what it holds is gone."""

    async def prove() -> None:
        async with told(*REFRESH) as (speaker, peer):
            await speaker.withdraw(OWN)
            assert (await peer.update()).withdrawn == (OWN,)
            await peer.send(octets.route_refresh())
            assert await heard(peer, 2) == ["BoRR", "EoRR"]

    run(prove())


@pytest.mark.rfc("7313", "4")
def test_a_peer_without_the_capability_is_sent_no_marks() -> None:
    """It would take BoRR for a request: refreshes are as in RFC 2918, whatever the reserved octet says."""

    async def prove() -> None:
        async with told(octets.REFRESH_CAPABILITY) as (speaker, peer):
            for request in (octets.route_refresh(), BORR):
                await peer.send(request)
                assert await heard(peer, 1) == [OWN]
            await speaker.announce(ONE)
            assert await heard(peer, 1) == [ONE], "nothing came in between"

    run(prove())


@pytest.mark.rfc("7313", "4")
def test_borr_does_not_come_before_end_of_rib() -> None:
    """BoRR of a family MUST NOT be sent before its End-of-RIB, which is held back here; of another family it may."""

    async def prove() -> None:
        async with speaker_at(hold_end_of_rib=True) as speaker:
            await speaker.add_peer(towards_scripted())
            await speaker.announce(OWN)
            async with await scripted(speaker, *REFRESH, GRACEFUL) as peer:
                assert await heard(peer, 1) == [OWN]
                await peer.send(octets.route_refresh())
                await settled()
                await speaker.announce(ONE)
                assert await heard(peer, 1) == [ONE]
                speaker.release_end_of_rib()
                assert await heard(peer, 5) == ["EoR", "BoRR", OWN, ONE, "EoRR"]

    run(prove())


@pytest.mark.rfc("7313", "4")
def test_what_is_not_announced_again_between_the_marks_is_gone() -> None:
    """BoRR: all routes of the family are marked as stale; EoRR: those that still are MUST be removed immediately.

    What was announced again the same causes no word to others, and nothing happens before the end.
    """

    async def prove() -> None:
        async with told(*REFRESH) as (speaker, peer):
            await speaker.add_peer(towards_scripted(THIRD))
            await peer.send(octets.update(BLOCK, ONE, TWO, THREE))
            await holds(speaker, {OWN, ONE, TWO, THREE})
            async with await scripted(speaker, address=THIRD) as other:
                assert set(await other.routes()) == {OWN, ONE, TWO, THREE}
                changed = octets.attributes(local_pref=300)
                await peer.send(BORR, octets.update(BLOCK, ONE), octets.update(changed, TWO))
                assert (await other.update()).announced == (TWO,)
                assert prefixes(speaker) == {OWN, ONE, TWO, THREE}
                assert not any(route.path.stale for route in speaker.routes())
                await peer.send(EORR)
                assert (await other.update()).withdrawn == (THREE,)
                assert prefixes(speaker) == {OWN, ONE, TWO}

    run(prove())


def test_marks_and_requests_are_events() -> None:
    """Each once, in order; a mark that is ignored is none."""

    async def prove() -> None:
        async with told(*REFRESH) as (speaker, peer):
            events = speaker.events()
            await peer.send(EORR, BORR, octets.route_refresh(), EORR)
            heard: list[RouteRefreshSubtype] = []
            while len(heard) < 3:
                event = await anext(events)
                if isinstance(event, RefreshReceived):
                    heard.append(event.subtype)
            subtypes = RouteRefreshSubtype
            assert heard == [subtypes.BEGINNING, subtypes.REQUEST, subtypes.END]

    run(prove())


@pytest.mark.rfc("7313", "4")
def test_a_refresh_of_one_family_leaves_the_others_alone() -> None:
    """The mark is of an address family: neither the sweep nor the generations of the others are touched."""

    async def prove() -> None:
        both = (octets.IPV4_CAPABILITY, octets.IPV6_CAPABILITY)
        async with told(*REFRESH, families=both) as (speaker, peer):
            reach = octets.attribute(
                0x80, 14, bytes.fromhex("0002 01 10 20010db8000000000000000000000099 00 20 20010db8")
            )
            bare = octets.ORIGIN_IGP + octets.attribute(0x40, 2, b"")
            await peer.send(octets.update(BLOCK, ONE), octets.update(bare + reach))
            await holds(speaker, {"2001:db8::/32"}, IPV6_UNICAST)
            await peer.send(BORR, EORR)
            await holds(speaker, {OWN})
            await peer.send(octets.update(BLOCK, TWO), octets.route_refresh(2, 1), octets.update(bare + reach))
            await peer.send(octets.route_refresh(2, 2))
            await settled()
            assert prefixes(speaker, IPV6_UNICAST) == {"2001:db8::/32"}
            assert prefixes(speaker) == {OWN, TWO}

    run(prove())


@pytest.mark.rfc("7313", "4")
def test_borr_before_end_of_rib_is_ignored() -> None:
    """Of a peer with graceful restart BoRR MUST be ignored before its End-of-RIB, lest stale routes go too soon."""

    async def prove() -> None:
        async with told(*REFRESH, GRACEFUL) as (speaker, peer):
            await peer.send(octets.update(BLOCK, ONE), BORR, octets.update(BLOCK, TWO), EORR)
            await holds(speaker, {OWN, ONE, TWO})
            await settled()
            assert prefixes(speaker) == {OWN, ONE, TWO}
            await peer.send(octets.end_of_rib(), BORR, octets.update(BLOCK, TWO), EORR)
            await holds(speaker, {OWN, TWO})

    run(prove())


@pytest.mark.rfc("7313", "4")
def test_eorr_without_borr_is_ignored() -> None:
    """It MAY be: nothing goes."""

    async def prove() -> None:
        async with told(*REFRESH) as (speaker, peer):
            await peer.send(octets.update(BLOCK, ONE), EORR)
            await holds(speaker, {OWN, ONE})
            await settled()
            assert prefixes(speaker) == {OWN, ONE}

    run(prove())


@pytest.mark.rfc("7313", "4")
def test_a_refresh_that_never_ends_is_bounded() -> None:
    """An upper bound MAY be imposed on how long stale routes are retained."""

    async def prove() -> None:
        async with told(*REFRESH) as (speaker, peer):
            await peer.send(octets.update(BLOCK, ONE))
            await holds(speaker, {OWN, ONE})
            await peer.send(BORR)
            keep = asyncio.ensure_future(keepalives(peer))
            await asyncio.sleep(REFRESH_SECONDS + 1)
            assert prefixes(speaker) == {OWN}
            keep.cancel()

    run(prove())


async def keepalives(peer: ScriptedPeer) -> None:
    """Keep a session up."""
    while True:
        await peer.send(octets.message(octets.KEEPALIVE))
        await asyncio.sleep(20)


@pytest.mark.rfc("7313", "5")
def test_another_subtype_is_ignored_by_the_session() -> None:
    """A Message Subtype other than 0, 1 or 2 MUST be ignored: nothing is sent, and nothing ends."""

    async def prove() -> None:
        async with told(*REFRESH) as (speaker, peer):
            await peer.send(octets.route_refresh(subtype=3), octets.route_refresh(subtype=255))
            await settled()
            await speaker.announce(ONE)
            assert await heard(peer, 1) == [ONE]
            assert state(speaker, THEIRS) is State.ESTABLISHED

    run(prove())


@pytest.mark.rfc("7313", "5")
def test_a_mark_of_the_wrong_length_ends_the_session() -> None:
    """ROUTE-REFRESH Message Error / Invalid Message Length; its data MUST contain the complete message."""

    async def prove() -> None:
        async with told(*REFRESH) as (_, peer):
            wrong = octets.message(octets.ROUTE_REFRESH, bytes.fromhex("0001 01 01 00"))
            await peer.send(wrong)
            assert await peer.expect(octets.NOTIFICATION) == b"\x07\x01" + wrong

    run(prove())


@pytest.mark.rfc("7313", "5")
def test_the_error_is_for_peers_with_the_capability_only() -> None:
    """Without it what follows the four octets may be filters (RFC 5291), and the third octet is reserved."""

    async def prove() -> None:
        async with told(octets.REFRESH_CAPABILITY) as (_, peer):
            await peer.send(octets.message(octets.ROUTE_REFRESH, bytes.fromhex("0001 01 01 00")))
            assert await heard(peer, 1) == [OWN]

    run(prove())


@pytest.mark.rfc("2918", "4")
def test_we_can_ask_for_a_refresh_ourselves() -> None:
    """A request for each family asked for; who cannot be asked is told so."""

    async def prove() -> None:
        async with told(*REFRESH) as (speaker, peer):
            await speaker.refresh_peer(THEIRS)
            await speaker.refresh_peer(THEIRS, (IPV4_UNICAST,))
            assert await heard(peer, 2) == ["request", "request"]
            with pytest.raises(ConfigError, match="ipv6-unicast is not a family of the session"):
                await speaker.refresh_peer(THEIRS, (IPV6_UNICAST,))
            await speaker.add_peer(towards_scripted(THIRD))
            with pytest.raises(ConfigError, match="refreshed in an Established one"):
                await speaker.refresh_peer(THIRD)
            async with await scripted(speaker, address=THIRD):
                with pytest.raises(ConfigError, match="does not do route refresh"):
                    await speaker.refresh_peer(THIRD)
            await eventually(lambda: state(speaker, THIRD) is not State.ESTABLISHED, "gone")

    run(prove())

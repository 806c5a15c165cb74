"""The calls of those who embed a speaker, proven on the loopback interface."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pytest
from structlog.testing import capture_logs

from bgpkit import (
    IPV4_UNICAST,
    IPV6_UNICAST,
    BgpError,
    ChangePlan,
    Community,
    ConfigError,
    Family,
    Notification,
    Path,
    PathAttributes,
    PeerConfig,
    Speaker,
    State,
)
from bgpkit.policy import Verdict
from tests.support import octets
from tests.support.leaks import open_sockets, other_tasks, pending_timers
from tests.support.scripted_peer import ScriptedPeer, eventually
from tests.support.speakers import (
    ASN,
    EVERYTHING,
    OURS,
    THEIRS,
    THIRD,
    address_of,
    connect,
    established,
    holds,
    only,
    port_of,
    prefixes,
    scripted,
    settled,
    speaker_at,
    state,
    towards,
    towards_scripted,
    turned_away,
)

BOTH = (IPV4_UNICAST, IPV6_UNICAST)


async def test_a_peer_that_joins_late_is_sent_everything_then_end_of_rib() -> None:
    """The table first, then the marker; an empty table is the marker alone. RFC 4724, section 2."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted())
        async with await scripted(speaker) as peer:
            assert (await peer.update()).is_end_of_rib
        await speaker.announce(*(f"10.{number}.0.0/16" for number in range(100)))
        async with await scripted(speaker) as peer:
            assert set(await peer.routes()) == {f"10.{number}.0.0/16" for number in range(100)}


async def test_stop_tells_peers_that_it_is_an_administrative_shutdown() -> None:
    """Cease, Administrative Shutdown. RFC 4486, section 4."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted())
        async with await scripted(speaker) as peer:
            assert (await peer.update()).is_end_of_rib
            stop = asyncio.ensure_future(speaker.stop())
            assert await peer.expect_notification() == (6, 2)
            await stop


async def test_a_graceful_stop_sends_no_notification() -> None:
    """The connection just ends, so that the peer keeps our routes. RFC 4724, section 4."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted())
        async with await scripted(speaker) as peer:
            assert (await peer.update()).is_end_of_rib
            stop = asyncio.ensure_future(speaker.stop(graceful=True))
            await peer.expect_end()
            await stop


async def test_stop_sends_what_was_written_before_the_notification() -> None:
    """A peer that reads slowly still gets the NOTIFICATION after all the routes before it."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted())
        async with await scripted(speaker) as peer:
            assert (await peer.update()).is_end_of_rib
            await speaker.announce(*(f"10.{high}.{low}.0/24" for high in range(40) for low in range(250)))
            await settled()
            stop = asyncio.ensure_future(speaker.stop())
            heard = 0
            while heard < 10_000:
                heard += len((await peer.update()).announced)
            assert await peer.expect_notification() == (6, 2)
            await stop


@pytest.mark.parametrize(("arguments", "expected"), [({}, (6, 3)), ({"notification": Notification(6, 9)}, (6, 9))])
async def test_remove_peer_says_so(arguments: dict[str, Notification], expected: tuple[int, int]) -> None:
    """Cease, Peer De-configured, or the NOTIFICATION given; the peer's routes go, and it may not come back."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted())
        async with await scripted(speaker) as peer:
            assert (await peer.update()).is_end_of_rib
            await peer.send(octets.update(octets.attributes(), "10.2.0.0/16"))
            await holds(speaker, {"10.2.0.0/16"})
            await speaker.remove_peer(THEIRS, **arguments)
            assert prefixes(speaker) == set()
            assert await peer.expect_notification() == expected
        await turned_away(speaker, THEIRS)


async def test_remove_peer_without_a_word_drops_its_routes_at_once() -> None:
    """``notification=None`` closes silently; graceful restart does not keep routes of a peer that we remove."""
    with capture_logs() as logged:
        await lose_a_removed_peer()
    events = [entry["event"] for entry in logged]
    assert "session.closed" in events
    assert "session.routes_kept" not in events


async def lose_a_removed_peer() -> None:
    """Remove a peer that does graceful restart, without a word, and see its routes go."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted())
        async with await scripted(speaker, octets.graceful_restart((1, True))) as peer:
            assert (await peer.update()).is_end_of_rib
            await peer.send(octets.update(octets.attributes(), "10.2.0.0/16"))
            await holds(speaker, {"10.2.0.0/16"})
            await speaker.remove_peer(THEIRS, notification=None)
            assert prefixes(speaker) == set()
            await peer.expect_end()


async def test_a_stranger_is_closed_at_once() -> None:
    """A connection from an address that is no peer's ends without a word."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted(THEIRS))
        await turned_away(speaker, THIRD)


async def test_both_sides_connect_at_once_and_one_session_survives() -> None:
    """Whatever connections were tried, each side ends with one session, the same, that carries routes."""
    async with speaker_at(OURS) as one, speaker_at(THEIRS) as other:
        await asyncio.gather(one.add_peer(towards(other, one)), other.add_peer(towards(one, other)))
        await established(one, THEIRS)
        await established(other, OURS)
        await one.announce("10.1.0.0/16")
        await other.announce("10.2.0.0/16")
        await holds(one, {"10.1.0.0/16", "10.2.0.0/16"})
        await holds(other, {"10.1.0.0/16", "10.2.0.0/16"})
        assert [status.established_count for speaker in (one, other) for status in speaker.peers()] == [1, 1]


async def test_a_peer_that_never_reads_does_not_hold_up_others() -> None:
    """Megabytes of routes reach the second peer while the first one takes nothing in."""
    async with speaker_at(OURS) as speaker, speaker_at(THIRD) as reader:
        await speaker.add_peer(towards_scripted())
        blocked = await ScriptedPeer.dial(OURS, port_of(speaker), local=THEIRS, receive_buffer=4096)
        async with blocked:
            await blocked.handshake(ASN, "10.0.0.2")
            await connect(speaker, reader)
            bulky = tuple(Community(number) for number in range(800))
            for number in range(2000):
                attributes = PathAttributes(med=number, communities=bulky)
                await speaker.announce(f"10.{number // 256}.{number % 256}.0/24", attributes=attributes)
            await eventually(lambda: len(prefixes(reader)) == 2000, "all routes at the second peer")
            whole = speaker.peers()[1].octets_sent
            assert speaker.peers()[0].octets_sent < 0.9 * whole, "the first one is full"
            assert state(speaker, THEIRS) is State.ESTABLISHED
            await speaker.stop()


async def test_a_stopped_speaker_leaves_nothing() -> None:
    """No task, socket or timer is left of speakers with sessions, watchers and attempts."""
    sockets, tasks, timers = open_sockets(), other_tasks(), pending_timers()
    async with speaker_at(OURS) as one, speaker_at(THEIRS) as other:
        await connect(one, other)
        await one.add_peer(PeerConfig(address=THIRD, asn=ASN, port=1, local_address=OURS))
        await one.announce("10.1.0.0/16")
        await holds(other, {"10.1.0.0/16"})
        changes = other.watch()
        await anext(changes)
        await one.remove_peer(THIRD)
        await asyncio.gather(one.stop(), other.stop())
        await changes.aclose()
        assert other_tasks() <= tasks
        assert open_sockets() <= sockets
        assert [timer for timer in pending_timers() if timer not in timers] == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"asn": 0}, r"asn 0 is not between 1 and 4294967295 \(AS 0: RFC 7607\)"),
        ({"bgp_identifier": "router"}, r"bgp_identifier 'router' is not written like an IPv4 address \(RFC 6286\)"),
        ({"bgp_identifier": "0.0.0.0"}, r"bgp_identifier 0\.0\.0\.0 is not allowed \(RFC 6286, section 2\.1\)"),
        ({"cluster_id": "x"}, r"cluster_id 'x' is not written like an IPv4 address \(RFC 6286\)"),
    ],
)
def test_a_speaker_that_cannot_be_is_one_sentence(arguments: dict[str, Any], sentence: str) -> None:
    """ConfigError names field, value and reason."""
    given: dict[str, Any] = {"asn": ASN, "bgp_identifier": "10.0.0.1"} | arguments
    with pytest.raises(ConfigError, match=f"^{sentence}$"):
        Speaker(**given)


async def test_peers_that_cannot_be_are_one_sentence_each() -> None:
    """Unknown, twice, of a family without table, a client of another AS: each is told, and nothing changes."""
    async with Speaker(asn=ASN, bgp_identifier="10.0.0.1", families=[IPV4_UNICAST]) as speaker:
        await speaker.add_peer(towards_scripted())
        sentences: list[str] = []
        for call in (
            speaker.add_peer(towards_scripted()),
            speaker.add_peer(towards_scripted(THIRD, families=BOTH)),
            speaker.add_peer(towards_scripted(THIRD, asn=64999, route_reflector_client=True)),
            speaker.update_peer(towards_scripted(families=BOTH)),
            speaker.update_peer(towards_scripted(asn=64999, route_reflector_client=True)),
            speaker.remove_peer(THIRD),
        ):
            with pytest.raises(ConfigError) as caught:
                await call
            sentences.append(str(caught.value))
        with pytest.raises(BgpError, match="no table for ipv6-unicast"):
            speaker.subscribe(IPV6_UNICAST, lambda _keys, _old, _new: None)
        assert sentences == [
            "peer 127.0.0.2 exists already; change it with update_peer",
            "peer 127.0.0.3: this speaker has no table for ipv6-unicast",
            "peer 127.0.0.3: a route reflector client is in our own AS, 64512",
            "peer 127.0.0.2: this speaker has no table for ipv6-unicast",
            "peer 127.0.0.2: a route reflector client is in our own AS, 64512",
            "there is no peer 127.0.0.3; configured: 127.0.0.2",
        ]
        assert [status.address for status in speaker.peers()] == [THEIRS]


async def test_a_port_in_use_stops_the_speaker_before_it_starts() -> None:
    """ConfigError, and the listeners that were opened before are closed again."""
    async with speaker_at() as first:
        sockets = open_sockets()
        second = Speaker(asn=ASN, bgp_identifier="10.0.0.2", listen=[(THEIRS, 0), (OURS, port_of(first))])
        with pytest.raises(ConfigError, match="in use"):
            await second.__aenter__()
        assert open_sockets() == sockets


async def test_changes_of_configuration_go_as_planned() -> None:
    """A change of nothing sends nothing, a soft one only differences, a hard one resets with Cease / 6."""
    async with speaker_at() as speaker:
        await speaker.announce("10.1.0.0/16", "192.0.2.0/24")
        config = towards_scripted(asn=64999, export_policy=EVERYTHING)
        await speaker.add_peer(config)
        async with await scripted(speaker, asn=64999) as peer:
            assert set(await peer.routes()) == {"10.1.0.0/16", "192.0.2.0/24"}
            sent = octets_sent(speaker)
            described = towards_scripted(asn=64999, export_policy=EVERYTHING, description="the same")
            assert await speaker.update_peer(described) is ChangePlan.NONE
            await settled()
            assert octets_sent(speaker) == sent
            narrow = towards_scripted(asn=64999, export_policy=only("10.0.0.0/8"))
            assert await speaker.update_peer(narrow) is ChangePlan.SOFT
            assert (await peer.update()).withdrawn == ("192.0.2.0/24",)
            await speaker.announce("10.3.0.0/16")
            assert (await peer.update()).announced == ("10.3.0.0/16",)
            other_hold_time = towards_scripted(asn=64999, export_policy=only("10.0.0.0/8"), hold_time=30)
            assert await speaker.update_peer(other_hold_time) is ChangePlan.RESET
            assert await peer.expect_notification() == (6, 6)
        assert speaker.peer_config(THEIRS) == other_hold_time


async def test_several_speakers_live_in_one_process() -> None:
    """Four speakers in a full mesh: each holds the routes of all, and nobody else's."""
    addresses = [OURS, THEIRS, THIRD, "127.0.0.4"]
    async with (
        speaker_at(addresses[0]) as a,
        speaker_at(addresses[1]) as b,
        speaker_at(addresses[2]) as c,
        speaker_at(addresses[3]) as d,
    ):
        mesh = (a, b, c, d)
        for number, one in enumerate(mesh):
            for other in mesh[:number]:
                await connect(one, other)
            await one.announce(f"10.{number}.0.0/16")
        for one in mesh:
            await holds(one, {f"10.{number}.0.0/16" for number in range(4)})
        assert {address_of(one) for one in mesh} == set(addresses)


def octets_sent(speaker: Speaker) -> int:
    """Return the octets that a speaker has written to its only peer's session."""
    (peer,) = speaker.peers()
    return peer.octets_sent


@dataclass
class Unhashable:
    """A policy that is a plain dataclass: comparable, not hashable."""

    name: str = "unhashable"

    def apply(self, family: Family, path: Path, keys: list[bytes]) -> Iterable[tuple[Verdict, list[bytes]]]:
        """Accept everything."""
        return ((Verdict(True, self.name), keys),)


async def test_a_policy_that_cannot_be_hashed_is_refused_with_a_cure() -> None:
    """Update groups are found by what decides on their octets, the export policy among it."""
    async with speaker_at(OURS) as speaker:
        with pytest.raises(ConfigError, match="export_policy must be hashable"):
            await speaker.add_peer(PeerConfig(address=THEIRS, asn=ASN, export_policy=Unhashable()))

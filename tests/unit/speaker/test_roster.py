"""Peers that come from a range: made when they connect, gone when nothing is left of them."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from bgpkit import ConfigError, PeerConfig, Speaker, State
from bgpkit.speaker import stranger_limits
from bgpkit.speaker.config import Confederation
from tests.support import octets
from tests.support.scripted_peer import ScriptedPeer, eventually
from tests.support.speakers import ASN, THEIRS, THIRD, address_of, port_of, scripted, speaker_at, turned_away


def client(address: str) -> PeerConfig:
    """Return a client without graceful restart."""
    return PeerConfig(address=address, asn=ASN, passive=True, route_reflector_client=True, graceful_restart=False)


def addresses(speaker: Speaker) -> list[str]:
    """Return the peers there are."""
    return [status.address for status in speaker.peers()]


async def test_whoever_connects_from_a_range_is_a_peer_until_the_session_ends() -> None:
    """With its routes; then both are gone."""
    async with speaker_at() as speaker:
        await speaker.accept_peers("127.0.0.0/29", client)
        assert addresses(speaker) == []
        peer = await scripted(speaker)
        await peer.send(octets.update(octets.attributes(64700), "10.1.0.0/16"))
        await eventually(lambda: [str(route.prefix) for route in speaker.routes()] == ["10.1.0.0/16"], "the route")
        assert speaker.peers()[0].state is State.ESTABLISHED
        await peer.close()
        await eventually(lambda: not addresses(speaker), "the peer has gone")
        assert list(speaker.routes()) == []
        again = await scripted(speaker)
        assert addresses(speaker) == [THEIRS]
        await again.close()


async def test_a_stranger_is_closed_at_once() -> None:
    """From outside the ranges."""
    async with speaker_at() as speaker:
        await speaker.accept_peers("127.0.0.2/32", client)
        await turned_away(speaker, THIRD)
        assert addresses(speaker) == []


async def test_a_connection_that_never_became_a_session_leaves_no_peer() -> None:
    """Whoever hangs up before its OPEN is forgotten."""
    async with speaker_at() as speaker:
        await speaker.accept_peers("127.0.0.0/29", client)
        peer = await ScriptedPeer.dial(address_of(speaker), port_of(speaker), local=THEIRS)
        await eventually(lambda: addresses(speaker) == [THEIRS], "it is a peer")
        await peer.close()
        await eventually(lambda: not addresses(speaker), "it is forgotten")


async def test_refusing_a_range_ends_its_sessions_and_no_others() -> None:
    """The peer that was named stays."""
    async with speaker_at() as speaker:
        await speaker.add_peer(client(THIRD))
        await speaker.accept_peers("127.0.0.0/29", client)
        peer = await scripted(speaker)
        named = await scripted(speaker, address=THIRD)
        await speaker.refuse_peers("127.0.0.0/29")
        assert addresses(speaker) == [THIRD]
        await named.close()
        await peer.close()
        assert addresses(speaker) == [THIRD]


def _cannot_be(address: str) -> PeerConfig:
    return PeerConfig(address=address, asn=ASN + 1, passive=True, route_reflector_client=True)


def _another(address: str) -> PeerConfig:
    del address
    return client("192.0.2.77")


def _raising(address: str) -> PeerConfig:
    raise LookupError(address)


@pytest.mark.parametrize("faulty", [_cannot_be, _another, _raising])
async def test_what_a_range_makes_of_an_address_is_checked(faulty: Callable[[str], PeerConfig]) -> None:
    """A configuration that cannot be, or none, refuses the connection, and ends nothing else."""
    async with speaker_at() as speaker:
        await speaker.accept_peers("127.0.0.0/29", faulty)
        await turned_away(speaker, THEIRS)
        assert addresses(speaker) == []


async def test_who_asks_for_no_peer_is_told_of_a_few() -> None:
    """Not of thousands."""
    async with Speaker(asn=ASN, bgp_identifier="192.0.2.1") as speaker:
        with pytest.raises(ConfigError, match=r"^there is no peer 127\.0\.0\.99; configured: none$"):
            speaker.peer_config("127.0.0.99")
        for last in range(1, 13):
            await speaker.add_peer(PeerConfig(address=f"127.0.0.{last}", asn=ASN, passive=True))
        with pytest.raises(ConfigError, match=r"configured: 127\.0\.0\.1, .*, 127\.0\.0\.10 and 2 more$"):
            speaker.peer_config("127.0.0.99")


async def test_a_local_as_is_for_external_peers() -> None:
    """Internal peers and those of the confederation know our true number."""
    confederation = Confederation(identifier=65000, members=frozenset({64513}))
    async with speaker_at(confederation=confederation) as speaker:
        for asn in (ASN, 64513):
            with pytest.raises(ConfigError, match=f"local_asn is for external peers, and AS {asn} is not external"):
                await speaker.add_peer(PeerConfig(address=THEIRS, asn=asn, local_asn=7))
        await speaker.add_peer(PeerConfig(address=THEIRS, asn=64514, local_asn=7, passive=True))


async def test_strangers_are_named_once_and_so_many_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who scans addresses fills no log; how many there were is counted."""
    monkeypatch.setattr(stranger_limits, "NAMED", 1)
    with capture_logs() as logged:
        async with speaker_at() as speaker:
            await speaker.accept_peers("127.0.0.9/32", client)
            for address in (THEIRS, THEIRS, THIRD):
                await turned_away(speaker, address)
            assert speaker.strangers_refused == 3
    refused = [entry for entry in logged if entry["event"] == "connection.refused"]
    assert [(entry["peer"], entry["log_level"]) for entry in refused] == [(THEIRS, "info")]


async def test_a_peer_from_a_range_whose_routes_are_kept_stays_until_their_time_is_over() -> None:
    """It is a peer while its routes are stale, and none when they have gone. RFC 4724, section 4.2."""
    async with speaker_at() as speaker:
        await speaker.accept_peers("127.0.0.0/29", lambda address: replace(client(address), graceful_restart=True))
        peer = await scripted(speaker, octets.IPV4_CAPABILITY, octets.graceful_restart((1, True), restart_time=1))
        await peer.send(octets.update(octets.attributes(64700), "10.1.0.0/16"), octets.end_of_rib())
        await eventually(lambda: len(list(speaker.routes())) == 1, "the route")
        await peer.close()
        await eventually(lambda: speaker.peers()[0].stale != (), "the routes are stale")
        assert addresses(speaker) == [THEIRS]
        await eventually(lambda: not addresses(speaker), "the peer has gone")
        assert list(speaker.routes()) == []

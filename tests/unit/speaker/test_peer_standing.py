"""What a speaker tells about its peers, from the first attempt to the last session."""

from datetime import UTC, datetime

from bgpkit import IPV4_UNICAST, PeerStatus, RouteCounts, State
from bgpkit.wire import from_plain, to_plain
from tests.support import octets
from tests.support.scripted_peer import eventually
from tests.support.speakers import ASN, OURS, THEIRS, holds, scripted, speaker_at, towards_scripted


async def test_the_status_of_a_peer_through_its_life() -> None:
    """Before, during and after a session each field says what it promises."""
    began = datetime.now(UTC)
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted(description="core", hold_time=33))
        (before,) = speaker.peers()
        assert (before.address, before.asn, before.state, before.description) == (THEIRS, ASN, State.ACTIVE, "core")
        assert (before.bgp_identifier, before.local_address, before.families, before.hold_time) == ("", "", (), 0)
        assert (before.established_count, before.last_error) == (0, "")
        async with await scripted(speaker) as peer:
            (during,) = speaker.peers()
            assert (during.state, during.bgp_identifier, during.local_address) == (State.ESTABLISHED, "10.0.0.2", OURS)
            assert (during.families, during.hold_time, during.established_count) == ((IPV4_UNICAST,), 33, 1)
            assert began <= before.since <= during.since <= datetime.now(UTC)
            await peer.send(octets.update(octets.attributes(), "10.2.0.0/16", "10.3.0.0/16"))
            await peer.send(octets.update(octets.attributes(ASN), "10.4.0.0/16"))
            await holds(speaker, {"10.2.0.0/16", "10.3.0.0/16", "10.4.0.0/16"}, peer=THEIRS)
            (full,) = speaker.peers()
            assert full.prefixes_received == 3, "a looped one is held, too"
            received, sent = full.messages_received, full.messages_sent
            assert (received.opens, received.updates, received.keepalives, received.notifications) == (1, 2, 1, 0)
            assert (sent.opens, sent.updates, sent.keepalives) == (1, 1, 1), "the UPDATE is End-of-RIB"
            assert full.routes_received == (RouteCounts(family=IPV4_UNICAST, announced=3),)
            assert 22 < full.hold_timer <= 33
            assert 0 < full.keepalive_timer <= 11
            assert full.terms is not None
            assert (full.terms.peer_identifier, full.terms.opened_by_us) == ("10.0.0.2", False)
            await peer.send(octets.message(octets.NOTIFICATION, b"\x06\x04"))
            await eventually(lambda: speaker.peers()[0].state is not State.ESTABLISHED, "the session over")
        (after,) = speaker.peers()
        assert after.last_error == "peer sent Cease / Administrative Reset"
        assert (after.prefixes_received, after.families, after.local_address) == (0, (), "")
        assert (after.messages_received.total, after.messages_sent.total, after.terms) == (0, 0, None)
        assert (after.routes_received, after.hold_timer, after.keepalive_timer) == ((), 0.0, 0.0)
        assert from_plain(PeerStatus, to_plain(after)) == after
        assert (after.bgp_identifier, after.established_count) == ("10.0.0.2", 1)
        assert after.since >= during.since


async def test_messages_are_counted_anew_in_every_session() -> None:
    """What a former session was sent does not count in the next one, nor what was received on it."""
    async with speaker_at() as speaker:
        await speaker.announce("10.1.0.0/16")
        await speaker.add_peer(towards_scripted(graceful_restart=False))
        counted = (RouteCounts(family=IPV4_UNICAST, announced=3, withdrawn=2),)
        for _ in range(2):
            async with await scripted(speaker) as peer:
                await peer.routes()
                (status,) = speaker.peers()
                assert (status.messages_sent.opens, status.messages_sent.updates) == (1, 2)
                assert (status.messages_received.opens, status.messages_received.updates) == (1, 0)
                assert status.routes_received == (RouteCounts(family=IPV4_UNICAST),)
                await peer.send(octets.update(octets.attributes(), "10.2.0.0/16", "10.3.0.0/16"))
                await peer.send(octets.update(octets.attributes(), "10.2.0.0/16"))
                await peer.send(octets.withdraw("10.2.0.0/16", "10.9.0.0/16"))
                await eventually(lambda: speaker.peers()[0].routes_received == counted, "repeated ones count, too")
            await eventually(lambda: speaker.peers()[0].state is not State.ESTABLISHED, "the session over")

"""What a speaker tells about its peers, from the first attempt to the last session."""

from datetime import UTC, datetime

from bgpkit import IPV4_UNICAST, State
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
            assert speaker.peers()[0].prefixes_received == 3, "a looped one is held, too"
            await peer.send(octets.message(octets.NOTIFICATION, b"\x06\x04"))
            await eventually(lambda: speaker.peers()[0].state is not State.ESTABLISHED, "the session over")
        (after,) = speaker.peers()
        assert after.last_error == "peer sent Cease / Administrative Reset"
        assert (after.prefixes_received, after.families, after.local_address) == (0, (), "")
        assert (after.bgp_identifier, after.established_count) == ("10.0.0.2", 1)
        assert after.since >= during.since

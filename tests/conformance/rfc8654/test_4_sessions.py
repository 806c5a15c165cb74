"""RFC 8654, sections 4 and 5: long messages over a socket."""

from dataclasses import replace

import pytest

from bgpkit_fsm import ExtendedMessageCapability
from tests.support import octets
from tests.support.scripted_peer import ScriptedPeer, eventually
from tests.unit.session.sessions import OURS, PASSIVE, PEER_ASN, THEIRS, running

EXTENDED = replace(PASSIVE, capabilities=(*PASSIVE.capabilities, ExtendedMessageCapability()))
LONG = octets.update(octets.attributes(PEER_ASN), *(f"10.{high}.{low}.0/24" for high in range(8) for low in range(250)))
BOTH = (octets.EXTENDED_MESSAGE_CAPABILITY,)


@pytest.mark.rfc("8654", "5")
@pytest.mark.parametrize("extended", [(True, False), (False, True), (False, False)])
async def test_a_long_update_without_the_capability_on_both_sides_ends_the_session(
    extended: tuple[bool, bool],
) -> None:
    """Bad Message Length, with the length, from whoever has not announced, or not been told."""
    ours, theirs = extended
    async with running(EXTENDED if ours else PASSIVE) as (_, owner, port):
        peer = await ScriptedPeer.dial(OURS, port, local=THEIRS)
        await peer.handshake(PEER_ASN, "10.0.0.2", *BOTH if theirs else ())
        await eventually(lambda: owner.up, "Established")
        await peer.send(LONG)
        assert await peer.expect(octets.NOTIFICATION) == b"\1\2" + len(LONG).to_bytes(2, "big")
        await peer.expect_end()


@pytest.mark.rfc("8654", "4")
async def test_a_long_keepalive_is_refused_although_long_messages_are_agreed() -> None:
    """The limits of OPEN and KEEPALIVE stay."""
    async with running(EXTENDED) as (_, owner, port):
        peer = await ScriptedPeer.dial(OURS, port, local=THEIRS)
        await peer.handshake(PEER_ASN, "10.0.0.2", *BOTH)
        await eventually(lambda: owner.up, "Established")
        await peer.send(LONG)
        await eventually(lambda: len(owner.updates) == 1, "the update")
        await peer.send(octets.message(octets.KEEPALIVE, bytes(5000)))
        assert await peer.expect(octets.NOTIFICATION) == b"\1\2" + (5019).to_bytes(2, "big")
        await peer.expect_end()


@pytest.mark.rfc("8654", "4")
async def test_before_the_session_is_up_no_message_is_long() -> None:
    """The terms hold from Established on: an OPEN of 4,097 octets is refused."""
    async with running(EXTENDED) as (_, _, port):
        peer = await ScriptedPeer.dial(OURS, port, local=THEIRS)
        await peer.send(octets.message(octets.OPEN, bytes(4078)))
        assert await peer.expect(octets.OPEN)
        assert await peer.expect(octets.NOTIFICATION) == b"\1\2" + (4097).to_bytes(2, "big")
        await peer.expect_end()

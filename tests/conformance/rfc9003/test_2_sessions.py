"""RFC 9003, section 2: shutdown communications over a socket, whatever is in them."""

import pytest

from bgpkit_fsm import CeaseSubcode, Notification
from tests.support import octets
from tests.support.scripted_peer import ScriptedPeer, eventually
from tests.unit.session.sessions import OURS, PEER_ASN, THEIRS, running


async def _heard(port: int, subcode: int, data: bytes) -> None:
    peer = await ScriptedPeer.dial(OURS, port, local=THEIRS)
    await peer.handshake(PEER_ASN, "10.0.0.2")
    await peer.send(octets.message(octets.NOTIFICATION, bytes((6, subcode)) + data))
    await peer.expect_end()


@pytest.mark.rfc("9003", "2")
@pytest.mark.parametrize("subcode", [CeaseSubcode.ADMINISTRATIVE_SHUTDOWN, CeaseSubcode.ADMINISTRATIVE_RESET])
@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", None),
        (b"\0", ""),
        (b"\5later", "later"),
        (b"\5later and more", "later"),
        (b"\x06later", None),
        (b"\xff" + b"a" * 255, "a" * 255),
        (b"\2\xc3\x28", None),
        (b"\4a\nb\0", "a\nb\0"),
    ],
    ids=["none", "empty", "text", "octets behind it", "too long for the message", "255", "no UTF-8", "unprintable"],
)
async def test_whatever_the_peer_says_the_session_ends_quietly(subcode: int, data: bytes, text: str | None) -> None:
    """What is invalid is not interpreted, nothing is answered, and the reason is one line that can be logged."""
    async with running() as (_, owner, port):
        await _heard(port, subcode, data)
        await eventually(lambda: len(owner.released) == 1, "released")
        (reason,) = owner.released
        received = reason.received
        assert received is not None
        assert (reason.sent, received) == (None, Notification(6, subcode, data))
        assert received.shutdown_communication == text
        assert reason.text.isprintable()


@pytest.mark.rfc("9003", "2")
@pytest.mark.parametrize("text", ["a" * 256, "\u00e4" * 128])
def test_a_text_of_more_than_255_octets_is_refused_before_it_is_sent(text: str) -> None:
    """Octets count, not letters."""
    with pytest.raises(ValueError, match="of 256 octets is longer than 255"):
        Notification.shutdown(text)


@pytest.mark.rfc("9003", "2")
async def test_the_operators_words_reach_the_peer() -> None:
    """Length and UTF-8 behind the two codes."""
    async with running() as (session, owner, port), await ScriptedPeer.dial(OURS, port, local=THEIRS) as peer:
        await peer.handshake(PEER_ASN, "10.0.0.2")
        await eventually(lambda: owner.up, "Established")
        session.stop(Notification.shutdown("gr\u00fc\u00dfe"))
        assert await peer.expect(octets.NOTIFICATION) == b"\6\2\7gr\xc3\xbc\xc3\x9fe"

"""RFC 9072, section 2: OPENs with long parameters over a socket."""

from dataclasses import replace

import pytest

from bgpkit_fsm import UnknownCapability
from tests.support import octets
from tests.support.scripted_peer import ScriptedPeer, eventually
from tests.unit.session.sessions import OURS, PASSIVE, PEER_ASN, THEIRS, running

LONG = UnknownCapability(200, bytes(250))


def _extended(*capabilities: bytes) -> bytes:
    """Return an OPEN in the extended form, written by hand."""
    listed = b"".join(capabilities)
    parameter = b"\2" + len(listed).to_bytes(2, "big") + listed
    fixed = b"\4" + PEER_ASN.to_bytes(2, "big") + b"\0\x5a" + b"\x0a\0\0\2"
    return octets.message(octets.OPEN, fixed + b"\xff\xff" + len(parameter).to_bytes(2, "big") + parameter)


@pytest.mark.rfc("9072", "2")
async def test_an_open_of_many_capabilities_goes_out_extended() -> None:
    """Both old octets are 255 and the lengths have two; nothing is left out."""
    config = replace(PASSIVE, capabilities=(*PASSIVE.capabilities, LONG, LONG))
    async with running(config) as (_, _, port), await ScriptedPeer.dial(OURS, port, local=THEIRS) as peer:
        body = await peer.expect(octets.OPEN)
        assert body[9:11] == b"\xff\xff"
        assert int.from_bytes(body[11:13], "big") == len(body) - 13
        assert body.count(bytes((200, 250)) + bytes(250)) == 2


@pytest.mark.rfc("9072", "2")
@pytest.mark.parametrize("padding", [0, 2])
async def test_an_extended_open_of_the_peer_brings_the_session_up(padding: int) -> None:
    """Of whatever length: an implementation MUST accept the extended form for short parameters, too."""
    message = _extended(octets.four_octet_as(PEER_ASN), *(bytes((201, 250)) + bytes(250),) * padding)
    async with running() as (_, owner, port), await ScriptedPeer.dial(OURS, port, local=THEIRS) as peer:
        await peer.send(message, octets.message(octets.KEEPALIVE))
        await eventually(lambda: owner.up, "Established")
        assert owner.established[0].four_octet_as
        assert len(owner.established[0].remote.capabilities) == 1 + padding

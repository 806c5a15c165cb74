"""RFC 9687, section 5: over a socket, a peer that does not read is given up, and one that reads slowly is not."""

import asyncio
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from bgpkit.session import Session
from bgpkit_fsm import Notification
from tests.support import octets
from tests.support.scripted_peer import ScriptedPeer, eventually
from tests.support.virtual_time import run
from tests.unit.session.sessions import OURS, PASSIVE, PEER_ASN, THEIRS, Owner, running

CONFIG = replace(PASSIVE, hold_time=3, send_hold_time=12)
KEEPALIVE = octets.message(octets.KEEPALIVE)
MUCH = octets.update(octets.attributes(PEER_ASN), *(f"10.0.{low}.0/24" for low in range(250))) * 8_000
"""More than the kernel takes for a peer that does not read."""


async def _established(port: int) -> ScriptedPeer:
    peer = await ScriptedPeer.dial(OURS, port, local=THEIRS, receive_buffer=4096)
    return await peer.handshake(PEER_ASN, "10.0.0.2", hold_time=3)


async def _fill(session: Session[bytes], owner: Owner) -> None:
    await eventually(lambda: owner.up, "Established")
    session.write(MUCH)
    assert session.connection is not None
    assert session.connection.octets_waiting > 0


@pytest.mark.rfc("9687", "5")
def test_a_peer_that_speaks_but_does_not_read_is_given_up() -> None:
    """The connection MUST be closed, and the error MUST be logged with its code."""

    async def prove() -> None:
        async with running(CONFIG) as (session, owner, port), await _established(port) as peer:
            await _fill(session, owner)
            began = asyncio.get_running_loop().time()
            while owner.up:
                await asyncio.sleep(1)
                await peer.send(KEEPALIVE)
            assert 12 <= asyncio.get_running_loop().time() - began <= 15
            (reason,) = owner.released
            assert (reason.sent, reason.text) == (Notification(8), "SendHoldTimer expired in Established")
            await session.wait_closed()
            assert not session.closing

    with capture_logs() as logs:
        run(prove())
    found = [entry for entry in logs if entry["event"] == "session.send_hold_timer_expired"]
    assert [(entry["log_level"], entry["error_code"]) for entry in found] == [("error", 8)]


@pytest.mark.rfc("9687", "4.3")
def test_a_peer_that_reads_slowly_is_kept() -> None:
    """As long as octets go out the SendHoldTimer begins anew, however many are waiting."""

    async def prove() -> None:
        async with running(CONFIG) as (session, owner, port), await _established(port) as peer:
            await _fill(session, owner)
            for _ in range(30):
                await asyncio.sleep(1)
                await peer.send(KEEPALIVE)
                await peer.reader.read(2000)
            assert owner.up
            assert session.connection is not None
            assert session.connection.octets_waiting > 0

    run(prove())


@pytest.mark.rfc("9687", "4.3")
def test_a_quiet_session_is_kept() -> None:
    """KEEPALIVEs that the peer takes are messages sent."""

    async def prove() -> None:
        async with running(CONFIG) as (_, owner, port), await _established(port) as peer:
            for _ in range(30):
                await asyncio.sleep(1)
                await peer.send(KEEPALIVE)
            assert owner.up

    run(prove())

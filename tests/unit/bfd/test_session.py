"""bgpkit.bfd.session: a machine with a clock and a socket."""

import asyncio
import socket
from dataclasses import replace
from typing import Any

import pytest

from bgpkit.bfd.packet import decode_packet
from bgpkit.bfd.session import BfdSession
from bgpkit.bfd.state import BfdState
from bgpkit.speaker import LivenessState, MonitoredPath
from tests.support.bfd_line import machine
from tests.support.virtual_time import run
from tests.unit.bfd.loopback import path

PEER = replace(
    decode_packet(bytes.fromhex("20400318 00000002 00000000 000186a0 000186a0 00000000")), your_discriminator=1
)
"""Down, 100 ms."""


class Driven:
    """A session whose packets go nowhere, and what was told of it."""

    def __init__(self, watched: MonitoredPath | None = None) -> None:
        """Enable the session."""
        self.drained = 0
        self.told: list[LivenessState] = []
        sending = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sending.setblocking(False)
        self.late = b""
        self.session = BfdSession(
            watched or path(),
            machine(1),
            sending,
            changed=lambda session: self.told.append(session.liveness.state),
            drain=self.drain,
        )
        self.session.perform(self.session.machine.enable())

    def drain(self) -> None:
        """Let what has arrived late arrive."""
        self.drained += 1
        if self.late:
            self.session.received(self.late, 255)
            self.late = b""

    def up(self) -> None:
        """Bring the session up."""
        self.session.received(replace(PEER, state=BfdState.INIT).encode(), 255)
        assert self.told == [LivenessState.UP]


def test_the_detection_timer_waits_for_the_last_packet() -> None:
    """Each packet puts it off; when none comes the path is down."""

    async def main() -> None:
        driven = Driven()
        driven.up()
        for _ in range(20):
            await asyncio.sleep(0.25)  # of virtual time
            driven.session.received(replace(PEER, state=BfdState.UP).encode(), 255)
        assert driven.told == [LivenessState.UP]
        assert driven.session.packets_received == 21
        await asyncio.sleep(0.299)
        assert driven.told == [LivenessState.UP]
        await asyncio.sleep(0.01)
        assert driven.told == [LivenessState.UP, LivenessState.DOWN]
        driven.session.close()

    run(main())


def test_a_late_look_at_the_clock_misses_nothing_that_came_in_time() -> None:
    """What the socket holds is read before the path is said to be down."""

    async def main() -> None:
        driven = Driven()
        driven.up()
        driven.late = replace(PEER, state=BfdState.UP).encode()
        await asyncio.sleep(0.5)
        assert (driven.drained, driven.told) == (1, [LivenessState.UP])
        await asyncio.sleep(0.5)
        assert driven.told[-1] is LivenessState.DOWN
        driven.session.close()

    run(main())


@pytest.mark.parametrize(
    ("fields", "ttl", "taken"),
    [({}, 255, 1), ({}, 254, 0), ({"multihop": True}, 1, 1), ({"multihop": True, "minimum_ttl": 250}, 249, 0)],
)
async def test_packets_from_too_far_away_are_discarded(fields: dict[str, Any], ttl: int, taken: int) -> None:
    """RFC 5881, section 5; over several hops as far as the options say."""
    driven = Driven(path(**fields))
    driven.session.received(PEER.encode(), ttl)
    assert (driven.session.packets_received, driven.session.packets_discarded) == (taken, 1 - taken)
    driven.session.close()


async def test_rubbish_is_discarded() -> None:
    """And counted."""
    driven = Driven()
    driven.session.received(b"rubbish", 255)
    assert (driven.session.packets_discarded, driven.told) == (1, [])
    driven.session.close()


async def test_a_packet_that_cannot_be_sent_is_no_error() -> None:
    """There may be no route just then; the source port stays the same."""
    driven = Driven(path(remote="255.255.255.255", local=None))
    assert driven.session.packets_sent == 0
    driven.session.close()

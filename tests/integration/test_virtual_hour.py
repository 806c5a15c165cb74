"""A thousand sessions with the timers of real life live through an hour, in less than a minute."""

import asyncio
import time
from contextlib import AsyncExitStack
from typing import Final

import pytest
from structlog.testing import capture_logs

from bgpkit import PeerConfig, Speaker
from bgpkit.testing import LinkConditions, Simulation

HOUR: Final = 3600.0
KEEPALIVE_LENGTH: Final = 19
HUB: Final = "10.0.0.1"


async def _hour(lab: Simulation, sessions: int) -> tuple[list[int], list[int]]:
    """Return how often each session came up, and the KEEPALIVEs that the hub sent in the hour on each."""
    network = lab.network.host(HUB)
    async with AsyncExitStack() as running:
        hub = Speaker(asn=64512, bgp_identifier=HUB, listen=[(HUB, 179)], network=network, jitter=network.random)
        await running.enter_async_context(hub)
        for number in range(sessions):
            address = f"10.1.{number >> 8}.{number & 255}"
            host = lab.network.host(address)
            client = Speaker(asn=64512, bgp_identifier=address, network=host, jitter=host.random)
            await running.enter_async_context(client)
            await hub.add_peer(PeerConfig(address=address, asn=64512, passive=True, route_reflector_client=True))
            await client.add_peer(PeerConfig(address=HUB, asn=64512))
        await asyncio.sleep(30)
        before = [peer.octets_sent for peer in hub.peers()]
        await asyncio.sleep(HOUR)
        peers = hub.peers()
        assert {peer.hold_time for peer in peers} == {90}
        keepalives = [(peer.octets_sent - sent) / KEEPALIVE_LENGTH for peer, sent in zip(peers, before, strict=True)]
        assert all(number.is_integer() for number in keepalives)
        return [peer.established_count for peer in peers], [int(number) for number in keepalives]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("sessions", [250, pytest.param(1000, marks=pytest.mark.soak)])
def test_a_thousand_sessions_live_through_an_hour_in_less_than_a_minute(sessions: int) -> None:
    """Hold time 90 s, a KEEPALIVE at 22.5 to 30 s: each session comes up once and stays, and nothing else is sent."""
    lab = Simulation(1, conditions=LinkConditions(delay=0.01, jitter=0.01), log=False)
    began = time.process_time()
    with capture_logs():
        ups, keepalives = lab.run(lambda lab: _hour(lab, sessions))
    spent = time.process_time() - began
    print(f"{sessions} sessions, {sum(keepalives)} KEEPALIVEs each way, {spent:.1f} s")
    assert ups == [1] * sessions
    assert HOUR / 30 - 1 <= min(keepalives) <= max(keepalives) <= HOUR / 22.5 + 1
    assert spent < 60 * sessions / 1000

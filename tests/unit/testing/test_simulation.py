"""A simulation: network, clock and log together."""

import asyncio

import pytest
from structlog.testing import capture_logs

from bgpkit import PeerConfig, Speaker
from bgpkit.testing import LinkConditions, NetworkEvent, NetworkEventKind, NothingLeftError, Simulation

HUB = "10.0.0.1"


async def star(lab: Simulation, size: int = 200) -> int:
    """Run a reflector with ``size`` clients, of which the first ten announce something; return the hub's routes."""
    host = lab.network.host(HUB)
    hub = Speaker(asn=64512, bgp_identifier=HUB, listen=[(HUB, 179)], network=host, jitter=host.random)
    clients: list[Speaker] = []
    async with hub:
        await hub.accept_peers(
            "10.1.0.0/16",
            lambda address: PeerConfig(address=address, asn=64512, passive=True, route_reflector_client=True),
        )
        for number in range(size):
            address = f"10.1.0.{number}"
            own = lab.network.host(address)
            client = Speaker(asn=64512, bgp_identifier=address, network=own, jitter=own.random)
            clients.append(await client.__aenter__())
            await client.add_peer(PeerConfig(address=HUB, asn=64512))
        for number, client in enumerate(clients[:10]):
            await client.announce(f"10.2.{number}.0/24")
        await asyncio.sleep(60)
        found = len(list(hub.routes()))
        lab.note(HUB, f"{len(hub.peers())} peers")
        await asyncio.gather(*(client.stop() for client in clients))
    return found


def test_two_hundred_speakers_run_the_same_twice() -> None:
    """Two logs of one seed are equal, event by event."""
    logs: list[list[NetworkEvent]] = []
    for _ in range(2):
        lab = Simulation(1, conditions=LinkConditions(delay=0.01, jitter=0.02, connect_jitter=1.0))
        with capture_logs():
            assert lab.run(star) == 10
        logs.append(lab.log)
    assert len(logs[0]) > 200 * 10
    assert logs[0] == logs[1]


def test_notes_stand_between_the_events() -> None:
    """With their time and their subject; a simulation without a log keeps none."""

    async def main(lab: Simulation) -> None:
        await asyncio.sleep(3)
        lab.note("somebody", "has waited")

    lab, silent = Simulation(), Simulation(log=False)
    lab.run(main)
    silent.run(main)
    assert lab.log == [NetworkEvent(3.0, NetworkEventKind.NOTE, "somebody", text="has waited")]
    assert str(lab.log[0]) == "3.000000 note somebody has waited"
    assert silent.log == []


def test_time_begins_at_zero_and_is_virtual() -> None:
    """Each run has a clock of its own, and the result comes back."""

    async def main(lab: Simulation) -> float:
        assert lab.now == 0.0
        await asyncio.sleep(1e6)
        return lab.now

    assert Simulation().run(main) == 1e6


def test_a_run_that_waits_for_ever_ends_with_an_error() -> None:
    """In place of a hang."""

    async def main(lab: Simulation) -> None:
        await asyncio.Event().wait()

    with pytest.raises(NothingLeftError):
        Simulation().run(main)

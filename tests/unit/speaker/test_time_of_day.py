"""The time of day is the machine's, or the simulation's."""

import asyncio
from datetime import UTC, datetime, timedelta

from structlog.testing import capture_logs

from bgpkit import PeerConfig, Speaker
from bgpkit.speaker.time_of_day import time_of_day
from bgpkit.testing import Simulation


def test_without_a_loop_it_is_the_machines() -> None:
    """Nothing runs."""
    assert abs(datetime.now(UTC) - time_of_day()) < timedelta(seconds=10)


async def test_an_ordinary_loop_leaves_it_to_the_machine() -> None:
    """Its clock is the machine's."""
    assert abs(datetime.now(UTC) - time_of_day()) < timedelta(seconds=10)


def test_in_a_simulation_it_goes_with_the_virtual_clock() -> None:
    """From the same day on in each run, so that what is told of peers is the same in each run."""

    async def main(lab: Simulation) -> list[datetime]:
        told = [time_of_day()]
        await asyncio.sleep(3600)
        async with Speaker(asn=64512, bgp_identifier="10.0.0.1", network=lab.network.host("10.0.0.1")) as speaker:
            await speaker.add_peer(PeerConfig(address="10.0.0.2", asn=64512, passive=True))
            await asyncio.sleep(3600)
            return [*told, speaker.peers()[0].since, time_of_day()]

    with capture_logs():
        began, added, ended = Simulation().run(main)
        assert Simulation().run(main) == [began, added, ended]
    assert (added - began, ended - began) == (timedelta(hours=1), timedelta(hours=2))

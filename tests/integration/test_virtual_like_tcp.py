"""A connection in memory behaves as one over TCP does, scenario by scenario."""

import asyncio

import pytest

from bgpkit.testing import LinkConditions, Simulation
from tests.integration.transport_scenarios import SCENARIOS, Scenario, in_memory, over_tcp, played


@pytest.mark.parametrize("keeps_open", [False, True], ids=["the end closes", "the end is kept"])
@pytest.mark.parametrize("buffer", [65536, 1000], ids=["a large buffer", "a small buffer"])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_both_ends_are_told_the_same_as_over_tcp(scenario: Scenario, keeps_open: bool, buffer: int) -> None:
    """In the same order, with the same octets and the same errors, at once or with a delay."""
    told = asyncio.run(played(scenario, over_tcp, keeps_open=keeps_open, buffer=buffer))
    for delay in (0.0, 0.001):

        async def main(lab: Simulation) -> list[object]:
            connects = in_memory(lab.network.host("192.0.2.1"), lab.network.host("192.0.2.2"))
            return await played(scenario, connects, keeps_open=keeps_open, buffer=buffer)

        lab = Simulation(conditions=LinkConditions(delay=delay), log=False)
        assert lab.run(main) == told
        assert lab.network.connections == 0


async def test_a_refused_connect_is_the_same_error() -> None:
    """Number and class."""
    lab = Simulation()
    errors: list[OSError] = []
    for connecting in (
        asyncio.get_running_loop().create_connection(asyncio.Protocol, "127.0.0.1", 1),
        lab.network.host("192.0.2.1").connect(asyncio.Protocol, remote=("192.0.2.1", 1)),
    ):
        with pytest.raises(ConnectionRefusedError) as caught:
            await connecting
        errors.append(caught.value)
    assert errors[0].errno == errors[1].errno

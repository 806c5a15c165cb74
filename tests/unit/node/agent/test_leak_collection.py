"""The agent looks for leaks again and again, whatever goes wrong."""

import asyncio

import pytest
from structlog.testing import capture_logs

from bgpkit_node.agent import leak_collection as module
from bgpkit_node.agent.leak_collection import INTERVAL, leak_collection
from bgpkit_node.errors import DatastoreError
from bgpkit_node.ipam import Ipam, StoredPools
from bgpkit_node.ipam.leak_collector import LeakCollector
from bgpkit_node.resources import ResourceStore
from bgpkit_node.running import RunningNode
from tests.support.memory_datastore import MemoryDatastore
from tests.support.virtual_time import run


def test_looks_go_on_after_an_outage_and_after_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sooner after what went wrong, and every half of the grace period otherwise; the end of the agent ends them."""
    outcomes: list[Exception | None] = [None, DatastoreError("no answer"), RuntimeError("a fault of ours"), None]
    times: list[float] = []

    async def collect(_: LeakCollector) -> None:
        """Do as the list says, then rest."""
        times.append(asyncio.get_running_loop().time())
        outcome = outcomes.pop(0) if outcomes else None
        if outcome is not None:
            raise outcome

    class Middle:
        """A source of randomness without any."""

        def uniform(self, low: float, high: float) -> float:
            """Return the middle."""
            return (low + high) / 2

    async def adopt(*_: object) -> None:
        """Adopt nothing."""

    monkeypatch.setattr(LeakCollector, "collect", collect)
    monkeypatch.setattr(module, "adopt_pods", adopt)
    monkeypatch.setattr(module, "adopt_addresses", adopt)
    monkeypatch.setattr(module, "_RANDOM", Middle())
    store = ResourceStore(MemoryDatastore())

    async def live() -> None:
        """Be an agent for a while."""
        async with leak_collection(RunningNode(name="a"), store, Ipam(store.datastore, StoredPools(store))):
            await asyncio.sleep(3 * INTERVAL)
        await asyncio.sleep(3 * INTERVAL)

    with capture_logs() as lines:
        run(live())
    assert times == [0, INTERVAL, INTERVAL + 60, 2 * INTERVAL + 60]
    assert [line["event"] for line in lines] == ["ipam.leaks_not_collected"] * 2

"""What a node announces for services follows the cluster's configuration, its own label, and the datastore."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import msgspec
import pytest

from bgpkit import Speaker
from bgpkit_node.agent.service_following import ServiceFollower
from bgpkit_node.agent.service_routes import ServiceRoutes
from bgpkit_node.errors import DatastoreError
from bgpkit_node.peering import Cluster
from bgpkit_node.peering.cluster import NO_SERVICES
from bgpkit_node.resources import EndpointSlice, Node, ResourceStore, Service
from bgpkit_node.running import Outages
from tests.support.clusters import cluster, node
from tests.support.memory_datastore import MemoryDatastore
from tests.support.scripted_peer import eventually
from tests.support.services import SHOP, configuration, originated, service, slice_of

PLAIN = cluster()
CONFIGURED = cluster(configuration({"serviceClusterIPs": [{"cidr": "10.96.0.0/12"}]}))
NODE = node("a", "10.4.7.11/24")
EXCLUDED = msgspec.structs.replace(NODE, metadata=msgspec.structs.replace(NODE.metadata, labels={NO_SERVICES: "true"}))
LOCAL = {"type": "NodePort", "clusterIP": "10.96.0.10", "externalTrafficPolicy": "Local"}
WEB, PODS = service("web", LOCAL), slice_of("web", ("10.244.0.1", "a"))
RANGE = {"10.96.0.0/12": "10.4.7.11"}
BOTH = {**RANGE, "10.96.0.10/32": "10.4.7.11"}


@dataclass
class Rig:
    """A follower of node a and what it works on."""

    speaker: Speaker
    datastore: MemoryDatastore = field(default_factory=MemoryDatastore)

    def __post_init__(self) -> None:
        """Make the store and the follower."""
        self.store = ResourceStore(self.datastore)
        self.follower = ServiceFollower("a", self.store, Outages(), ServiceRoutes(self.speaker, "10.4.7.11"))

    async def plan(self, given: Cluster, own: Node = NODE) -> dict[str, str]:
        """Follow a plan; return what is announced then."""
        await self.follower.follow_plan(given, own)
        return originated(self.speaker)

    async def wait_announced(self, expected: dict[str, str]) -> None:
        """Wait until just this is announced."""
        await eventually(lambda: originated(self.speaker) == expected, f"announced: {expected}")


@pytest.fixture
async def rig() -> AsyncGenerator[Rig]:
    """Give a speaker that nobody listens to."""
    async with Speaker(asn=64512, bgp_identifier="10.4.7.11") as speaker:
        yield Rig(speaker)


@asynccontextmanager
async def following(rig: Rig) -> AsyncGenerator[None]:
    """Let the follower run."""
    task = asyncio.create_task(rig.follower.follow_services())
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_ranges_and_addresses_come_together(rig: Rig) -> None:
    """A node that comes back tells all before its sessions are up; without a block no service is read."""
    await rig.store.apply([WEB, PODS])
    calls = 0

    async def count() -> None:
        """Count calls of the datastore."""
        nonlocal calls
        calls += 1

    rig.datastore.before_call = count
    assert await rig.plan(PLAIN) == {}
    assert calls == 0
    assert await rig.plan(CONFIGURED) == BOTH
    assert await rig.plan(CONFIGURED, EXCLUDED) == {}
    assert await rig.plan(CONFIGURED) == BOTH
    assert await rig.plan(PLAIN) == {}


async def test_services_are_followed_while_they_change(rig: Rig) -> None:
    """From the time on that there is a block."""
    async with following(rig):
        assert await rig.plan(PLAIN) == {}
        assert await rig.plan(CONFIGURED) == RANGE
        await rig.store.apply([WEB, PODS])
        await rig.wait_announced(BOTH)
        await rig.store.delete(EndpointSlice, PODS.name, namespace=SHOP)
        await rig.wait_announced(RANGE)
        await rig.store.apply([PODS])
        await rig.wait_announced(BOTH)
        await rig.store.delete(Service, "web", namespace=SHOP)
        await rig.wait_announced(RANGE)


async def test_a_datastore_that_is_away_keeps_nothing_else_back(rig: Rig) -> None:
    """The range is announced; the addresses follow when it is there again."""
    await rig.store.apply([WEB, PODS])

    async def away() -> None:
        """Fail, as a datastore that cannot be reached."""
        raise DatastoreError("away")

    rig.datastore.before_call = away
    assert await rig.plan(CONFIGURED) == RANGE
    rig.datastore.before_call = None
    async with following(rig):
        await rig.wait_announced(BOTH)

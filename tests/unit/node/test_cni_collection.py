"""GC: what is of no valid attachment goes, and nothing else."""

import asyncio

import pytest

from bgpkit_node.cni import CniService
from tests.support.cni_world import ADDRESS, HANDLE, World, call


@pytest.fixture
async def world() -> World:
    """Give an empty world."""
    return World()


@pytest.fixture
def service(world: World) -> CniService:
    """Give the service in that world."""
    return CniService(world, world, world, node="n1")


async def test_collection_removes_endpoints_of_its_network_only(service: CniService, world: World) -> None:
    """The endpoint of a container that the list lacks goes, also without interface and address."""
    for network, container, pod in (("net", "c1", "web"), ("net", "c2", "db"), ("other", "c3", "cache")):
        await service.handle(call("ADD", container=container, pod=pod, name=network))
    world.held.clear()
    world.wired.clear()
    valid = [{"containerID": "c1", "ifname": "eth0"}]
    await service.handle(call("GC", keys={"cni.dev/valid-attachments": valid}))
    assert {endpoint.spec.container_id for endpoint in world.endpoints.values()} == {"c1", "c3"}


async def test_collection_frees_addresses_without_interface_but_not_those_of_others(
    service: CniService, world: World
) -> None:
    """GC releases handles of its network that no attachment has, not those of a network whose name begins alike."""
    world.held = {"net.c1": (ADDRESS,), "net.lost": (ADDRESS,), "net.b.c9": (ADDRESS,), "other.c1": (ADDRESS,)}
    valid = [{"containerID": "c1", "ifname": "eth0"}]
    await service.handle(call("GC", keys={"cni.dev/valid-attachments": valid}))
    assert set(world.held) == {"net.c1", "net.b.c9", "other.c1"}


async def test_collection_spares_an_add_that_runs(service: CniService, world: World) -> None:
    """A container that is being added, and so is in no list yet, keeps what it has."""
    world.waiting["connect"] = asyncio.Event()
    adding = asyncio.ensure_future(service.handle(call("ADD")))
    await world.began["connect"].wait()
    await service.handle(call("GC", keys={"cni.dev/valid-attachments": ()}))
    assert HANDLE in world.held
    assert HANDLE in world.wired
    world.waiting["write"] = asyncio.Event()
    world.waiting["connect"].set()
    await world.began["write"].wait()
    await service.handle(call("GC", keys={"cni.dev/valid-attachments": ()}))
    assert len(world.endpoints) == 1
    world.waiting["write"].set()
    await adding


async def test_collection_discards_what_has_no_owner_but_not_what_is_being_made(
    service: CniService, world: World
) -> None:
    """An interface that a killed agent left half made goes; the one of an ADD that runs stays."""
    world.waiting["connect"] = asyncio.Event()
    world.ownerless = ["cali0000000000a", "cali68caf03a5f4"]
    adding = asyncio.ensure_future(service.handle(call("ADD")))
    await world.began["connect"].wait()
    await service.handle(call("GC", keys={"cni.dev/valid-attachments": ()}))
    assert world.ownerless == ["cali68caf03a5f4"]
    world.waiting["connect"].set()
    await adding

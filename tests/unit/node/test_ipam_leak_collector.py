"""Leaks taken back: after the grace period, after another look, all of a handle, and by one agent only."""

import asyncio
from collections.abc import Awaitable, Callable, Collection

import pytest

from bgpkit_node.errors import CniError, NodeError
from bgpkit_node.ipam import IPAddress, Ipam, IpamConfig, StoredPools, encode_config
from bgpkit_node.ipam.leak_collector import LeakCollector, LeakTally
from bgpkit_node.resources import (
    IPPool,
    IPPoolSpec,
    Metadata,
    Node,
    ResourceStore,
    WorkloadEndpoint,
    WorkloadEndpointSpec,
    endpoint_name,
    kind_of,
)
from tests.support.ipam_documents import affinities, assert_sound, handles
from tests.support.memory_datastore import MemoryDatastore


class World:
    """A cluster in memory, and the kernel of the node a."""

    def __init__(self) -> None:
        """Start with nodes a and b and one pool of small blocks."""
        self.datastore = MemoryDatastore()
        self.store = ResourceStore(self.datastore)
        self.ipam = Ipam(self.datastore, StoredPools(self.store))
        self.now = 0.0
        self.living: set[str] = set()
        self.routed: set[IPAddress] = set()
        self.error: NodeError | None = None
        self.looks = 0
        """How often the kernel was asked for its interfaces."""
        self.meanwhile: dict[int, Callable[[], Awaitable[None]]] = {}
        """What happens in the middle of a look, by its number."""
        self.tallies: dict[str, LeakTally] = {}
        self.collectors = {name: self._collector(name) for name in ("a", "c")}

    def _collector(self, name: str) -> LeakCollector:
        tally = self.tallies[name] = LeakTally()
        return LeakCollector(name, self.store, self.ipam, self, tally=tally, clock=lambda: self.now)

    async def handles(self) -> frozenset[str]:
        """Return what has an interface."""
        if self.error is not None:
            raise self.error
        self.looks += 1
        if self.looks in self.meanwhile:
            await self.meanwhile.pop(self.looks)()
        return frozenset(self.living)

    async def reached(self, addresses: Collection[IPAddress]) -> frozenset[IPAddress]:
        """Return what has a route."""
        return frozenset(self.routed & set(addresses))

    async def give(self, handle: str, node: str = "a", count: int = 1) -> tuple[IPAddress, ...]:
        """Take addresses for a pod."""
        attributes = {"namespace": "default", "pod": handle}
        given = await self.ipam.auto_assign(node=node, handle=handle, attributes=attributes, count=count)
        return tuple(one.address for one in given)

    async def tell(self, pod: str, address: IPAddress, node: str = "a") -> WorkloadEndpoint:
        """Write the endpoint of a pod."""
        spec = WorkloadEndpointSpec(
            orchestrator="k8s", node=node, pod=pod, endpoint="eth0", ip_networks=(f"{address}/32",)
        )
        metadata = Metadata(name=endpoint_name(spec), namespace="default")
        return await self.store.create(WorkloadEndpoint(metadata=metadata, spec=spec))

    async def look(self, after: float, *names: str) -> None:
        """Let time pass, and agents (a, unless told) look."""
        self.now += after
        await asyncio.gather(*(self.collectors[name].collect() for name in names or ("a",)))

    @property
    def held(self) -> set[str]:
        """The handles that have addresses; the documents have to be sound."""
        assert_sound(self.datastore.entries)
        return set(handles(self.datastore.entries))


@pytest.fixture
async def world() -> World:
    """Give such a cluster."""
    made = World()
    await made.store.create(IPPool(metadata=Metadata(name="p"), spec=IPPoolSpec(cidr="10.244.0.0/24", block_size=30)))
    for name in ("a", "b"):
        await made.store.create(Node(metadata=Metadata(name=name)))
    return made


async def test_a_leak_is_taken_back_after_the_grace_period(world: World) -> None:
    """Not before; candidates and what was taken back are counted, and a pod that is used stays."""
    (used,) = await world.give("net.used")
    await world.tell("used", used)
    await world.give("net.lost", count=2)
    (block,) = await world.ipam.blocks_of("a")
    await world.look(0)
    await world.look(899)
    assert world.held == {"net.used", "net.lost"}
    assert sum(world.tallies["a"].candidates.values()) == 2
    await world.look(1)
    assert world.held == {"net.used"}
    assert dict(world.tallies["a"].candidates) == {}
    assert world.tallies["a"].reclaimed == {("a", block): 2}


async def test_a_pod_that_comes_to_life_again_is_let_be(world: World) -> None:
    """By its endpoint, its interface, a route to it, or a new taking of the same handle, in the last moment too."""
    given = {handle: (await world.give(handle))[0] for handle in ("h.told", "h.wired", "h.routed", "h.anew", "h.lost")}
    await world.look(0)
    await world.tell("told", given["h.told"])
    world.living.add("h.wired")
    world.routed.add(given["h.routed"])
    await world.ipam.release_by_handle("h.anew")
    await world.give("h.anew")
    await world.look(900)
    assert world.held == {"h.told", "h.wired", "h.routed", "h.anew"}


@pytest.mark.parametrize("sign", ["endpoint", "interface", "another address"])
async def test_a_sign_of_life_between_the_look_and_the_release_counts(world: World, sign: str) -> None:
    """What is about to be released is looked at once more."""
    (address,) = await world.give("net.c1")
    await world.look(0)

    async def live() -> None:
        """Show the sign of life, or be another pod of the same handle."""
        if sign == "endpoint":
            await world.tell("c1", address)
        elif sign == "interface":
            world.living.add("net.c1")
        else:
            await world.ipam.release_by_handle("net.c1")
            await world.give("net.c1")

    world.looks = 0
    world.meanwhile[1 if sign == "another address" else 2] = live
    await world.look(900)
    assert world.held == {"net.c1"}


async def test_an_address_that_an_endpoint_of_another_node_has_is_in_use(world: World) -> None:
    """A pod may have moved with its address."""
    (address,) = await world.give("net.c1")
    await world.tell("c1", address, "b")
    await world.look(0)
    await world.look(900)
    assert world.held == {"net.c1"}


async def test_a_kernel_that_cannot_be_read_stops_everything(world: World) -> None:
    """Nothing is taken back on half of the truth."""
    await world.give("net.lost")
    await world.look(0)
    world.error = CniError(102, "the pods' interfaces cannot be listed")
    with pytest.raises(CniError):
        await world.look(900)
    assert world.held == {"net.lost"}


async def test_a_node_that_is_gone_is_cleared_once_by_whoever_comes_first(world: World) -> None:
    """Addresses, tunnel, endpoints, blocks: all of it, by two agents at a time; a living node's stay."""
    (address,) = await world.give("net.c1", "b")
    await world.tell("c1", address, "b")
    await world.ipam.auto_assign(node="b", handle="vxlan-tunnel-addr-b", attributes={"type": "vxlanTunnelAddress"})
    (own,) = await world.give("net.c2", "a")
    await world.tell("c2", own)
    await world.store.create(Node(metadata=Metadata(name="c")))
    await world.store.delete(Node, "b")
    await world.look(0, "a", "c")
    await world.look(899, "a", "c")
    assert world.held == {"net.c1", "vxlan-tunnel-addr-b", "net.c2"}
    await world.look(1, "a", "c")
    assert world.held == {"net.c2"}
    assert [one.spec.pod for one in await world.store.list(WorkloadEndpoint)] == ["c2"]
    assert {node for node, _ in affinities(world.datastore.entries)} == {"a"}
    assert sum(sum(tally.reclaimed.values()) for tally in world.tallies.values()) == 2


async def test_an_agent_that_comes_second_counts_nothing(world: World) -> None:
    """It has seen the leak once more, and then another agent was faster."""
    await world.give("net.c1", "b")
    await world.store.create(Node(metadata=Metadata(name="c")))
    await world.store.delete(Node, "b")
    await world.look(0, "a", "c")
    world.looks = 0
    world.meanwhile[2] = world.collectors["c"].collect
    await world.look(900)
    assert world.held == set()
    assert [sum(world.tallies[name].reclaimed.values()) for name in ("a", "c")] == [0, 1]


async def test_a_node_whose_resource_cannot_be_read_exists(world: World) -> None:
    """And a node that was deleted and registered anew within the grace period loses nothing."""
    await world.give("net.c1", "b")
    await world.look(0)
    stored = world.datastore.entries[kind_of(Node).key("b")]
    await world.datastore.update(stored.key, b"not JSON", stored.revision)
    await world.look(0)
    await world.look(900)
    await world.store.delete(Node, "b")
    await world.look(0)
    await world.store.create(Node(metadata=Metadata(name="b")))
    await world.look(900)
    assert world.held == {"net.c1"}


async def test_an_agent_whose_own_node_is_deleted_touches_nothing(world: World) -> None:
    """It is about to end, and knows the kernel of no other node."""
    await world.give("net.c1")
    await world.store.delete(Node, "a")
    await world.look(0)
    await world.look(900)
    assert world.held == {"net.c1"}


async def test_blocks_that_stay_empty_are_given_up_but_for_one(world: World) -> None:
    """After two looks."""
    for number in range(9):
        await world.give(f"h{number}")
    assert len(await world.ipam.blocks_of("a")) == 3
    for number in range(9):
        await world.ipam.release_by_handle(f"h{number}")
    await world.look(0)
    assert len(await world.ipam.blocks_of("a")) == 3
    await world.look(450)
    assert len(await world.ipam.blocks_of("a")) == 1
    await world.look(450)
    assert len(await world.ipam.blocks_of("a")) == 1


async def test_a_node_that_could_get_no_other_block_keeps_empty_ones(world: World) -> None:
    """Where blocks are not allocated automatically they are an operator's to give and take."""
    for number in range(5):
        await world.give(f"h{number}")
    for number in range(5):
        await world.ipam.release_by_handle(f"h{number}")
    await world.datastore.create("/calico/ipam/v2/config", encode_config(IpamConfig(auto_allocate_blocks=False)))
    await world.look(0)
    await world.look(450)
    assert len(await world.ipam.blocks_of("a")) == 2

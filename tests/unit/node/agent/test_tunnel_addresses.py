"""Addresses of tunnels: taken once, kept, given back, and never a pod's, wherever an agent dies."""

import asyncio
import itertools

import msgspec
import pytest
from structlog.testing import capture_logs

from bgpkit_node.agent import tunnel_addresses as module
from bgpkit_node.agent.resource_view import ResourceView
from bgpkit_node.agent.tunnel_addresses import TunnelAddresses, tunnel_addresses
from bgpkit_node.ipam import Ipam, StoredPools, load_snapshot
from bgpkit_node.peering import CLUSTER_KINDS, cluster_of
from bgpkit_node.resources import (
    EncapsulationMode,
    IPPool,
    IPPoolSpec,
    Metadata,
    Node,
    NodeBgp,
    NodeSpec,
    ResourceStore,
)
from bgpkit_node.tunnels import TUNNELS, Tunnel
from tests.support.memory_datastore import MemoryDatastore, Moment, ProcessDiedError

NEVER, ALWAYS = EncapsulationMode.NEVER, EncapsulationMode.ALWAYS
IPIP, VXLAN, VXLAN6 = TUNNELS
HANDLE = IPIP.handle_of("a")


class _PreparedView(ResourceView):
    """A view that needs no devices."""

    def is_in_use(self, _: Tunnel, /) -> bool:
        """No routes go by any tunnel."""
        return False


class Machine:
    """Node a of a cluster with a pool, in one datastore."""

    def __init__(self) -> None:
        """Make an empty datastore."""
        self.datastore = MemoryDatastore()
        self.store = ResourceStore(self.datastore)
        self.ipam = Ipam(self.datastore, StoredPools(self.store))
        self.agent = TunnelAddresses("a", self.store, self.ipam)

    async def begin(self, mode: EncapsulationMode = ALWAYS, cidr: str = "10.244.0.0/24") -> None:
        """Register the node and make a pool for IPIP."""
        bgp = NodeBgp(ipv4_address="10.4.7.11/24", ipv6_address="fd00::11/64")
        await self.store.apply([Node(metadata=Metadata(name="a"), spec=NodeSpec(bgp=bgp))])
        await self.pool("p", cidr, ipip_mode=mode)

    async def pool(self, name: str, cidr: str, **fields: object) -> None:
        """Make or change a pool."""
        spec = msgspec.convert({"cidr": cidr, "blockSize": 26 if "." in cidr else 122}, IPPoolSpec)
        await self.store.apply([IPPool(metadata=Metadata(name=name), spec=msgspec.structs.replace(spec, **fields))])

    async def settle(self) -> bool:
        """Let the agent see the cluster as it is."""
        return await self.agent.settle(
            cluster_of([one for kind in CLUSTER_KINDS for one in await self.store.list(kind)])
        )

    async def spec(self) -> NodeSpec:
        """Return the Node's spec."""
        node = await self.store.get(Node, "a")
        assert node is not None
        return node.spec

    async def named(self) -> str:
        """Return the IPIP tunnel's address, as the Node names it."""
        return IPIP.address(await self.spec())

    async def held(self, handle: str = HANDLE) -> list[str]:
        """Return the addresses of a tunnel's handle."""
        return [str(address) for address in await self.ipam.addresses_of(handle)]


@pytest.fixture
def machine() -> Machine:
    """Make a machine."""
    return Machine()


async def test_a_tunnel_has_one_address_of_the_nodes_own_block(machine: Machine) -> None:
    """With Calico's handle and attributes; a second look, or a new agent, changes nothing."""
    await machine.begin()
    assert await machine.settle()
    address = await machine.named()
    assert await machine.held() == [address]
    snapshot = await load_snapshot(machine.datastore)
    [network] = snapshot.blocks_of("a")
    [(given, allocation)] = snapshot.blocks[network].allocations()
    attributes = dict(allocation.owner.attributes)
    assert (str(given), allocation.owner.handle, allocation.owner.node) == (address, HANDLE, "a")
    assert (attributes["type"], attributes["node"]) == ("ipipTunnelAddress", "a")
    before = machine.datastore.revision
    assert await machine.settle()
    machine.agent = TunnelAddresses("a", machine.store, machine.ipam)
    assert await machine.settle()
    assert (machine.datastore.revision, await machine.held()) == (before, [address])


async def test_the_address_goes_when_no_pool_asks_for_it(machine: Machine) -> None:
    """By its mode, or because it selects the node no more; a pod may have it then."""
    await machine.begin()
    for fields in ({"ipip_mode": NEVER}, {"ipip_mode": ALWAYS, "node_selector": "has(rack)"}):
        await machine.pool("p", "10.244.0.0/24", ipip_mode=ALWAYS)
        assert await machine.settle()
        assert await machine.held() == [await machine.named()] != [""]
        await machine.pool("p", "10.244.0.0/24", **fields)
        assert await machine.settle()
        assert (await machine.held(), await machine.named()) == ([], "")


async def test_each_sort_of_tunnel_has_its_own(machine: Machine) -> None:
    """IPIP, VXLAN and VXLAN over IPv6 beside each other, with MAC addresses."""
    await machine.begin()
    await machine.pool("v", "10.245.0.0/24", vxlan_mode=ALWAYS)
    await machine.pool("six", "fd00:244::/112", vxlan_mode=ALWAYS)
    assert await machine.settle()
    spec = await machine.spec()
    named = [tunnel.address(spec) for tunnel in TUNNELS]
    assert [await machine.held(tunnel.handle_of("a")) for tunnel in TUNNELS] == [[address] for address in named]
    assert [address.rpartition(".")[0] or address[:9] for address in named] == ["10.244.0", "10.245.0", "fd00:244:"]
    assert (spec.vxlan_tunnel_mac_addr, spec.vxlan_tunnel_mac_addr_v6) == (VXLAN.mac_of("a"), VXLAN6.mac_of("a"))


async def test_another_pool_means_another_address(machine: Machine) -> None:
    """The new one is named before the old one is given back."""
    await machine.begin()
    assert await machine.settle()
    await machine.pool("q", "10.245.0.0/24", ipip_mode=ALWAYS)
    await machine.pool("p", "10.244.0.0/24", ipip_mode=NEVER)
    assert await machine.settle()
    assert await machine.held() == [await machine.named()]
    assert (await machine.named()).startswith("10.245.0.")


async def test_what_the_node_names_is_taken_when_it_is_free(machine: Machine) -> None:
    """As after a Node was applied from a file; what a pod has meanwhile stays the pod's."""
    await machine.begin()
    written = await machine.spec()
    assert written.bgp is not None
    bgp = msgspec.structs.replace(written.bgp, ipv4_ipip_tunnel_addr="10.244.0.77")
    node = Node(metadata=Metadata(name="a"), spec=msgspec.structs.replace(written, bgp=bgp))
    await machine.store.apply([node])
    assert await machine.settle()
    assert await machine.held() == [await machine.named()] == ["10.244.0.77"]
    await machine.ipam.release_by_handle(HANDLE)
    [pod] = await machine.ipam.auto_assign(node="a", handle="pod", attributes={})
    bgp = msgspec.structs.replace(written.bgp, ipv4_ipip_tunnel_addr=str(pod.address))
    await machine.store.apply([Node(metadata=Metadata(name="a"), spec=msgspec.structs.replace(written, bgp=bgp))])
    assert await machine.settle()
    assert await machine.held() == [await machine.named()]
    assert await machine.named() != str(pod.address)
    assert await machine.held("pod") == [str(pod.address)]


async def test_a_full_pool_is_told_once_and_tried_again(machine: Machine) -> None:
    """The other tunnels have their addresses meanwhile."""
    await machine.begin(cidr="10.244.0.0/26")
    await machine.pool("v", "10.245.0.0/24", vxlan_mode=ALWAYS, allowed_uses=())
    await machine.ipam.auto_assign(node="a", handle="pods", attributes={}, count=64, pools=["p"])
    with capture_logs() as logs:
        assert not await machine.settle()
        assert not await machine.settle()
    told = [entry for entry in logs if entry["event"] == "tunnel.address_not_settled"]
    assert [entry["purpose"] for entry in told] == ["ipipTunnelAddress"]
    assert "there is not a free address for node a in p" in told[0]["reason"]
    assert (await machine.spec()).ipv4_vxlan_tunnel_addr
    await machine.ipam.release_by_handle("pods")
    assert await machine.settle()
    assert await machine.held() == [await machine.named()] != [""]


@pytest.mark.parametrize("moment", Moment)
async def test_an_agent_that_dies_anywhere_leaves_nothing_behind(moment: Moment) -> None:
    """At each write of taking, moving and giving back: what the Node names is always the tunnel's own."""
    for number in itertools.count():
        machine = Machine()
        await machine.begin()
        machine.datastore.dies_at = None
        died = False
        for change in (("p", ALWAYS), ("q", ALWAYS), ("p", NEVER), ("q", NEVER)):
            name, mode = change
            await machine.pool(name, "10.244.0.0/24" if name == "p" else "10.245.0.0/24", ipip_mode=mode)
            machine.datastore.dies_at = (number, moment)
            try:
                await machine.settle()
            except ProcessDiedError:
                died = True
                machine.agent = TunnelAddresses("a", machine.store, machine.ipam)
            machine.datastore.dies_at = None
            named = await machine.named()
            assert not named or named in await machine.held()
            assert await machine.settle()
            named = await machine.named()
            assert await machine.held() == ([named] if named else [])
            assert bool(named) is (change != ("q", NEVER))
        if not died:
            return


async def test_pools_are_followed_while_the_agent_runs(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change of the view is enough; what failed is tried again without one."""
    monkeypatch.setattr(module, "_AGAIN", 0.01)
    await machine.begin(NEVER, cidr="10.244.0.0/26")
    view = _PreparedView()
    batches = machine.store.watch(*CLUSTER_KINDS)
    view.take(await anext(batches))
    async with asyncio.timeout(5), tunnel_addresses("a", machine.store, machine.ipam, view):
        await machine.ipam.auto_assign(node="a", handle="pods", attributes={}, count=64)
        await machine.pool("p", "10.244.0.0/26", ipip_mode=ALWAYS)
        view.take(await anext(batches))
        await machine.ipam.release_by_handle("pods")
        while not await machine.named():
            view.take(await anext(batches))
        assert await machine.held() == [await machine.named()]
    await batches.aclose()


async def test_an_address_stays_while_routes_go_by_its_tunnel(machine: Machine) -> None:
    """As while the other nodes are not ready for the new mode: without it the routes would go with it."""
    used = {IPIP}
    machine.agent = TunnelAddresses("a", machine.store, machine.ipam, used.__contains__)
    await machine.begin()
    assert await machine.settle()
    address = await machine.named()
    await machine.pool("p", "10.244.0.0/24", ipip_mode=NEVER)
    assert await machine.settle()
    assert await machine.named() == address != ""
    used.clear()
    assert await machine.settle()
    assert (await machine.held(), await machine.named()) == ([], "")

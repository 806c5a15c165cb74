"""Pods that live keep their addresses when the datastore has forgotten them."""

from collections.abc import Mapping
from ipaddress import ip_address

from structlog.testing import capture_logs

from bgpkit_node.agent.address_adoption import adopt_addresses
from bgpkit_node.agent.pod_adoption import adopt_pods
from bgpkit_node.cni import Attachment
from bgpkit_node.errors import CniError
from bgpkit_node.ipam import IPAddress, Ipam
from bgpkit_node.resources import ResourceStore, WorkloadEndpoint
from tests.support.ipam_cluster import FixedPools, pool
from tests.support.memory_datastore import MemoryDatastore


class Kernel:
    """Interfaces and routes as a test says."""

    def __init__(self, **routes: str) -> None:
        """Hold the address of each container."""
        self._routes = routes
        self.asked = 0

    async def attachments(self) -> tuple[Attachment, ...]:
        """Return one of each container."""
        found = [Attachment.from_alias(f"net {container} eth0", f"cali{container}") for container in self._routes]
        return tuple(each for each in found if each is not None)

    async def routed(self) -> Mapping[str, tuple[IPAddress, ...]]:
        """Return the addresses."""
        self.asked += 1
        return {f"net.{container}": (ip_address(address),) for container, address in self._routes.items()}


class Broken(Kernel):
    """One whose routes cannot be read."""

    async def routed(self) -> Mapping[str, tuple[IPAddress, ...]]:
        """Fail."""
        raise CniError(102, "the routes to pods cannot be looked up")


async def test_what_a_pod_has_is_given_to_no_other() -> None:
    """It goes to the pod's handle; what is in no pool is named; no endpoint follows from it, which would need names."""
    store = ResourceStore(MemoryDatastore())
    ipam = Ipam(store.datastore, FixedPools(pool("10.244.0.0/24", 26), nodes=("n1",)))
    kernel = Kernel(c1="10.244.0.0", c2="10.244.0.2", c3="192.0.2.1")
    with capture_logs() as lines:
        await adopt_addresses("n1", store.datastore, ipam, kernel)
    assert [(line["event"], line["address"]) for line in lines] == [
        ("address.adopted", "10.244.0.0"),
        ("address.adopted", "10.244.0.2"),
        ("address.not_adopted", "192.0.2.1"),
    ]
    given = await ipam.auto_assign(node="n1", handle="net.c4", attributes={}, count=2)
    assert [str(each.address) for each in given] == ["10.244.0.1", "10.244.0.3"]
    assert list(map(str, await ipam.addresses_of("net.c2"))) == ["10.244.0.2"]
    await adopt_pods("n1", store, kernel)
    assert await store.list(WorkloadEndpoint) == ()


async def test_routes_are_not_read_where_every_pod_is_known() -> None:
    """There may be hundreds of thousands; a kernel that cannot be read keeps no agent from starting."""
    store = ResourceStore(MemoryDatastore())
    ipam = Ipam(store.datastore, FixedPools(pool("10.244.0.0/24", 26), nodes=("n1",)))
    await ipam.auto_assign(node="n1", handle="net.c1", attributes={})
    kernel = Kernel(c1="10.244.0.0")
    await adopt_addresses("n1", store.datastore, ipam, kernel)
    assert kernel.asked == 0
    broken = Broken(c2="10.244.0.1")
    with capture_logs() as lines:
        await adopt_addresses("n1", store.datastore, ipam, broken)
    assert [line["event"] for line in lines] == ["addresses.not_adopted"]

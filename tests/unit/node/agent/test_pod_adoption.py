"""Pods that live and have no endpoint get one when an agent starts."""

from ipaddress import IPv4Address

from structlog.testing import capture_logs

from bgpkit_node.agent.pod_adoption import adopt_pods
from bgpkit_node.cni import Attachment
from bgpkit_node.cni.endpoint import endpoint_of
from bgpkit_node.cni.pod_endpoints import PodEndpoints
from bgpkit_node.errors import CniError
from bgpkit_node.ipam import Ipam
from bgpkit_node.resources import ResourceStore, WorkloadEndpoint
from tests.support.ipam_cluster import FixedPools, pool
from tests.support.memory_datastore import MemoryDatastore


class Kernel:
    """Interfaces as a test says, told of by their aliases only."""

    def __init__(self, **links: str) -> None:
        """Hold these: names of interfaces, and the containers they are of."""
        self._links = links
        self.error: CniError | None = None

    async def attachments(self) -> tuple[Attachment, ...]:
        """Return them."""
        if self.error is not None:
            raise self.error
        found = [Attachment.from_alias(f"net {container} eth0", link) for link, container in self._links.items()]
        return tuple(attachment for attachment in found if attachment is not None)


async def test_a_pod_without_an_endpoint_gets_the_one_that_it_should_have() -> None:
    """Named by what its addresses tell; an endpoint that is there is not touched, and no address means no endpoint."""
    store = ResourceStore(MemoryDatastore())
    ipam = Ipam(store.datastore, FixedPools(pool("10.244.0.0/24", 26), nodes=("n1",)))
    for handle, attributes in (
        ("net.c1", {"namespace": "prod", "pod": "web"}),
        ("net.c2", {"namespace": "", "pod": ""}),
        ("net.c3", {"namespace": "default", "pod": "db"}),
        ("net.c4", {"namespace": "default", "pod": "moved"}),
    ):
        await ipam.auto_assign(node="n1", handle=handle, attributes=attributes)
    endpoints = PodEndpoints("n1", store)
    named = {"network": "net", "interface": "eth0", "namespace": "default"}
    kept = await endpoints.write(endpoint_of(Attachment(container_id="c3", pod="db", **named), "n1"))
    await endpoints.write(endpoint_of(Attachment(container_id="c0", pod="moved", **named), "n1"))
    kernel = Kernel(cali1="c1", calic2="c2", cali3="c3", cali4="c4", cali5="c5")
    with capture_logs() as lines:
        await adopt_pods("n1", store, kernel)
    assert [line["event"] for line in lines] == ["endpoint.adopted"] * 3
    found = {one.qualified_name: one for one in await store.list(WorkloadEndpoint)}
    assert sorted(found) == [
        "default/n1-cni-c2-eth0",
        "default/n1-k8s-db-eth0",
        "default/n1-k8s-moved-eth0",
        "prod/n1-k8s-web-eth0",
    ]
    web = found["prod/n1-k8s-web-eth0"].spec
    assert web.addresses == await ipam.addresses_of("net.c1")
    assert isinstance(web.addresses[0], IPv4Address)
    assert (web.interface_name, web.mac, web.profiles) == ("cali1", "", ("kns.prod",))
    assert found["default/n1-k8s-db-eth0"] == kept
    assert found["default/n1-k8s-moved-eth0"].spec.container_id == "c4"


async def test_a_kernel_that_cannot_be_read_does_not_keep_an_agent_from_starting() -> None:
    """It is logged."""
    kernel = Kernel()
    kernel.error = CniError(102, "the pods' interfaces cannot be listed")
    with capture_logs() as lines:
        await adopt_pods("n1", ResourceStore(MemoryDatastore()), kernel)
    assert [line["event"] for line in lines] == ["endpoints.not_adopted"]

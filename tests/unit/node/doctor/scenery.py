"""What examinations look at: machines and resources as a test says, and findings in a line each."""

from collections.abc import Iterable
from ipaddress import ip_address, ip_interface, ip_network
from typing import Any

from bgpkit_node.cni.pod_layout import host_sysctls
from bgpkit_node.doctor import Finding, Machine
from bgpkit_node.ipam import Ipam, Snapshot, StoredPools, load_snapshot
from bgpkit_node.kernel import Link, Route
from bgpkit_node.resources import Resource, ResourceStore
from bgpkit_node.resources.documents import load_documents
from bgpkit_node.startup.host_interface import HostInterface
from tests.support.commands import document, documents
from tests.support.memory_datastore import MemoryDatastore


def link(index: int, name: str, kind: str = "", mtu: int = 1500) -> Link:
    """Return an interface."""
    return Link(index=index, name=name, kind=kind, mac="", mtu=mtu, up=True, alias="")


def route(destination: str, over: int, via: str = "", protocol: int = 3) -> Route:
    """Return a route over the interface with an index."""
    gateway = ip_address(via) if via else None
    return Route(destination=ip_network(destination), link=over, gateway=gateway, protocol=protocol)


UPLINK = HostInterface(name="eth0", addresses=(ip_interface("10.4.7.11/24"),))


def machine(**changes: Any) -> Machine:
    """Return a node with one pod, all of it well, but for the changes."""
    fields: dict[str, Any] = {
        "links": (link(1, "lo"), link(2, "eth0"), link(3, "cali1", "veth")),
        "interfaces": (UPLINK,),
        "routes": (route("10.4.7.0/24", 2, protocol=2), route("10.244.0.0/32", 3)),
        "sysctls": {
            "ipv4/ip_forward": "1",
            "ipv6/conf/all/forwarding": "1",
            "ipv4/conf/all/rp_filter": "0",
            **dict(host_sysctls("cali1", (4,))),
        },
        "listening": frozenset({179}),
    }
    return Machine(**{**fields, **changes})


def resources(*each: str) -> tuple[Resource, ...]:
    """Return resources of documents."""
    return tuple(one.resource for one in load_documents(documents(*each), "test"))


def node(name: str, number: int, more: str = "", *, labels: str = "") -> str:
    """Return a node at 10.4.7.``number``, as a document."""
    return document("Node", name, f"{{bgp: {{ipv4Address: 10.4.7.{number}/24{more}}}}}", labels=labels)


async def pods(*addresses: str) -> Snapshot:
    """Return allocation data in which node a has pods with these addresses, out of 10.244.0.0/16."""
    datastore = MemoryDatastore()
    store = ResourceStore(datastore)
    await store.apply(resources(node("a", 11), document("IPPool", "p", "{cidr: 10.244.0.0/16}")))
    ipam = Ipam(datastore, StoredPools(store))
    for address in addresses:
        attributes = {"namespace": "default", "pod": f"pod-{address}"}
        await ipam.assign_address(ip_address(address), node="a", handle=address, attributes=attributes)
    return await load_snapshot(datastore)


def lines(found: Iterable[Finding]) -> list[str]:
    """Return what is told, without what is well."""
    return [f"{one.verdict.value}: {one.where} {one.said}" for one in found if one.verdict.value != "ok"]

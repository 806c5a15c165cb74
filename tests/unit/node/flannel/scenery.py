"""A node with flannel as a test says, beside docker and routes of its operator."""

from ipaddress import ip_address, ip_interface, ip_network
from pathlib import Path
from typing import Any

from bgpkit_node.flannel import Backend, Conflist, Conflists, Machine, Settings
from bgpkit_node.kernel import ForeignRoute, Forwarding, Link, Neighbour, Vxlan

NETWORK = ip_network("10.244.0.0/16")
FLANNEL = Conflists(flannel=(Conflist(Path("/net.d/10-flannel.conflist"), "{}", "cni0"),))


def link(index: int, name: str, kind: str = "", *, master: int = 0, vxlan: int = 0) -> Link:
    """Return an interface, a VXLAN device when it has an identifier."""
    made = Vxlan(identifier=vxlan, port=8472, local=ip_address("10.4.7.11")) if vxlan else None
    return Link(index=index, name=name, kind=kind, mac="", mtu=1450, up=True, alias="", master=master, vxlan=made)


def route(
    destination: str, via: str = "", over: int = 2, *, protocol: int = 3, metric: int = 0, onlink: bool = False
) -> ForeignRoute:
    """Return a route made by hand, over eth0 unless told."""
    return ForeignRoute(
        destination=ip_network(destination),
        gateway=ip_address(via) if via else None,
        link=over,
        protocol=protocol,
        metric=metric,
        onlink=onlink,
    )


def settings(backend: Backend = Backend.UNKNOWN, *, direct: bool = False) -> Settings:
    """Return what flannel says of k8s-master1."""
    subnet = ip_interface("10.244.1.1/24")
    return Settings(networks=(NETWORK,), subnets=(subnet,), backend=backend, direct_routing=direct)


DIRECT = (route("10.244.0.0/24", "10.4.7.12"), route("10.244.2.0/24", "10.4.7.21"))
TUNNELLED = (
    route("10.244.0.0/24", "10.244.0.0", 5, onlink=True),
    route("10.244.2.0/24", "10.244.2.0", 5, onlink=True),
)
LINKS = (
    link(1, "lo"),
    link(2, "eth0"),
    link(3, "docker0", "bridge"),
    link(4, "cni0", "bridge"),
    link(6, "vethb", "veth", master=4),
    link(7, "vetha", "veth", master=4),
    link(8, "vethd", "veth", master=3),
)
TUNNEL = link(5, "flannel.1", "vxlan", vxlan=1)
ADDRESSES = {
    2: (ip_interface("10.4.7.11/24"),),
    3: (ip_interface("172.17.0.1/16"),),
    4: (ip_interface("10.244.1.1/24"),),
    5: (ip_interface("10.244.1.0/32"),),
}
KERNELS = (
    route("10.4.7.0/24", protocol=2),
    route("10.244.1.0/24", over=4, protocol=2),
    route("172.17.0.0/16", over=3, protocol=2),
)
TOLD = (
    (Neighbour(ip_address("10.244.0.0"), "02:00:00:00:00:0c", True),),
    (Forwarding("02:00:00:00:00:0c", ip_address("10.4.7.12")),),
)


def machine(**changes: Any) -> Machine:
    """Return k8s-master1 with flannel's host-gw and two pods, but for the changes."""
    fields: dict[str, Any] = {"links": LINKS, "addresses": ADDRESSES, "routes": (*KERNELS, *DIRECT)}
    return Machine(**{**fields, **changes})


def tunnelled(**changes: Any) -> Machine:
    """Return the same with flannel's VXLAN."""
    routes = (*KERNELS, *TUNNELLED)
    return machine(**{"links": (*LINKS, TUNNEL), "routes": routes, "tunnels": {5: TOLD}, **changes})

"""What is on the machine's interfaces that should not be, or is not as it should be: MTU, leftovers. Pure."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from bgpkit_node.cni.mtu import pod_mtu
from bgpkit_node.diagnosis import pods_by_node
from bgpkit_node.doctor.finding import Finding, failure, warning, well
from bgpkit_node.doctor.machine import Machine
from bgpkit_node.ipam import IPAddress, Snapshot
from bgpkit_node.ipam.address import contains
from bgpkit_node.kernel import Link, Route
from bgpkit_node.resources import IPPool, Node

_FLANNEL: Final = re.compile(r"(flannel|cni0$|cbr0$|kube-bridge$|weave$)")
_BIRD: Final = 12
_KERNEL: Final = 2
_WIDTHS: Final = {4: 32, 6: 128}
_MIGRATE: Final = "bgpkit-node migrate flannel --plan; or, once no pod is behind it any more: ip link delete {}"


def mtu_findings(machine: Machine, node: Node, pools: Iterable[IPPool]) -> Iterator[Finding]:
    """Yield whether pods send packets that their node's interface takes."""
    uplink = _uplink(machine, node)
    if uplink is None:
        return
    largest = pod_mtu(uplink.mtu, pools)
    too_large = [link for link in machine.pod_links() if link.mtu > largest]
    for link in too_large:
        said = f"is {link.mtu}, and {uplink.name} takes {largest} from pods: large packets are lost"
        yield failure("MTU", link.name, said, f"ip link set {link.name} mtu {largest}, and in the pod likewise")
    if not too_large:
        yield well("MTU", uplink.name, f"is {uplink.mtu}; pods may send {largest}, and none sends more")


def _uplink(machine: Machine, node: Node) -> Link | None:
    addresses = {own.ip for own in node.interfaces}
    name = next((each.name for each in machine.interfaces if addresses & {own.ip for own in each.addresses}), "")
    return machine.link(name)


def flannel_findings(machine: Machine, pools: Iterable[IPPool]) -> Iterator[Finding]:
    """Yield interfaces and routes that another network of pods has left behind."""
    found = False
    for link in machine.links:
        if _FLANNEL.match(link.name):
            found = True
            said = f"is an interface{f' ({link.kind})' if link.kind else ''} of another network of pods"
            yield warning("leftover", link.name, said, _MIGRATE.format(link.name))
    networks = [pool.network for pool in pools]
    for route in machine.routes:
        inside = any(contains(network, route.destination) for network in networks)
        if not inside or route.protocol in {_BIRD, _KERNEL} or _over_pod(machine, route):
            continue
        found = True
        words = f"route {route.destination}{f' via {route.gateway}' if route.gateway else ''}"
        said = "is in a pool, and neither BGP's nor a pod's: it draws packets away from the pods"
        yield failure("leftover", words, said, f"ip route delete {route.destination}")
    if not found:
        yield well("leftover", "interfaces and routes", "nothing of flannel or another network of pods")


def pod_findings(machine: Machine, node: Node, snapshot: Snapshot) -> Iterator[Finding]:
    """Yield routes to pods that there are not, pods without a route, and interfaces that nobody uses."""
    pods = pods_by_node(snapshot).get(node.name, frozenset[IPAddress]())
    routed: dict[IPAddress, Route] = {
        route.destination.network_address: route
        for route in machine.routes
        if _over_pod(machine, route) and route.destination.prefixlen == _WIDTHS[route.destination.version]
    }
    for address in sorted(routed.keys() - pods, key=_order):
        said = "leads to an interface, and no pod of this node has the address"
        yield warning("leftover", f"route {address}", said, f"ip route delete {address}")
    for address in sorted(pods - routed.keys(), key=_order):
        said = "a pod of this node has it, and no route leads there"
        yield failure("pod", str(address), said, "create the pod anew; bgpkit-node ipam check tells whether it lives")
    used = {route.link for route in routed.values()}
    for link in machine.pod_links():
        if link.index not in used:
            said = "is the interface of a pod, and no route leads over it"
            yield warning("leftover", link.name, said, f"ip link delete {link.name}")
    if pods == routed.keys():
        yield well("pod", node.name, f"{len(pods)} addresses of pods, each with its route, and no route too many")


def _over_pod(machine: Machine, route: Route) -> bool:
    return any(link.index == route.link for link in machine.pod_links())


def _order(address: IPAddress) -> tuple[int, int]:
    return address.version, int(address)

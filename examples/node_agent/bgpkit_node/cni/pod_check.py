"""Comparing one pod's network with how it has to look: the blocking part of CHECK."""

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import ip_interface, ip_network

from bgpkit_node.cni.attachment import Attachment
from bgpkit_node.cni.pod_layout import EXITS, HOST_MAC, Exit, host_sysctls, pod_sysctls
from bgpkit_node.cni.pod_plumbing import interface_name, open_pod
from bgpkit_node.cni.ports import Wiring
from bgpkit_node.kernel import Interface, KernelError, Neighbour, Netlink, Route, read_sysctl, run_in_namespace


def check(attachment: Attachment, wiring: Wiring) -> tuple[str, ...]:
    """Return one sentence for each damage of the pod's network, none when it is whole.

    MTU 0 and an empty MAC address are not compared. Raises CniError when the namespace is absent.
    """
    with open_pod(attachment) as pod:
        host_side = tuple(_host_damages(attachment, wiring))
        pod_side = run_in_namespace(pod, lambda: tuple(_pod_damages(attachment.interface, wiring)))
    return host_side + pod_side


def _host_damages(attachment: Attachment, wiring: Wiring) -> Iterator[str]:
    name = attachment.host_interface
    with Netlink() as netlink:
        link = netlink.link(name)
        routes = {address: netlink.route_to(address) for address in wiring.addresses}
    if link is None:
        yield f"the node has no interface {name}"
        return
    if link.alias != attachment.alias:
        yield f"{name} belongs to another container ({link.alias or 'no alias'})"
    yield from _link_damages(name, link.up, (link.mtu, wiring.mtu), (link.mac, HOST_MAC))
    for address, route in routes.items():
        if route is None or route.destination != ip_network(address):
            yield f"the node has no route {address} dev {name}"
        elif route.link != link.index:
            yield f"the node's route to {address} leads to {interface_name(route.link)}, not to {name}"
    wanted = host_sysctls(name, wiring.versions)
    yield from _sysctl_damages(item for item in wanted if not (wiring.any_sender and item[0].endswith("/rp_filter")))


def _pod_damages(interface: str, wiring: Wiring) -> Iterator[str]:
    with Netlink() as netlink:
        link = netlink.link(interface)
        if link is None:
            yield f"the pod has no interface {interface}"
            return
        addresses = netlink.addresses(link.index)
        routes = [route for route in netlink.routes() if route.link == link.index]
        neighbours = netlink.neighbours(link.index)
    yield from _link_damages(interface, link.up, (link.mtu, wiring.mtu), (link.mac, wiring.mac or link.mac))
    yield from _address_damages(interface, wiring, addresses)
    for version in sorted(wiring.versions):
        yield from _exit_damages(interface, EXITS[version], routes, neighbours)
    yield from _sysctl_damages(pod_sysctls(interface, wiring.versions, forwarding=wiring.forwarding))


def _address_damages(interface: str, wiring: Wiring, found: Sequence[Interface]) -> Iterator[str]:
    wanted = {ip_interface(address) for address in wiring.addresses}
    for address in wiring.addresses:
        if ip_interface(address) not in found:
            yield f"{interface} has no address {ip_interface(address)}"
    for other in found:
        if other not in wanted:
            yield f"{interface} has the address {other}, which is not the pod's"


def _exit_damages(interface: str, way: Exit, routes: Sequence[Route], neighbours: Sequence[Neighbour]) -> Iterator[str]:
    gateway = way.gateway
    if way.link_route and not any(route.destination == ip_network(gateway) and route.on_link for route in routes):
        yield f"the pod has no route {gateway} dev {interface} scope link"
    if not any(route.destination == ip_network(way.default) and route.gateway == gateway for route in routes):
        yield f"the pod has no route default via {gateway}"
    if not any(item.address == gateway and item.mac == HOST_MAC and item.permanent for item in neighbours):
        yield f"the pod has no permanent neighbour {gateway} lladdr {HOST_MAC}"


def _link_damages(name: str, up: bool, mtu: tuple[int, int], mac: tuple[str, str]) -> Iterator[str]:
    if not up:
        yield f"{name} is down"
    if mtu[1] and mtu[0] != mtu[1]:
        yield f"{name} has MTU {mtu[0]}, not {mtu[1]}"
    if mac[0].lower() != mac[1].lower():
        yield f"{name} has the MAC address {mac[0]}, not {mac[1]}"


def _sysctl_damages(wanted: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, value in wanted:
        try:
            found = read_sysctl(name)
        except KernelError as error:
            yield str(error)
            continue
        if found != value:
            yield f"the sysctl net/{name} is {found}, not {value}"

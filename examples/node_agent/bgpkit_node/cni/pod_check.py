"""Comparing one pod's network with how it has to look: the blocking part of CHECK."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from bgpkit_node.cni.attachment import Attachment
from bgpkit_node.cni.pod_layout import GATEWAY, HOST_MAC, POD_SYSCTLS, host_sysctls
from bgpkit_node.cni.pod_plumbing import interface_name, open_pod
from bgpkit_node.kernel import KernelError, Netlink, read_sysctl, run_in_namespace


def check(attachment: Attachment, address: IPv4Address, mtu: int, pod_mac: str) -> tuple[str, ...]:
    """Return one sentence for each damage of the pod's network, none when it is whole.

    ``mtu`` 0 and ``pod_mac`` empty are not compared. Raises CniError when the namespace is absent.
    """
    with open_pod(attachment) as pod:
        host_side = tuple(_host_damages(attachment, address, mtu))
        pod_side = run_in_namespace(pod, lambda: tuple(_pod_damages(attachment.interface, address, mtu, pod_mac)))
    return host_side + pod_side


def _host_damages(attachment: Attachment, address: IPv4Address, mtu: int) -> Iterator[str]:
    name = attachment.host_interface
    with Netlink() as netlink:
        link = netlink.link(name)
        route = netlink.route_to(address)
    if link is None:
        yield f"the node has no interface {name}"
        return
    if link.alias != attachment.alias:
        yield f"{name} belongs to another container ({link.alias or 'no alias'})"
    yield from _link_damages(name, link.up, (link.mtu, mtu), (link.mac, HOST_MAC))
    if route is None or route.destination != IPv4Network(address):
        yield f"the node has no route {address} dev {name}"
    elif route.link != link.index:
        yield f"the node's route to {address} leads to {interface_name(route.link)}, not to {name}"
    yield from _sysctl_damages(host_sysctls(name))


def _pod_damages(interface: str, address: IPv4Address, mtu: int, mac: str) -> Iterator[str]:
    with Netlink() as netlink:
        link = netlink.link(interface)
        if link is None:
            yield f"the pod has no interface {interface}"
            return
        addresses = netlink.addresses(link.index)
        routes = [route for route in netlink.routes() if route.link == link.index]
        neighbours = netlink.neighbours(link.index)
    yield from _link_damages(interface, link.up, (link.mtu, mtu), (link.mac, mac or link.mac))
    if IPv4Interface(address) not in addresses:
        yield f"{interface} has no address {address}/32"
    for other in addresses:
        if other != IPv4Interface(address):
            yield f"{interface} has the address {other}, which is not the pod's"
    if not any(route.destination == IPv4Network(GATEWAY) and route.on_link for route in routes):
        yield f"the pod has no route {GATEWAY} dev {interface} scope link"
    if not any(route.destination.prefixlen == 0 and route.gateway == GATEWAY for route in routes):
        yield f"the pod has no route default via {GATEWAY}"
    if not any(item.address == GATEWAY and item.mac == HOST_MAC and item.permanent for item in neighbours):
        yield f"the pod has no permanent neighbour {GATEWAY} lladdr {HOST_MAC}"
    yield from _sysctl_damages(POD_SYSCTLS)


def _link_damages(name: str, up: bool, mtu: tuple[int, int], mac: tuple[str, str]) -> Iterator[str]:
    if not up:
        yield f"{name} is down"
    if mtu[1] and mtu[0] != mtu[1]:
        yield f"{name} has MTU {mtu[0]}, not {mtu[1]}"
    if mac[0].lower() != mac[1].lower():
        yield f"{name} has the MAC address {mac[0]}, not {mac[1]}"


def _sysctl_damages(wanted: tuple[tuple[str, str], ...]) -> Iterator[str]:
    for name, value in wanted:
        try:
            found = read_sysctl(name)
        except KernelError as error:
            yield str(error)
            continue
        if found != value:
            yield f"the sysctl net/{name} is {found}, not {value}"

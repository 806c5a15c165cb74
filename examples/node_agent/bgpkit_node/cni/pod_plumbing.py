"""Making and removing one pod's network in the kernel: the blocking part, run by a thread in the node's namespace."""

import errno
import socket
from collections.abc import Generator
from contextlib import contextmanager
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import Final

from bgpkit_node.cni.attachment import HOST_PREFIX, Attachment
from bgpkit_node.cni.code import Code
from bgpkit_node.cni.pod_layout import GATEWAY, HOST_MAC, POD_SYSCTLS, host_sysctls
from bgpkit_node.cni.ports import Connected
from bgpkit_node.errors import CniError
from bgpkit_node.kernel import (
    KernelError,
    NamespaceGoneError,
    Netlink,
    Route,
    is_own_namespace,
    open_namespace,
    run_in_namespace,
    write_sysctl,
)

_LOOPBACK: Final = 1
_EVERYWHERE: Final = IPv4Network("0.0.0.0/0")


@contextmanager
def open_pod(attachment: Attachment) -> Generator[int, None, None]:
    """Open the pod's network namespace; CniError when it is absent or is the node's own.

    What the kernel refuses inside the block becomes a CniError too.
    """
    try:
        with open_namespace(attachment.netns) as descriptor:
            if is_own_namespace(descriptor):
                msg = "CNI_NETNS is the network namespace of the node"
                raise CniError(Code.INVALID_ENVIRONMENT, msg, attachment.netns)
            yield descriptor
    except NamespaceGoneError as error:
        raise CniError(Code.UNKNOWN_CONTAINER, "the container has no network namespace", str(error)) from error
    except KernelError as error:
        msg = f"the network of {attachment.host_interface} cannot be set up"
        raise CniError(Code.KERNEL_REFUSED, msg, str(error)) from error


def inspect(attachment: Attachment) -> None:
    """Raise CniError when the pod has no namespace, or something stands where ``attachment`` is to be."""
    with open_pod(attachment) as pod, Netlink() as netlink:
        if run_in_namespace(pod, lambda: _exists(attachment.interface)):
            details = f"in {attachment.netns}: delete it first"
            raise CniError(Code.INTERFACE_EXISTS, f"the container has an interface {attachment.interface}", details)
        _left_by_a_dead_container(netlink, attachment)


def make(attachment: Attachment, address: IPv4Address, mtu: int) -> Connected:
    """Make the veth pair and all that belongs to it; CniError leaves what was made to :func:`remove`."""
    name = attachment.host_interface
    with open_pod(attachment) as pod, Netlink() as netlink:
        dead = _left_by_a_dead_container(netlink, attachment)
        if dead:
            netlink.remove_link(dead)
        netlink.add_veth(name, mac=HOST_MAC, mtu=mtu, peer=attachment.interface, peer_namespace=pod)
        index = socket.if_nametoindex(name)
        netlink.bring_up(index, alias=attachment.alias)
        for sysctl, value in host_sysctls(name):
            write_sysctl(sysctl, value)
        pod_mac = run_in_namespace(pod, lambda: _make_pod_side(attachment, address))
        _add_host_route(netlink, name, index, address)
    return Connected(host_mac=HOST_MAC, pod_mac=pod_mac)


def remove(attachment: Attachment) -> bool:
    """Remove what :func:`make` made, or a part of it; nothing there is no error.

    False when the container has another interface on the network, so that its addresses are still in use.
    """
    try:
        with Netlink() as netlink:
            link = netlink.link(attachment.host_interface)
            if link is not None and link.kind == "veth":
                if link.alias in {"", attachment.alias}:
                    netlink.remove_link(link.index)
                    return True
                owner = Attachment.from_alias(link.alias, link.name)
                if owner is not None and owner.handle == attachment.handle:
                    return False
        if attachment.netns:
            _remove_pod_side(attachment)
    except KernelError as error:
        msg = f"the network of {attachment.host_interface} cannot be removed"
        raise CniError(Code.KERNEL_REFUSED, msg, str(error)) from error
    return True


def attachments(network: str) -> tuple[Attachment, ...]:
    """Return the attachments of ``network`` that the kernel holds, read from the aliases of the interfaces."""
    try:
        with Netlink() as netlink:
            links = [link for link in netlink.links() if link.kind == "veth" and link.name.startswith(HOST_PREFIX)]
    except KernelError as error:
        raise CniError(Code.KERNEL_REFUSED, "the pods' interfaces cannot be listed", str(error)) from error
    found = [Attachment.from_alias(link.alias, link.name) for link in links]
    return tuple(attachment for attachment in found if attachment is not None and attachment.network == network)


def _exists(interface: str) -> bool:
    try:
        socket.if_nametoindex(interface)
    except OSError:
        return False
    return True


def _left_by_a_dead_container(netlink: Netlink, attachment: Attachment) -> int:
    """Return the index of an interface that an earlier container of the same pod has left, 0 when there is none."""
    link = netlink.link(attachment.host_interface)
    if link is None:
        return 0
    owner = Attachment.from_alias(link.alias, link.name)
    if link.kind != "veth" or (link.alias and owner is None):
        msg = f"the node has an interface {link.name} that is not of a pod"
        raise CniError(Code.INTERFACE_EXISTS, msg, "remove or rename it")
    if owner is None or (owner.network == attachment.network and owner.container_id != attachment.container_id):
        return link.index
    msg = f"the pod has the interface {owner.interface} on the network {owner.network}"
    raise CniError(Code.INTERFACE_EXISTS, msg, f"it holds the node's interface {link.name}: delete it first")


def _make_pod_side(attachment: Attachment, address: IPv4Address) -> str:
    """Set up the pod's side, in the pod's namespace, and return its MAC address."""
    with Netlink() as netlink:
        link = netlink.link(attachment.interface)
        if link is None:
            msg = f"the interface {attachment.interface} has vanished"
            raise KernelError(msg)
        netlink.bring_up(_LOOPBACK)
        netlink.bring_up(link.index, alias=attachment.alias)
        netlink.add_address(link.index, IPv4Interface(address))
        netlink.add_route(Route(destination=IPv4Network(GATEWAY), link=link.index, on_link=True))
        netlink.add_route(Route(destination=_EVERYWHERE, link=link.index, gateway=GATEWAY))
        netlink.set_neighbour(link.index, GATEWAY, HOST_MAC)
    for sysctl, value in POD_SYSCTLS:
        write_sysctl(sysctl, value)
    return link.mac


def _remove_pod_side(attachment: Attachment) -> None:
    """Remove the pod's side where the host's is not found under its name; that removes the host's side too."""

    def remove_ours() -> None:
        with Netlink() as netlink:
            link = netlink.link(attachment.interface)
            if link is not None and link.kind == "veth" and link.alias == attachment.alias:
                netlink.remove_link(link.index)

    try:
        with open_namespace(attachment.netns) as pod:
            run_in_namespace(pod, remove_ours)
    except NamespaceGoneError:
        return


def _add_host_route(netlink: Netlink, name: str, index: int, address: IPv4Address) -> None:
    try:
        netlink.add_route(Route(destination=IPv4Network(address), link=index, on_link=True))
    except KernelError as error:
        if error.errno != errno.EEXIST:
            raise
        holder = netlink.route_to(address)
        where = "drops its packets" if holder is None else f"leads to the interface {interface_name(holder.link)}"
        msg = f"the node has another route to {address}"
        raise CniError(Code.ROUTE_CONFLICT, msg, f"it {where}, and not to {name}") from error


def interface_name(index: int) -> str:
    """Return the name of the interface with ``index`` in the calling thread's namespace, else a word for it."""
    try:
        return socket.if_indextoname(index)
    except OSError:
        return f"with index {index}"

"""Making one pod's network in the kernel: the blocking part.

It is run by a thread made for it, which begins in the node's namespace, moves into the pod's, and ends there.
"""

import errno
import socket
from collections.abc import Callable, Collection, Generator
from contextlib import contextmanager
from ipaddress import ip_interface, ip_network
from typing import Final

from bgpkit_node.cni.attachment import Attachment
from bgpkit_node.cni.code import Code
from bgpkit_node.cni.pod_layout import EXITS, HOST_MAC, host_sysctls, pod_sysctls
from bgpkit_node.cni.ports import Connected, Wiring
from bgpkit_node.errors import CniError
from bgpkit_node.kernel import (
    Batch,
    KernelError,
    NamespaceGoneError,
    Netlink,
    Route,
    VethPair,
    enter_for_good,
    interface_index,
    interface_mac,
    is_own_namespace,
    open_namespace,
    run_in_namespace,
    write_sysctl,
)

_LOOPBACK: Final = 1


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


def prepare(attachment: Attachment, wiring: Wiring, versions: Collection[int], made: Callable[[], object]) -> Connected:
    """Make the veth pair, down and without addresses; CniError when the pod has no namespace, or no place for it.

    Calls ``made`` as soon as the pair is there; a CniError after that leaves it to be removed, here and below.
    """
    name = attachment.host_interface
    with open_pod(attachment) as pod:
        if interface_index(name):
            _make_room(attachment, pod)
        pair = Batch()
        pair.add_veth(
            VethPair(
                name=name,
                mac=HOST_MAC,
                peer=attachment.interface,
                peer_namespace=pod,
                peer_mac=wiring.mac,
                mtu=wiring.mtu,
                queues=wiring.queues,
            )
        )
        try:
            pair.commit()
        except KernelError as error:
            if error.errno == errno.EEXIST:
                _check_pod_side(attachment, pod)
            raise
        made()
        for sysctl, value in host_sysctls(name, versions):
            write_sysctl(sysctl, value)
        enter_for_good(pod)
        for sysctl, value in pod_sysctls(attachment.interface, versions, forwarding=wiring.forwarding):
            write_sysctl(sysctl, value)
        return Connected(host_mac=HOST_MAC, pod_mac=interface_mac(attachment.interface))


def _make_room(attachment: Attachment, pod: int) -> None:
    """Remove what a dead container has left where ``attachment`` is to be; CniError when anything else stands there.

    What stands in the pod is told first.
    """
    dead, in_the_way = 0, None
    try:
        dead = _left_by_a_dead_container(attachment)
    except CniError as error:
        in_the_way = error
    _check_pod_side(attachment, pod)
    if in_the_way is not None:
        raise in_the_way
    if dead:
        with Netlink() as netlink:
            netlink.remove_link(dead)


def _check_pod_side(attachment: Attachment, pod: int) -> None:
    """Raise CniError when the pod has an interface of that name."""
    if run_in_namespace(pod, lambda: interface_index(attachment.interface)):
        details = f"in {attachment.netns}: delete it first"
        raise CniError(Code.INTERFACE_EXISTS, f"the container has an interface {attachment.interface}", details)


def connect(attachment: Attachment, wiring: Wiring) -> None:
    """Set both sides of the pair up, and give the pod its addresses and the routes in and out."""
    name = attachment.host_interface
    with open_pod(attachment) as pod:
        index = interface_index(name)
        host = Batch()
        host.bring_up(index, alias=attachment.alias)
        host.commit()
        _add_host_routes(name, index, wiring)
        enter_for_good(pod)
        _connect_pod_side(attachment, wiring)


def _left_by_a_dead_container(attachment: Attachment) -> int:
    """Return the index of an interface that an earlier container of the same pod has left, 0 when there is none."""
    if not interface_index(attachment.host_interface):
        return 0
    with Netlink() as netlink:
        link = netlink.link(attachment.host_interface)
    if link is None:
        return 0
    owner = Attachment.from_alias(link.alias, link.name)
    if link.kind != "veth" or (link.alias and owner is None):
        msg = f"the node has an interface {link.name} that is not of a pod"
        raise CniError(Code.INTERFACE_EXISTS, msg, "remove or rename it")
    earlier = attachment.is_named_after_pod and owner is not None and owner.container_id != attachment.container_id
    if owner is None or (earlier and owner.network == attachment.network):
        return link.index
    if not attachment.is_named_after_pod:
        msg = f"the container {owner.container_id} has the node's interface {link.name}"
        raise CniError(Code.INTERFACE_EXISTS, msg, "it is named after the first 11 characters of the container's id")
    msg = f"the pod has the interface {owner.interface} on the network {owner.network}"
    raise CniError(Code.INTERFACE_EXISTS, msg, f"it holds the node's interface {link.name}: delete it first")


def _connect_pod_side(attachment: Attachment, wiring: Wiring) -> None:
    """Work in the pod's namespace."""
    index = interface_index(attachment.interface)
    batch = Batch()
    batch.bring_up(_LOOPBACK)
    batch.bring_up(index, alias=attachment.alias)
    for address in wiring.addresses:
        way = EXITS[address.version]
        batch.add_address(index, ip_interface(address))
        if way.link_route:
            batch.add_route(Route(destination=ip_network(way.gateway), link=index, on_link=True))
        batch.add_route(Route(destination=ip_network(way.default), link=index, gateway=way.gateway))
        batch.set_neighbour(index, way.gateway, HOST_MAC)
    batch.commit()


def _add_host_routes(name: str, index: int, wiring: Wiring) -> None:
    for address in wiring.addresses:
        batch = Batch()
        batch.add_route(Route(destination=ip_network(address), link=index, on_link=True))
        try:
            batch.commit()
        except KernelError as error:
            if error.errno != errno.EEXIST:
                raise
            with Netlink() as netlink:
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

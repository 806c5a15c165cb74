"""What there is of pods' networks in the kernel, and removing it: blocking, run by a thread in the node's namespace."""

from collections.abc import Collection, Generator
from contextlib import contextmanager
from ipaddress import ip_network

from bgpkit_node.cni.attachment import HOST_PREFIX, Attachment
from bgpkit_node.cni.code import Code
from bgpkit_node.errors import CniError
from bgpkit_node.ipam import IPAddress
from bgpkit_node.kernel import KernelError, Link, NamespaceGoneError, Netlink, open_namespace, run_in_namespace


def remove(attachment: Attachment) -> bool:
    """Remove a pod's network or a part of it; nothing there is no error.

    False when the container has another interface on the network, so that its addresses are still in use.
    """
    with _named(f"the network of {attachment.host_interface} cannot be removed"):
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
    return True


def attachments(network: str = "") -> tuple[Attachment, ...]:
    """Return the attachments of ``network``, or of all, that the kernel holds: the aliases of its interfaces tell."""
    with _named("the pods' interfaces cannot be listed"), Netlink() as netlink:
        found = [Attachment.from_alias(link.alias, link.name) for link in _host_sides(netlink)]
    return tuple(one for one in found if one is not None and (not network or one.network == network))


def reached(addresses: Collection[IPAddress]) -> frozenset[IPAddress]:
    """Return those of ``addresses`` to which a route of their own leads out of a pod's interface, whoever made it."""
    with _named("the routes to pods cannot be looked up"), Netlink() as netlink:
        pods = {link.index for link in _host_sides(netlink)}
        routes = {address: netlink.route_to(address) for address in addresses}
    return frozenset(
        address
        for address, route in routes.items()
        if route is not None and route.link in pods and route.destination == ip_network(address)
    )


def routed() -> dict[str, tuple[IPAddress, ...]]:
    """Return, of each handle, the addresses to which routes lead out of its interfaces; reads all routes."""
    with _named("the routes to pods cannot be looked up"), Netlink() as netlink:
        owners = {link.index: Attachment.from_alias(link.alias, link.name) for link in _host_sides(netlink)}
        routes = [route for route in netlink.routes() if route.link in owners]
    found: dict[str, tuple[IPAddress, ...]] = {}
    for route in routes:
        owner, destination = owners[route.link], route.destination
        if owner is not None and destination.prefixlen == destination.max_prefixlen and route.gateway is None:
            found[owner.handle] = (*found.get(owner.handle, ()), destination.network_address)
    return found


def half_made() -> tuple[str, ...]:
    """Return the names of interfaces that look like a pod's, have no owner and were never up.

    An interface gets its owner and comes up in one step after it was made: what stands before that step was left by
    an agent that was killed. One that is up without an owner is another program's, as Calico's are.
    """
    with _named("the pods' interfaces cannot be listed"), Netlink() as netlink:
        return tuple(link.name for link in _host_sides(netlink) if not link.alias and not link.up)


def discard(interface: str) -> None:
    """Remove an interface of :func:`half_made`, unless it has got an owner since."""
    with _named(f"{interface} cannot be removed"), Netlink() as netlink:
        link = netlink.link(interface)
        if link is not None and not link.alias and not link.up:
            netlink.remove_link(link.index)


def _host_sides(netlink: Netlink) -> list[Link]:
    return [link for link in netlink.links() if link.kind == "veth" and link.name.startswith(HOST_PREFIX)]


def _remove_pod_side(attachment: Attachment) -> None:
    """Remove the pod's side where the host's is not found under its name; that removes the host's side too."""

    def remove_ours() -> None:
        """Work inside the pod's namespace."""
        with Netlink() as netlink:
            link = netlink.link(attachment.interface)
            if link is not None and link.kind == "veth" and link.alias == attachment.alias:
                netlink.remove_link(link.index)

    try:
        with open_namespace(attachment.netns) as pod:
            run_in_namespace(pod, remove_ours)
    except NamespaceGoneError:
        return


@contextmanager
def _named(msg: str) -> Generator[None, None, None]:
    try:
        yield
    except KernelError as error:
        raise CniError(Code.KERNEL_REFUSED, msg, str(error)) from error

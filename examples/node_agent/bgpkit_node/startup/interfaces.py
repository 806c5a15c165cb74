"""The interfaces of this machine with their addresses; blocks."""

from bgpkit_node.kernel import Netlink
from bgpkit_node.startup.host_interface import HostInterface


def host_interfaces() -> tuple[HostInterface, ...]:
    """Return the interfaces of the thread's network namespace in the kernel's order; KernelError: cannot be read."""
    with Netlink() as netlink:
        return tuple(
            HostInterface(name=link.name, up=link.up, addresses=netlink.addresses(link.index))
            for link in netlink.links()
        )

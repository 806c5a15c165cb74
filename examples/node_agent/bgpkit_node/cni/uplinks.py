"""The node's interfaces by their addresses: blocking, run by threads in the node's namespace."""

from typing import Final

from bgpkit_node.cni.code import Code
from bgpkit_node.errors import CniError
from bgpkit_node.kernel import Address, KernelError, Netlink

ETHERNET: Final = 1500
"""MTU of most networks."""


class Uplinks:
    """Finds the interface of an address once, for a node with many pods has many interfaces to look through."""

    def __init__(self) -> None:
        """Know none."""
        self._names: dict[Address, str] = {}

    def mtu(self, address: Address) -> int:
        """Return the present MTU of the interface that has ``address``, 1500 when none has; CniError."""
        try:
            with Netlink() as netlink:
                name = self._names.get(address)
                link = netlink.link_with(address) if name is None else netlink.link(name)
        except KernelError as error:
            raise CniError(Code.KERNEL_REFUSED, "the node's interfaces cannot be read", str(error)) from error
        if link is None:
            self._names.pop(address, None)
            return ETHERNET
        self._names[address] = link.name
        return link.mtu

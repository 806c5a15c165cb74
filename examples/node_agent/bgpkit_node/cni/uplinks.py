"""The node's interfaces by their addresses, in the node's namespace; looking for one blocks."""

from typing import Final

from bgpkit_node.cni.code import Code
from bgpkit_node.errors import CniError
from bgpkit_node.kernel import Address, KernelError, Netlink, interface_mtu

ETHERNET: Final = 1500
"""MTU of most networks."""


class Uplinks:
    """Finds the interface of an address once, for a node with many pods has many interfaces to look through."""

    def __init__(self) -> None:
        """Know none."""
        self._names: dict[Address, str] = {}

    def known_mtu(self, address: Address) -> int:
        """Return the present MTU of the interface that was found to have ``address``; 0: it has to be looked for.

        It does not block, and so needs no thread.
        """
        name = self._names.get(address)
        if name is None:
            return 0
        try:
            return interface_mtu(name)
        except KernelError:  # it has gone, or has another name
            self._names.pop(address, None)
            return 0

    def mtu(self, address: Address) -> int:
        """Look for the interface that has ``address`` and return its MTU, 1500 when none has; CniError."""
        try:
            with Netlink() as netlink:
                link = netlink.link_with(address)
        except KernelError as error:
            raise CniError(Code.KERNEL_REFUSED, "the node's interfaces cannot be read", str(error)) from error
        if link is None:
            return ETHERNET
        self._names[address] = link.name
        return link.mtu

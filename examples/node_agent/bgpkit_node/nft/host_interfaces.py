"""The interfaces of this machine by their addresses. Linux only; blocks."""

from collections.abc import Collection

from bgpkit_node.kernel import KernelError, Netlink
from bgpkit_node.nft.error import NftError
from bgpkit_node.policy.model import Address


def interfaces_with(addresses: Collection[Address]) -> dict[Address, str]:
    """Return the names of the interfaces that have these addresses, in the network namespace of this thread.

    NftError when they cannot be read.
    """
    if not addresses:
        return {}
    try:
        with Netlink() as netlink:
            found = {address: netlink.link_with(address) for address in addresses}
    except KernelError as error:
        raise NftError(f"the interfaces of this node cannot be read: {error}") from error
    return {address: link.name for address, link in found.items() if link is not None}

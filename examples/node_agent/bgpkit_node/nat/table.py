"""The table of translations in the kernel. Linux only; blocks."""

from bgpkit_node.nat.outgoing import OutgoingNat
from bgpkit_node.nat.rendering import KINDS, TABLE, NatRendering, rendered
from bgpkit_node.nft import KernelTable
from bgpkit_node.nft.answers import elements
from bgpkit_node.nft.uapi import Message


class NatTable:
    """Our table of translations in the network namespace of the calling thread."""

    def settle(self, nat: OutgoingNat) -> bool:
        """Translate ``nat`` and nothing else; return whether the table had to be changed, which is one transaction.

        Connections keep the addresses that they have begun with, so that a table that translates nothing any longer
        stays; where there never was one, nothing is made. NftError when it cannot be done: then all is as it was.
        """
        wanted = rendered(nat)
        with KernelTable(TABLE) as kernel:
            present = kernel.comment()
            if present is None and not nat.sources:
                return False
            if present == wanted.comment and _is_whole(kernel, wanted):
                return False
            kernel.run(wanted.script)
        return True


def _is_whole(kernel: KernelTable, wanted: NatRendering) -> bool:
    """Tell whether no other hand has taken rules or addresses from a table of ours."""
    return len(kernel.dump(Message.GET_RULE)) == wanted.rules and all(
        elements(KINDS[name], kernel.dump(Message.GET_ELEMENTS, name)) == there
        for name, there in wanted.elements.items()
    )

"""What this machine can filter packets with; nothing is changed by looking. Blocks."""

from dataclasses import dataclass

from bgpkit_node.nft import EnforcementSettings, KernelTable, NftError
from bgpkit_node.nft.library import NftLibrary
from bgpkit_node.nft.netfilter_socket import NOT_ALLOWED
from bgpkit_node.nft.rendering import Rendering
from bgpkit_node.nft.script import whole_table
from bgpkit_node.policy.program import NodeProgram


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketFilter:
    """Why nft or the kernel would refuse policies, as sentences; empty where they would not.

    Where ``allowed`` is not set, whoever looks is not told whether they would.
    """

    nft: str = ""
    kernel: str = ""
    allowed: bool = True


def read_packet_filter() -> PacketFilter:
    """Ask the kernel for our table, and nft whether it understands what we write in one, without writing it."""
    try:
        library = NftLibrary()
    except NftError as error:
        return PacketFilter(nft=str(error))
    try:
        with KernelTable(EnforcementSettings().table) as kernel:
            kernel.comment()
        nothing = NodeProgram(endpoints={}, policies={}, sets={})
        refused = library.check(whole_table(Rendering(nothing, EnforcementSettings())))
    except NftError as error:
        if str(error) == NOT_ALLOWED:
            return PacketFilter(allowed=False)
        return PacketFilter(kernel=str(error))
    finally:
        library.close()
    return PacketFilter(nft=f"nft does not understand what policies need: {refused}" if refused else "")

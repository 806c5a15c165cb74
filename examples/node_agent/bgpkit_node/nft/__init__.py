"""Policies in force: the program of a node rendered into one table of nftables, and its changes. Linux only; blocks."""

from bgpkit_node.nft.cutting import cut_denied
from bgpkit_node.nft.enforcer import Enforcer
from bgpkit_node.nft.error import NftError
from bgpkit_node.nft.kernel_table import KernelTable
from bgpkit_node.nft.settings import EnforcementSettings, Refusal
from bgpkit_node.nft.turn import one_at_a_time

__all__ = ["EnforcementSettings", "Enforcer", "KernelTable", "NftError", "Refusal", "cut_denied", "one_at_a_time"]

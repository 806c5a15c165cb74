"""Whose addresses are whose, as our table has it: the pods of this node, without a datastore."""

from ipaddress import ip_address

from bgpkit_node.nft import KernelTable
from bgpkit_node.nft.answers import elements
from bgpkit_node.nft.element import NAME_OCTETS
from bgpkit_node.nft.table import EGRESS, FIXED_SETS, SOURCES
from bgpkit_node.nft.uapi import Message
from bgpkit_node.policy.model import Address


def names_in(kernel: KernelTable) -> dict[Address, str]:
    """Return the keys of the endpoints in a table by their addresses; none where there is no table."""
    verdicts, _ = FIXED_SETS[EGRESS]
    interfaces = {each.key: each.comment for each in elements(verdicts, kernel.dump(Message.GET_ELEMENTS, EGRESS))}
    found: dict[Address, str] = {}
    for name in SOURCES.values():
        kind, _ = FIXED_SETS[name]
        for each in elements(kind, kernel.dump(Message.GET_ELEMENTS, name)):
            interface, address = each.key[:NAME_OCTETS], each.key[NAME_OCTETS:]
            if interface in interfaces:
                found[ip_address(address)] = interfaces[interface]
    return found

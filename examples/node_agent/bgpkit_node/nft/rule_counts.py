"""What the rules for one endpoint have counted, by what is written at them. Linux only; blocks.

A policy's chain is shared by all endpoints that it is for, so its rules count for all of them on this node.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple, TypeAlias

from bgpkit_node.nft.answers import elements
from bgpkit_node.nft.element import SetType
from bgpkit_node.nft.kernel_rules import KernelRule, rules_of
from bgpkit_node.nft.kernel_table import KernelTable
from bgpkit_node.nft.naming import comment
from bgpkit_node.nft.settings import EnforcementSettings
from bgpkit_node.nft.table import FIXED_SETS
from bgpkit_node.nft.uapi import Message
from bgpkit_node.policy.model import Direction

_MAPS: Final = tuple(
    (name, kind) for name, (kind, _) in FIXED_SETS.items() if kind in {SetType.VERDICTS, SetType.VERSION_VERDICTS}
)


class Count(NamedTuple):
    """Packets, and their octets from the IP header on."""

    packets: int = 0
    octets: int = 0


Counts: TypeAlias = Mapping[Direction, Mapping[str, Count]]
"""By direction, then by the comment of the rules."""


def counts_of(kernel: KernelTable, endpoints: Iterable[str]) -> dict[str, Counts]:
    """Return what has been counted for endpoints, by their keys; those that are not in the table are left out."""
    wanted = {comment(key): key for key in endpoints}
    roots: dict[str, dict[Direction, set[str]]] = {}
    for name, kind in _MAPS:
        direction = Direction.INGRESS if name.endswith("ingress") else Direction.EGRESS
        for element in elements(kind, kernel.dump(Message.GET_ELEMENTS, name)):
            if element.comment in wanted:
                roots.setdefault(wanted[element.comment], {}).setdefault(direction, set()).add(element.chain)
    chains: dict[str, list[KernelRule]] = {}
    for rule in rules_of(kernel) if roots else ():
        chains.setdefault(rule.chain, []).append(rule)
    return {
        key: {direction: _below(chains, names) for direction, names in found.items()} for key, found in roots.items()
    }


def _below(chains: Mapping[str, list[KernelRule]], roots: Iterable[str]) -> dict[str, Count]:
    """Add up what the rules of these chains, and of all that they lead to, have counted."""
    found: dict[str, Count] = {}
    waiting, seen = list(roots), set(roots)
    while waiting:
        for rule in chains.get(waiting.pop(), ()):
            before = found.get(rule.comment, Count())
            found[rule.comment] = Count(before.packets + rule.packets, before.octets + rule.octets)
            following = set(rule.leads_to) - seen
            seen |= following
            waiting.extend(following)
    return found


def read_counts(
    endpoints: Iterable[str], table: str = EnforcementSettings().table
) -> dict[str, dict[str, dict[str, tuple[int, int]]]]:
    """Return the same for others to read: packets and octets by endpoint, direction and comment; NftError."""
    with KernelTable(table) as kernel:
        found = counts_of(kernel, endpoints)
    return {
        key: {
            way.value: {said: (count.packets, count.octets) for said, count in counts.items()}
            for way, counts in ways.items()
        }
        for key, ways in found.items()
    }

"""What of a rendering the kernel holds already, and what is to be done for the rest: so a restart moves no packet."""

from collections import Counter

from bgpkit_node.nft import uapi
from bgpkit_node.nft.answers import elements, text
from bgpkit_node.nft.element import Element
from bgpkit_node.nft.kernel_table import KernelTable
from bgpkit_node.nft.rendering import Rendering
from bgpkit_node.nft.script import table_comment
from bgpkit_node.nft.table import FIXED_SETS, fixed_chains
from bgpkit_node.nft.table_change import TableChange
from bgpkit_node.nft.uapi import Attribute, Message


def difference(kernel: KernelTable, rendering: Rendering) -> TableChange | None:
    """Return what brings the kernel's table to a rendering; None when it is to be replaced whole.

    That is so when there is none, or it has been made by another version or changed by another hand.
    """
    if kernel.comment() != table_comment(rendering):
        return None
    present = {
        text(each[Attribute.CHAIN_NAME])
        for each in kernel.dump(Message.GET_CHAIN)
        if text(each[Attribute.TABLE]) == kernel.name
    }
    rules = Counter(text(each[Attribute.RULE_CHAIN]) for each in kernel.dump(Message.GET_RULE))
    fixed = {chain.name: chain for chain in fixed_chains(rendering.settings)}
    for name, chain in (fixed | dict(rendering.chains)).items():
        expected = sum(not rule.startswith("type ") for rule in chain.rules)
        if (name in fixed and name not in present) or (name in present and rules[name] != expected):
            return None
    change = TableChange(
        chains={name: chain for name, chain in rendering.chains.items() if name not in present},
        gone_chains=sorted(present - fixed.keys() - rendering.chains.keys()),
    )
    return change if _sets(kernel, rendering, change) else None


def remembered(kernel: KernelTable) -> dict[str, set[Element]]:
    """Return what the kernel's table, if there is one, holds of sets whose elements come to it by themselves."""
    if kernel.comment() is None:
        return {}
    present = _names(kernel)
    wanted = {name: kind for name, (kind, _) in FIXED_SETS.items() if kind.forgets and name in present}
    return {name: elements(kind, kernel.dump(Message.GET_ELEMENTS, name)) for name, kind in wanted.items()}


def _names(kernel: KernelTable) -> set[str]:
    """Return the names of the sets that are there."""
    return {
        text(each[Attribute.SET_NAME])
        for each in kernel.dump(Message.GET_SET)
        if not int.from_bytes(each.get(Attribute.SET_FLAGS, b"")) & uapi.ANONYMOUS
    }


def _sets(kernel: KernelTable, rendering: Rendering, change: TableChange) -> bool:
    """Add what differs in the sets; False when the fixed ones are not all there."""
    present = _names(kernel)
    change.gone_sets = sorted(present - rendering.sets.keys())
    for name, declared in rendering.sets.items():
        wanted = rendering.elements[name]
        if name in present and declared.type.forgets:
            continue
        if name in present:
            there = elements(declared.type, kernel.dump(Message.GET_ELEMENTS, name))
            change.exchange(name, wanted - there, there - wanted)
        elif name in FIXED_SETS:
            return False
        else:
            change.sets[name] = declared
            change.exchange(name, wanted, ())
    return True

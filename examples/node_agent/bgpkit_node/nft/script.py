"""The table, or what is new in it, as a script that ``nft -f`` carries out as one transaction."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from bgpkit_node.nft.chain import Chain
from bgpkit_node.nft.element import Element, said
from bgpkit_node.nft.rendering import Rendering
from bgpkit_node.nft.table import fingerprint, fixed_chains
from bgpkit_node.nft.table_change import KernelSet, TableChange

_NOTHING: Mapping[str, Iterable[Element]] = MappingProxyType({})


def whole_table(rendering: Rendering, remembered: Mapping[str, Iterable[Element]] = _NOTHING) -> str:
    """Return the script that puts the table in the place of what may be there under its name.

    ``remembered`` are elements that only the kernel knows, by the names of their sets.
    """
    chains = (*fixed_chains(rendering.settings), *rendering.chains.values())
    elements = {**rendering.elements, **remembered}
    return replacement(rendering.settings.table, table_comment(rendering), rendering.sets, elements, chains)


def replacement(
    table: str,
    comment: str,
    sets: Mapping[str, KernelSet],
    elements: Mapping[str, Iterable[Element]],
    chains: Iterable[Chain],
) -> str:
    """Return the script that puts a table with a comment in the place of what may be there under its name."""
    parts = [f'\tcomment "{comment}"']
    for name, declared in sets.items():
        parts.extend(_set(name, declared, elements[name]))
    for chain in chains:
        parts.extend(_chain(chain))
    named = f"table inet {table}"
    return "\n".join([f"add {named}", f"delete {named}", f"{named} {{", *parts, "}", ""])


def additions(table: str, change: TableChange) -> str:
    """Return the script that brings a change's new sets and chains, which no packet comes to yet."""
    parts = [
        line for name, declared in change.sets.items() for line in _set(name, declared, change.added.get(name, ()))
    ]
    parts.extend(line for chain in change.chains.values() for line in _chain(chain))
    return "\n".join([f"table inet {table} {{", *parts, "}", ""])


def table_comment(rendering: Rendering) -> str:
    """Return what is written at the table: whose it is, and which form it has."""
    return f"bgpkit-node {fingerprint(rendering.settings)}"


def _set(name: str, declared: KernelSet, elements: Iterable[Element]) -> Iterator[str]:
    yield f"\t{declared.type.word} {name} {{"
    yield f'\t\t{declared.type.value} comment "{declared.comment}";'
    words = said(declared.type, elements)
    if words:
        yield f"\t\telements = {{ {words} }}"
    yield "\t}"


def _chain(chain: Chain) -> Iterator[str]:
    yield f"\tchain {chain.name} {{"
    if chain.comment:
        yield f'\t\tcomment "{chain.comment}"'
    yield from (f"\t\t{rule}" for rule in chain.rules)
    yield "\t}"

"""Ranges of addresses that overlap: what is sent to one of them may end in the other. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from bgpkit_node.ipam import IPNetwork


@dataclass(frozen=True, slots=True, order=True)
class Overlap:
    """Two named ranges that have addresses in common; as text it is a sentence for a person."""

    name: str
    network: IPNetwork
    other: str
    other_network: IPNetwork

    def __str__(self) -> str:
        """Return the sentence."""
        return f"{self.name} {self.network} overlaps {self.other} {self.other_network}"


def overlaps(named: Iterable[tuple[str, IPNetwork]]) -> tuple[Overlap, ...]:
    """Return every overlap among ``named`` ranges, each pair once, in the order in which the ranges are given.

    Ranges of one name belong together and are not compared with each other. IPv4 and IPv6 never overlap.
    """
    given = tuple(enumerate(dict.fromkeys(named)))
    found: list[tuple[int, int, Overlap]] = []
    around: list[tuple[int, tuple[str, IPNetwork]]] = []
    # Of two networks one holds the other, or they are apart: in order of place those around this one are a stack.
    for place, (name, network) in sorted(given, key=lambda entry: _order(entry[1][1])):
        while around and not _holds(around[-1][1][1], network):
            around.pop()
        for other_place, (other, other_network) in around:
            if other == name:
                continue
            if other_place < place:
                found.append((other_place, place, Overlap(other, other_network, name, network)))
            else:
                found.append((place, other_place, Overlap(name, network, other, other_network)))
        around.append((place, (name, network)))
    return tuple(overlap for _, _, overlap in sorted(found, key=lambda entry: entry[:2]))


def _order(network: IPNetwork) -> tuple[int, int, int]:
    return network.version, int(network.network_address), network.prefixlen


def _holds(outer: IPNetwork, inner: IPNetwork) -> bool:
    return outer.version == inner.version and inner.network_address in outer

"""The ``match`` table of a rule."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from bgpkit.policy.community_pattern import CommunityKind
from bgpkit.policy.condition import AllOf, AnyOf, Condition, Not
from bgpkit.policy.conditions import (
    AsPathContains,
    AsPathLength,
    AsPathMatches,
    Communities,
    FamilyIs,
    LocalPrefIn,
    MedIn,
    NeighborAs,
    NextHopIn,
    OriginAs,
    OriginIs,
    PeerIs,
    Quantifier,
    RouteSource,
    RpkiIs,
    SourceIs,
)
from bgpkit.policy.toml.node import Node
from bgpkit.policy.toml.sets import Sets
from bgpkit.rpki import RpkiState
from bgpkit_fsm import Family
from bgpkit_rib import Origin

Reader: TypeAlias = Callable[[Node, Sets], Condition]

_U32: Final = (1 << 32) - 1
_PATH_MAXIMUM: Final = 65_535


def read_match(node: Node, sets: Sets) -> Condition:
    """Return the condition that a ``match`` table writes: all of its keys hold."""
    found = tuple(READERS[key](each, sets) for key, each in node.table(READERS).items())
    if not found:
        raise node.fault("the table is empty; leave it out to match every route")
    return found[0] if len(found) == 1 else AllOf(found)


def origin_of(node: Node) -> Origin:
    """Return the value of ORIGIN that is written: ``igp``, ``egp`` or ``incomplete``."""
    names = {origin.name.lower(): origin for origin in Origin}
    text = node.text()
    if text not in names:
        raise node.fault(f"{text!r} is not possible; use {', '.join(names)}")
    return names[text]


def _either(found: list[Condition]) -> Condition:
    return found[0] if len(found) == 1 else AnyOf(tuple(found))


def _communities(kind: CommunityKind | None) -> Reader:
    def one(node: Node, sets: Sets, quantifier: Quantifier) -> Condition:
        patterns, name = sets.patterns(node, kind)
        return Communities(patterns, quantifier, name)

    def read(node: Node, sets: Sets) -> Condition:
        if not isinstance(node.value, dict):
            return one(node, sets, Quantifier.ANY)
        quantified = node.table([quantifier.value for quantifier in Quantifier])
        if not quantified:
            raise node.fault("the table is empty; use any, all or none")
        found = tuple(one(each, sets, Quantifier(key)) for key, each in quantified.items())
        return found[0] if len(found) == 1 else AllOf(found)

    return read


def _as_path(node: Node, sets: Sets) -> Condition:
    del sets
    return _either(list(map(_one_pattern, node.items())))


def _one_pattern(node: Node) -> Condition:
    text = node.text()
    return node.read(lambda: AsPathMatches.of(text))


def _next_hop(node: Node, sets: Sets) -> Condition:
    del sets
    texts = [each.text() for each in node.items()]
    return node.read(lambda: NextHopIn.of(*texts))


def _family(node: Node, sets: Sets) -> Condition:
    del sets
    return FamilyIs(frozenset(map(_one_family, node.items())))


def _one_family(node: Node) -> Family:
    name = node.text()
    return node.read(lambda: Family.parse(name))


def _source(node: Node, sets: Sets) -> Condition:
    del sets
    return SourceIs(frozenset(each.choice(RouteSource) for each in node.items()))


def _rpki(node: Node, sets: Sets) -> Condition:
    del sets
    return _either([RpkiIs(each.choice(RpkiState)) for each in node.items()])


def _med(node: Node, sets: Sets) -> Condition:
    del sets
    return MedIn(None if node.value == "none" else node.range(_U32, "MED"))


def _alternatives(node: Node, sets: Sets) -> Condition:
    return AnyOf(tuple(read_match(each, sets) for each in node.items()))


def _together(node: Node, sets: Sets) -> Condition:
    return AllOf(tuple(read_match(each, sets) for each in node.items()))


READERS: Final[Mapping[str, Reader]] = MappingProxyType(
    {
        "prefix": lambda node, sets: sets.prefix_set(node),
        "as-path": _as_path,
        "origin-as": lambda node, sets: OriginAs(sets.as_numbers(node)),
        "neighbor-as": lambda node, sets: NeighborAs(sets.as_numbers(node)),
        "as-path-contains": lambda node, sets: AsPathContains(sets.as_numbers(node)),
        "as-path-length": lambda node, _: AsPathLength(node.range(_PATH_MAXIMUM, "AS path length")),
        "communities": _communities(None),
        "extended-communities": _communities(CommunityKind.EXTENDED),
        "ipv6-extended-communities": _communities(CommunityKind.IPV6_EXTENDED),
        "large-communities": _communities(CommunityKind.LARGE),
        "next-hop": _next_hop,
        "peer": lambda node, _: PeerIs.of(*(each.text() for each in node.items())),
        "family": _family,
        "source": _source,
        "rpki": _rpki,
        "med": _med,
        "local-pref": lambda node, _: LocalPrefIn(node.range(_U32, "local preference")),
        "origin": lambda node, _: OriginIs(origin_of(node)),
        "any": _alternatives,
        "all": _together,
        "not": lambda node, sets: Not(read_match(node, sets)),
    }
)
"""The keys of a ``match`` table."""

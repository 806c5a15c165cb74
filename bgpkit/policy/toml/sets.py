"""The sets of a TOML document: prefixes, communities and AS numbers by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from bgpkit.policy.community_pattern import CommunityKind, CommunityPattern
from bgpkit.policy.number_range import NumberRange
from bgpkit.policy.prefix_range import PrefixRange
from bgpkit.policy.prefix_set import PrefixSet
from bgpkit.policy.toml.node import Node

T = TypeVar("T")

_ASN_MAXIMUM: Final = (1 << 32) - 1


@dataclass(frozen=True, slots=True)
class Sets:
    """What rules can name."""

    prefixes: Mapping[str, PrefixSet] = field(default_factory=dict[str, PrefixSet])
    communities: Mapping[str, tuple[CommunityPattern, ...]] = field(
        default_factory=dict[str, tuple[CommunityPattern, ...]]
    )
    asns: Mapping[str, tuple[NumberRange, ...]] = field(default_factory=dict[str, tuple[NumberRange, ...]])

    def prefix_set(self, node: Node) -> PrefixSet:
        """Return the prefixes that a value names: sets, prefixes with bounds, or a list of both."""
        ranges: list[PrefixRange] = []
        names: list[str] = []
        for each in node.items():
            if isinstance(each.value, str) and "/" not in each.value:
                known = _named(each, self.prefixes, "prefix set")
                ranges += known.ranges
                names.append(each.value)
            else:
                ranges.append(prefix_range(each))
        if len(names) == len(node.items()) == 1:
            return self.prefixes[names[0]]
        return PrefixSet(tuple(ranges))

    def patterns(self, node: Node, kind: CommunityKind | None) -> tuple[tuple[CommunityPattern, ...], str]:
        """Return the communities that a value names, and its text; ``kind`` None goes by the form of each."""
        found: list[CommunityPattern] = []
        names: list[str] = []
        for each in node.items():
            text = each.text()
            names.append(text)
            if kind is None and text in self.communities:
                found += self.communities[text]
            else:
                found.append(community_pattern(each, kind))
        return tuple(found), ", ".join(names)

    def as_numbers(self, node: Node) -> tuple[NumberRange, ...]:
        """Return the AS numbers that a value names: sets, numbers, ranges, or a list of these."""
        found: list[NumberRange] = []
        for each in node.items():
            if isinstance(each.value, str) and each.value[:1].isalpha():
                found += _named(each, self.asns, "AS set")
            else:
                found.append(each.range(_ASN_MAXIMUM, "AS number"))
        return tuple(found)


def read_sets(document: Mapping[str, Node]) -> Sets:
    """Return the sets of a document; ConfigError tells what is wrong with which."""
    prefixes = {
        name: PrefixSet(tuple(prefix_range(each) for each in node.members()), name)
        for name, node in _tables(document, "prefix-sets", "prefix set")
    }
    communities = {
        name: tuple(community_pattern(each, None) for each in node.members())
        for name, node in _tables(document, "community-sets", "community set")
    }
    asns = {
        name: tuple(each.range(_ASN_MAXIMUM, "AS number") for each in node.members())
        for name, node in _tables(document, "as-sets", "AS set")
    }
    return Sets(prefixes, communities, asns)


def prefix_range(node: Node) -> PrefixRange:
    """Return the range that a value writes, as text or as a table with ``prefix``, ``ge`` and ``le``."""
    if isinstance(node.value, str):
        text = node.value
        return node.read(lambda: PrefixRange.parse(text))
    fields = node.table(("prefix", "ge", "le"))
    if "prefix" not in fields:
        raise node.fault("there is no 'prefix'; write it like {prefix = '10.0.0.0/8', le = 24}")
    bounds = {name: fields[name].number() for name in ("ge", "le") if name in fields}
    bare = fields["prefix"].read(lambda: PrefixRange.parse(fields["prefix"].text()))
    if bare.ge is not None or bare.le is not None:
        raise fields["prefix"].fault("the bounds stand in keys of their own here")
    return node.read(lambda: PrefixRange(bare.prefix, **bounds))


def community_pattern(node: Node, kind: CommunityKind | None) -> CommunityPattern:
    """Return the pattern that a value writes, of one ``kind`` or by its form."""
    text = node.text()
    return node.read(lambda: CommunityPattern.parse(text) if kind is None else CommunityPattern(kind, text))


def _tables(document: Mapping[str, Node], key: str, what: str) -> list[tuple[str, Node]]:
    if key not in document:
        return []
    named: list[tuple[str, Node]] = []
    for name, node in document[key].table().items():
        place = Node(node.value, f"{what} {name!r}")
        if not name[:1].isalpha():
            raise place.fault("a name starts with a letter, so that it is told from a value")
        named.append((name, place))
    return named


def _named(node: Node, known: Mapping[str, T], what: str) -> T:
    name = node.text()
    if name not in known:
        raise node.fault(f"there is no {what} {name!r}; known: {', '.join(known) or 'none'}")
    return known[name]

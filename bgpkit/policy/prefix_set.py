"""A set of prefixes, with bounds for their lengths, as a condition."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bgpkit.policy.condition import Divider, KeyCondition, Lengths
from bgpkit.policy.prefix_range import PrefixRange
from bgpkit.policy.prefix_table import PrefixTable
from bgpkit_rib import Prefix


@dataclass(frozen=True, slots=True)
class PrefixSet(KeyCondition):
    """The prefixes that lie in at least one of several ranges; as a condition, that the destination is one of them.

    IPv4 and IPv6 may stand in one set. Of a VPN route the prefix behind the route distinguisher is looked at; a
    destination that holds no prefix is in no set. It is compiled once, when it is first asked.
    """

    ranges: tuple[PrefixRange, ...]
    name: str = ""
    """What people call it."""
    _tables: dict[int, PrefixTable] = field(
        init=False, compare=False, repr=False, default_factory=dict[int, PrefixTable]
    )
    _hash: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Reckon the hash once; a set may have many thousand ranges."""
        object.__setattr__(self, "_hash", hash((self.ranges, self.name)))

    def __hash__(self) -> int:
        """Return the hash of ranges and name."""
        return self._hash

    @classmethod
    def of(cls, *ranges: str | PrefixRange, name: str = "") -> "PrefixSet":
        """Return the set of ranges given as such or as text: ``10.0.0.0/8 ge 16 le 24``; ConfigError as there."""
        return cls(tuple(each if isinstance(each, PrefixRange) else PrefixRange.parse(each) for each in ranges), name)

    @classmethod
    def inside(cls, prefixes: Iterable[Prefix], name: str = "") -> "PrefixSet":
        """Return the set of ``prefixes`` and all that lies inside them."""
        return cls(tuple(map(PrefixRange.inside, prefixes)), name)

    def table(self, width: int) -> PrefixTable:
        """Return the ranges of one address width, compiled."""
        table = self._tables.get(width)
        if table is None:
            table = self._tables[width] = PrefixTable(width, self.ranges)
        return table

    def __contains__(self, prefix: Prefix) -> bool:
        """Tell whether ``prefix`` is in the set."""
        return self.table(prefix.width).contains(prefix.key)

    def divider(self, width: int) -> Divider:
        """Return what divides prefixes by whether they are in the set."""
        return self.table(width).divide if width else lambda keys, _: ([], keys)

    def lengths(self, width: int, octets: bytes) -> Lengths | None:
        """Tell of which lengths all prefixes that start with ``octets`` are in the set, and of which none."""
        return self.table(width).lengths(octets)

    def __str__(self) -> str:
        """Return the name, or the ranges, or how many they are."""
        if self.name:
            return f"prefix in {self.name}"
        if len(self.ranges) > 3:
            return f"prefix in a set of {len(self.ranges)}"
        return f"prefix in {', '.join(map(str, self.ranges)) or 'nothing'}"

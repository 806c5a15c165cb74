"""Prefixes with bounds, compiled: for each octet of depth, which lengths match below which octets."""

from collections.abc import Iterable
from operator import itemgetter
from typing import Final

from bgpkit.policy.condition import Division
from bgpkit.policy.key_block import KeyBlock, head_sizes
from bgpkit.policy.prefix_range import PrefixRange

_SCATTERED: Final = {32: 64, 128: 256}
"""From so many heads with longer ranges below them on, blocks seldom pass by their heads."""


class PrefixTable:
    """Tells which prefixes of one address width lie in any of many ranges.

    A range whose prefix has up to 8, 16, 24 ... bits stands in the table of depth 1, 2, 3 ..., once for each way to
    fill up its last octet. There the octets lead to a number whose bit n says that prefixes of n bits match. So it
    takes one look for each depth in use, however many ranges there are.
    """

    __slots__ = ("_below", "_cuts", "default_route", "width")

    default_route: bool
    """Whether the prefix without bits matches."""

    def __init__(self, width: int, ranges: Iterable[PrefixRange]) -> None:
        """Compile the ranges of ``width``; those of the other width are left out."""
        self.width = width
        sizes = [size - 1 for size in head_sizes(width)]
        depths: dict[int, dict[bytes, int]] = {}
        same: dict[int, int] = {}
        below: dict[int, dict[bytes, int]] = {size: {} for size in sizes}
        self.default_route = False
        for each in ranges:
            if each.prefix.width != width:
                continue
            self.default_route |= each.prefix.length == 0 and each.shortest == 0
            lengths = (1 << each.longest + 1) - (1 << each.shortest)
            for octets in _filled(each.prefix.key):
                table = depths.setdefault(len(octets), {})
                bits = table.get(octets, 0) | lengths
                table[octets] = same.setdefault(bits, bits)
                for size in sizes:
                    if len(octets) > size:
                        below[size][octets[:size]] = below[size].get(octets[:size], 0) | lengths
        self._cuts = tuple(
            (table.keys().isdisjoint, itemgetter(slice(1, 1 + depth)), 1 + depth, table)
            for depth, table in sorted(depths.items())
        )
        self._below = below

    @property
    def scattered(self) -> bool:
        """Whether so many heads vary that it does not pay to look at heads."""
        return len(next(iter(self._below.values()))) > _SCATTERED[self.width]

    def contains(self, key: bytes) -> bool:
        """Tell whether the prefix with this key matches."""
        length = key[0]
        if not length:
            return self.default_route
        return any(table.get(key[1:end], 0) >> length & 1 for _, _, end, table in self._cuts)

    def divide(self, keys: list[bytes], block: KeyBlock) -> Division:
        """Return the keys that match and those that do not; the very list when all go one way."""
        del block
        # Most blocks meet the table of no depth, or of one: that is found out without a step of Python for each key.
        met = [(end, table) for apart, octets, end, table in self._cuts if not apart(map(octets, keys))]
        if not self.default_route:
            if not met:
                return [], keys
            if len(met) == 1:
                ((end, table),) = met
                within = [key for key in keys if table.get(key[1:end], 0) >> key[0] & 1]
                if len(within) == len(keys):
                    return keys, []
        inside: list[bytes] = []
        outside: list[bytes] = []
        for key in keys:
            for end, table in met:
                octets = key[1:end]
                if octets in table and table[octets] >> key[0] & 1:
                    inside.append(key)
                    break
            else:
                (inside if self.default_route and not key[0] else outside).append(key)
        if not outside:
            return keys, outside
        return (inside, outside) if inside else (inside, keys)

    def decides(self, head: bytes) -> bool | None:
        """Tell what holds for every prefix that starts with ``head``, length and first octets; None if it varies."""
        if self.contains(head):
            return True
        below = self._below.get(len(head) - 1)
        return None if below is not None and below.get(head[1:], 0) >> head[0] & 1 else False


def _filled(key: bytes) -> Iterable[bytes]:
    """Yield every octet string of the prefix's own number of octets, at least one, that starts with its bits."""
    length, octets = key[0], key[1:]
    if not length:
        octets, free = b"\0", 8
    else:
        free = -length % 8
    start = octets[:-1]
    for last in range(octets[-1], octets[-1] + (1 << free)):
        yield start + bytes((last,))

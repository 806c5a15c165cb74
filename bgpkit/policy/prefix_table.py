"""Prefixes with bounds, compiled: for each octet of depth, which lengths match below which octets."""

from collections.abc import Iterable
from operator import itemgetter
from typing import Final

from bgpkit.policy.condition import Division, Lengths
from bgpkit.policy.key_block import KeyBlock, cuts
from bgpkit.policy.prefix_range import PrefixRange

_LONGEST: Final = 128


class PrefixTable:
    """Tells which prefixes of one address width lie in any of many ranges.

    A range whose prefix has up to 8, 16, 24 ... bits stands in the table of depth 1, 2, 3 ..., once for each way to
    fill up its last octet. There the octets lead to a number whose bit n says that prefixes of n bits match. So it
    takes one look for each depth in use, however many ranges there are.
    """

    __slots__ = ("_below", "_cuts", "_every", "default_route", "width")

    default_route: bool
    """Whether the prefix without bits matches."""

    def __init__(self, width: int, ranges: Iterable[PrefixRange]) -> None:
        """Compile the ranges of ``width``; those of the other width are left out."""
        self.width = width
        self._every = (1 << width + 1) - 1
        sizes = (1, *cuts(width))
        depths: dict[int, dict[bytes, int]] = {}
        same: dict[int, int] = {}
        below: dict[int, dict[bytes, int]] = {size: {} for size in sizes}
        merged = _merged(each for each in ranges if each.prefix.width == width)
        self.default_route = bool(merged.get((0, 0), 0) & 1)
        for (length, number), lengths in merged.items():
            for octets in _filled(length, number):
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

    def lengths(self, octets: bytes) -> Lengths:
        """Tell of which lengths all prefixes whose address starts with ``octets`` match, and of which none does.

        See `KeyCondition.lengths`.
        """
        size = len(octets)
        inside = 0 if size else int(self.default_route)
        for _, _, end, table in self._cuts:
            if end > size + 1:
                break
            inside |= table.get(octets[: end - 1], 0)
        below = self._below.get(size)
        maybe = inside if below is None else inside | below.get(octets, 0)
        return inside, self._every & ~maybe


def _merged(ranges: Iterable[PrefixRange]) -> dict[tuple[int, int], int]:
    """Return the lengths that match below each prefix, its own length and bits: those of two halves below the whole.

    So many prefixes side by side take no more room than the one that covers them.
    """
    below: list[dict[int, int]] = [{} for _ in range(_LONGEST + 1)]
    for each in ranges:
        length, width = each.prefix.length, each.prefix.width
        number = int.from_bytes(each.prefix.key[1:].ljust(width // 8, b"\0")) >> width - length
        lengths = (1 << each.longest + 1) - (1 << each.shortest)
        below[length][number] = below[length].get(number, 0) | lengths
    for length in range(_LONGEST, 0, -1):
        halves, wholes = below[length], below[length - 1]
        for number in [each for each in halves if not each & 1 and each + 1 in halves]:
            both = halves[number] & halves[number + 1]
            if both:
                wholes[number >> 1] = wholes.get(number >> 1, 0) | both
                halves[number] &= ~both
                halves[number + 1] &= ~both
    return {
        (length, number): lengths
        for length, numbers in enumerate(below)
        for number, lengths in numbers.items()
        if lengths
    }


def _filled(length: int, number: int) -> Iterable[bytes]:
    """Yield every octet string of a prefix's own number of octets, at least one, that starts with its bits."""
    size = max(1, (length + 7) // 8)
    free = 8 * size - length
    for last in range(number << free, number + 1 << free):
        yield last.to_bytes(size)

"""The address families that UPDATEs may carry: one row for each, and how to split their NLRI into keys.

A family without a row is not negotiated, because the boundaries of its NLRI are unknown.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family

NlriSplit: TypeAlias = Callable[[bytes], tuple[list[bytes], bool]]
"""Takes an NLRI field whole; returns its keys in order, and whether the field is exactly those keys joined.

ValueError when the field cannot be cut into prefixes. A key may come twice.
"""

_INVALID: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class FamilyRow:
    """What the codec knows of one address family."""

    family: Family
    width: int
    """Bits of an address: 32 or 128."""
    split: NlriSplit
    next_hop_lengths: frozenset[int]
    """Octets that a next hop of MP_REACH_NLRI may have. RFC 4760, section 3; RFC 2545, section 3."""


def _unicast_split(width: int) -> NlriSplit:
    """Return the split of unicast NLRI: a length octet, then the fewest octets that hold so many bits.

    RFC 4271, section 4.3; RFC 4760, section 5. Spare bits, whose value is irrelevant, become zero.
    """
    sizes = tuple(1 + (length + 7) // 8 if length <= width else _INVALID for length in range(256))
    spare_bits = tuple(0xFF >> (length % 8) if length % 8 else 0 for length in range(256))

    def split(nlri: bytes) -> tuple[list[bytes], bool]:
        keys: list[bytes] = []
        append = keys.append
        canonical = True
        offset, end = 0, len(nlri)
        try:
            while offset < end:
                length = nlri[offset]
                stop = offset + sizes[length]
                if length & 7 and nlri[stop - 1] & spare_bits[length]:
                    canonical = False
                    append(nlri[offset : stop - 1] + bytes((nlri[stop - 1] & ~spare_bits[length],)))
                else:
                    append(nlri[offset:stop])
                offset = stop
        except IndexError:
            offset = end + 1
        if offset != end:
            raise ValueError(_complaint(nlri, sizes, width))
        return keys, canonical

    return split


def _complaint(nlri: bytes, sizes: Sequence[int], width: int) -> str:
    """Say where an NLRI field stops making sense."""
    offset = 0
    while offset + sizes[nlri[offset]] <= len(nlri):
        offset += sizes[nlri[offset]]
    what = f"a prefix of {nlri[offset]} bits" if nlri[offset] > width else "a prefix that is cut short"
    return f"{what} at octet {offset} of the NLRI"


_ROWS: Final = (
    FamilyRow(IPV4_UNICAST, 32, _unicast_split(32), frozenset({4})),
    FamilyRow(IPV6_UNICAST, 128, _unicast_split(128), frozenset({16, 32})),
)

ROWS: Final[Mapping[Family, FamilyRow]] = MappingProxyType({row.family: row for row in _ROWS})
"""Every family that this codec can carry."""

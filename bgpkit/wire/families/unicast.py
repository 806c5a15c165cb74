"""IPv4 and IPv6 prefixes, unicast and multicast (RFC 4271, section 4.3; RFC 4760, section 5)."""

from collections.abc import Callable
from typing import Final

from bgpkit.wire.families.row import FamilyRow, Frame, Nlri, Split
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family
from bgpkit_rib import Prefix

_INVALID: Final = 1 << 16
_SPARE_BITS: Final = tuple(0xFF >> (length % 8) if length % 8 else 0 for length in range(256))
"""The bits of the last octet that a prefix of so many bits leaves unused."""
_SIZES: Final = {
    width: tuple(1 + (length + 7) // 8 if length <= width else _INVALID for length in range(256)) for width in (32, 128)
}
"""Octets of an NLRI with its length octet, by that octet."""
_USUAL: Final = {32: 24, 128: 48}
"""The length of more than half of all prefixes of the Internet: no other is cut so quickly."""


def _split(width: int) -> Split:
    """Return the split of prefixes: a length octet, then the fewest octets that hold so many bits.

    RFC 4271, section 4.3; RFC 4760, section 5. Spare bits, whose value is irrelevant, become zero.
    """
    sizes, spare_bits, usual = _SIZES[width], _SPARE_BITS, _USUAL[width]
    usual_size = sizes[usual]

    def split(nlri: bytes) -> tuple[list[bytes], bool]:
        keys: list[bytes] = []
        canonical = True
        offset, end = 0, len(nlri)
        try:
            while offset < end:
                length = nlri[offset]
                if length == usual:
                    stop = offset + usual_size
                else:
                    stop = offset + sizes[length]
                    if length & 7 and nlri[stop - 1] & spare_bits[length]:
                        canonical = False
                        keys.append(nlri[offset : stop - 1] + bytes((nlri[stop - 1] & ~spare_bits[length],)))
                        offset = stop
                        continue
                keys.append(nlri[offset:stop])
                offset = stop
        except IndexError:
            offset = end + 1
        if offset != end:
            raise ValueError(_complaint(nlri, width))
        return keys, canonical

    return split


def _check(width: int) -> Callable[[bytes], bool]:
    sizes = _SIZES[width]

    def check(nlri: bytes) -> bool:
        offset, end = 0, len(nlri)
        while offset < end:
            offset += sizes[nlri[offset]]
        return offset == end

    return check


def _complaint(nlri: bytes, width: int) -> str:
    """Say where an NLRI field stops making sense."""
    sizes = _SIZES[width]
    offset = 0
    while offset + sizes[nlri[offset]] <= len(nlri):
        offset += sizes[nlri[offset]]
    what = f"a prefix of {nlri[offset]} bits" if nlri[offset] > width else "a prefix that is cut short"
    return f"{what} at octet {offset} of the NLRI"


def _frame(width: int) -> Frame:
    sizes = _SIZES[width]

    def frame(nlri: bytes, offset: int, withdrawn: bool) -> tuple[int, bytes, bytes]:
        del withdrawn
        length = nlri[offset]
        if length > width:
            raise ValueError(f"a prefix of {length} bits")
        stop = offset + sizes[length]
        return stop, canonical_prefix(nlri[offset:stop]), b""

    return frame


def canonical_prefix(octets: bytes) -> bytes:
    """Return a length octet and the octets of a prefix, with its spare bits zero. RFC 4271, section 4.3."""
    spare = _SPARE_BITS[octets[0]]
    if spare and octets[-1] & spare:
        return octets[:-1] + bytes((octets[-1] & ~spare,))
    return octets


def _row(family: Family, width: int, next_hop_lengths: frozenset[int], ipv6_next_hops: frozenset[int]) -> FamilyRow:
    def decode(key: bytes, rest: bytes) -> Prefix:
        del rest
        return Prefix.canonical(key, width)

    def encode(value: Nlri) -> tuple[bytes, bytes]:
        if not isinstance(value, Prefix) or value.width != width:
            raise ValueError(f"{value} is not an NLRI of {family}: it takes prefixes of {width}-bit addresses")
        return value.key, b""

    return FamilyRow(
        family=family,
        frame=_frame(width),
        decode=decode,
        encode=encode,
        values=(Prefix,),
        next_hop_lengths=next_hop_lengths,
        ipv6_next_hop_lengths=ipv6_next_hops,
        split=_split(width),
        check=_check(width),
        decode_all=lambda keys: Prefix.all_canonical(keys, width),
        width=width,
    )


_IPV4_NEXT_HOPS: Final = frozenset({4})
_IPV6_NEXT_HOPS: Final = frozenset({16, 32})
"""A global address, with a link-local one beside it or without. RFC 2545, section 3."""

UNICAST_ROWS: Final = (
    _row(IPV4_UNICAST, 32, _IPV4_NEXT_HOPS, _IPV6_NEXT_HOPS),
    _row(IPV6_UNICAST, 128, _IPV6_NEXT_HOPS, frozenset()),
    _row(Family(1, 2), 32, _IPV4_NEXT_HOPS, _IPV6_NEXT_HOPS),
    _row(Family(2, 2), 128, _IPV6_NEXT_HOPS, frozenset()),
)

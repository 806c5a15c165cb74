"""Shares of the traffic by the bandwidths that paths tell, in weights as the kernel has them. Pure.

RFC 10005 (draft-ietf-idr-link-bandwidth).
"""

from collections.abc import Hashable, Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from math import gcd, inf, lcm
from struct import iter_unpack
from typing import Final, TypeVar

from bgpkit.wire import AttributeCode, attribute_value
from bgpkit_rib import Path

_Place = TypeVar("_Place", bound=Hashable)

_LINK_BANDWIDTH: Final = frozenset({0x0004, 0x4004})
"""Type and sub-type: transitive, and not."""
_GREATEST: Final = 256
"""The greatest weight that the kernel knows."""


def bandwidth_of(path: Path) -> float | None:
    """Return the bandwidth that ``path`` tells by its extended communities, in octets a second; None where it does not.

    The lowest of several counts, transitive or not; what is negative, infinite or no number is none at all.
    """
    return _read(attribute_value(path.raw, AttributeCode.EXTENDED_COMMUNITIES) or b"")


def shares_of(paths: Iterable[Path]) -> tuple[int, ...]:
    """Return the shares of ``paths``, in the smallest whole numbers; none where one tells no bandwidth, or 0.

    They cannot be compared then, and all are to weigh the same.
    """
    bandwidths = [bandwidth_of(path) or 0.0 for path in paths]
    return _in_lowest_terms([Fraction(bandwidth) for bandwidth in bandwidths]) if all(bandwidths) else ()


def divided(groups: Iterable[tuple[Sequence[tuple[_Place, int]], int]]) -> dict[_Place, int]:
    """Divide the share of each group among its places by their weights; return one weight for each place, 1 to 256.

    A place in several groups has a part of each. Weights are exact where 256 is enough for that.
    """
    parts: dict[_Place, Fraction] = {}
    for places, share in groups:
        total = sum(weight for _, weight in places)
        for place, weight in places:
            parts[place] = parts.get(place, Fraction(0)) + Fraction(share * weight, total)
    weights = _in_lowest_terms(list(parts.values()))
    most = max(weights)
    if most > _GREATEST:
        weights = tuple(max(1, round(Fraction(weight * _GREATEST, most))) for weight in weights)
    return dict(zip(parts, weights, strict=True))


@lru_cache(maxsize=4096)
def _read(communities: bytes) -> float | None:
    octets = communities[: len(communities) // 8 * 8]
    told = [value for kind, _, value in iter_unpack(">HHf", octets) if kind in _LINK_BANDWIDTH and 0 <= value < inf]
    return min(told, default=None)


def _in_lowest_terms(numbers: Sequence[Fraction]) -> tuple[int, ...]:
    """Return the smallest whole numbers in the same proportion."""
    common = lcm(*(number.denominator for number in numbers))
    whole = [int(number * common) for number in numbers]
    divisor = gcd(*whole)
    return tuple(number // divisor for number in whole)

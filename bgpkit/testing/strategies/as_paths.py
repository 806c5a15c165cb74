"""AS paths (RFC 4271, section 4.3; RFC 5065, section 3)."""

from typing import Final

from hypothesis import strategies as st

from bgpkit.testing.strategies.fields import asns
from bgpkit_rib import AsPath, AsSegment, AsSegmentKind

_PLAIN: Final = (AsSegmentKind.SEQUENCE, AsSegmentKind.SET)
_ALL: Final = (*_PLAIN, AsSegmentKind.CONFED_SEQUENCE, AsSegmentKind.CONFED_SET)


def as_paths(
    *, four_octet_as: bool = True, confederations: bool = True, min_size: int = 0
) -> st.SearchStrategy[AsPath]:
    """Return AS paths of ``min_size`` to 4 segments, each of 1 to 6 AS numbers, now and then of 255.

    Segments of confederations are among them unless told otherwise: external peers must not send them.
    """
    kinds = st.sampled_from(_ALL if confederations else _PLAIN)
    numbers = asns(four_octet_as=four_octet_as)
    few = st.lists(numbers, min_size=1, max_size=6).map(tuple)
    many = numbers.map(lambda asn: (asn,) * 255)
    segments = st.builds(AsSegment, kinds, st.one_of(few, few, few, many))
    return st.lists(segments, min_size=min_size, max_size=4).map(lambda found: AsPath(tuple(found)))

"""Prefixes of IPv4 and IPv6."""

from hypothesis import strategies as st

from bgpkit.testing.strategies.fields import numbers
from bgpkit_fsm import Family
from bgpkit_rib import Prefix

_WIDTHS = {1: 32, 2: 128}


def prefixes(family: Family | None = None) -> st.SearchStrategy[Prefix]:
    """Return prefixes of all lengths; of the AFI of ``family`` only, where one is given.

    ValueError for a family whose AFI is not that of IPv4 or IPv6.
    """
    if family is None:
        return prefixes_of_width(32) | prefixes_of_width(128)
    width = _WIDTHS.get(family.afi)
    if width is None:
        raise ValueError(f"family {family} has no prefixes of IPv4 or IPv6")
    return prefixes_of_width(width)


def prefixes_of_width(width: int) -> st.SearchStrategy[Prefix]:
    """Return prefixes of addresses of ``width`` bits, 32 or 128."""
    return st.builds(_prefix, st.integers(0, width), numbers(width), st.just(width))


def _prefix(length: int, number: int, width: int) -> Prefix:
    spare = width - length
    octets = (number >> spare << spare).to_bytes(width // 8, "big")
    return Prefix(bytes((length,)) + octets[: (length + 7) // 8], width)

"""Type codes, flags and framing of path attributes (RFC 4271, section 4.3)."""

from enum import IntEnum
from typing import Final

OPTIONAL: Final = 0x80
TRANSITIVE: Final = 0x40
PARTIAL: Final = 0x20
EXTENDED_LENGTH: Final = 0x10
"""The four attribute flags; the lower four bits are ignored. RFC 4271, section 4.3."""

WELL_KNOWN: Final = TRANSITIVE
OPTIONAL_TRANSITIVE: Final = OPTIONAL | TRANSITIVE


class AttributeCode(IntEnum):
    """Type codes of path attributes, as IANA numbers them."""

    ORIGIN = 1
    AS_PATH = 2
    NEXT_HOP = 3
    MULTI_EXIT_DISC = 4
    LOCAL_PREF = 5
    ATOMIC_AGGREGATE = 6
    AGGREGATOR = 7
    COMMUNITIES = 8
    ORIGINATOR_ID = 9
    CLUSTER_LIST = 10
    MP_REACH_NLRI = 14
    MP_UNREACH_NLRI = 15
    EXTENDED_COMMUNITIES = 16
    AS4_PATH = 17
    AS4_AGGREGATOR = 18
    PMSI_TUNNEL = 22
    TUNNEL_ENCAPSULATION = 23
    IPV6_EXTENDED_COMMUNITIES = 25
    AIGP = 26
    BGP_LS = 29
    LARGE_COMMUNITIES = 32
    ONLY_TO_CUSTOMER = 35
    PREFIX_SID = 40
    ATTR_SET = 128


def name_of(code: int) -> str:
    """Return the name that IANA lists for a type code: ``AS_PATH``; ``attribute 99`` for one that is not known."""
    return _NAMES.get(code, f"attribute {code}")


_NAMES: Final = {int(code): code.name for code in AttributeCode}


def encode_attribute(flags: int, code: int, value: bytes) -> bytes:
    """Return one attribute; the extended length bit follows from the value's length.

    ValueError when the value exceeds 65,535 octets. RFC 4271, section 4.3.
    """
    if len(value) > 0xFFFF:
        raise ValueError(f"a value of {len(value)} octets does not fit attribute {code}")
    if len(value) > 255:
        return bytes((flags | EXTENDED_LENGTH, code, len(value) >> 8, len(value) & 255)) + value
    return bytes((flags & ~EXTENDED_LENGTH, code, len(value))) + value

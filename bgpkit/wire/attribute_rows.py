"""The path attributes that the codec knows: one row for each type code."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import Final

from bgpkit.wire.faults import FaultAction

OPTIONAL: Final = 0x80
TRANSITIVE: Final = 0x40
PARTIAL: Final = 0x20
EXTENDED_LENGTH: Final = 0x10
"""The four attribute flags; the lower four bits are ignored. RFC 4271, section 4.3."""

_WELL_KNOWN: Final = TRANSITIVE
_OPTIONAL_TRANSITIVE: Final = OPTIONAL | TRANSITIVE
_ANY_LENGTH: Final = range(1 << 16)


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
    LARGE_COMMUNITIES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeRow:
    """What the codec checks of one attribute before it looks at the value."""

    code: AttributeCode
    flags: int
    """The Optional and Transitive bits that the attribute must have."""
    lengths: Collection[int]
    """Octets that the value may have in a session with 4-octet AS numbers."""
    section: str
    """The RFC and section that say what a wrong length leads to."""
    action: FaultAction = FaultAction.WITHDRAW
    """What a wrong length leads to."""
    flags_action: FaultAction = FaultAction.WITHDRAW
    """What wrong flags lead to. RFC 7606, section 3 (c)."""
    internal_only: bool = False
    """Discarded, whatever it holds, when an external peer sends it."""


def _exactly(length: int) -> Collection[int]:
    return frozenset({length})


def _multiples(unit: int) -> Collection[int]:
    """Return the lengths that are a non-zero multiple of ``unit``."""
    return range(unit, 1 << 16, unit)


def _row(
    code: AttributeCode,
    flags: int,
    lengths: Collection[int],
    section: str,
    *,
    action: FaultAction = FaultAction.WITHDRAW,
    flags_action: FaultAction = FaultAction.WITHDRAW,
    internal_only: bool = False,
) -> AttributeRow:
    return AttributeRow(
        code=code,
        flags=flags,
        lengths=lengths,
        section=section,
        action=action,
        flags_action=flags_action,
        internal_only=internal_only,
    )


_TABLE: Final = (
    _row(AttributeCode.ORIGIN, _WELL_KNOWN, _exactly(1), "RFC 7606, section 7.1"),
    _row(AttributeCode.AS_PATH, _WELL_KNOWN, _ANY_LENGTH, "RFC 7606, section 7.2"),
    _row(AttributeCode.NEXT_HOP, _WELL_KNOWN, _exactly(4), "RFC 7606, section 7.3"),
    _row(AttributeCode.MULTI_EXIT_DISC, OPTIONAL, _exactly(4), "RFC 7606, section 7.4"),
    _row(AttributeCode.LOCAL_PREF, _WELL_KNOWN, _exactly(4), "RFC 7606, section 7.5", internal_only=True),
    _row(
        AttributeCode.ATOMIC_AGGREGATE,
        _WELL_KNOWN,
        _exactly(0),
        "RFC 7606, section 7.6",
        action=FaultAction.DISCARD,
    ),
    _row(
        AttributeCode.AGGREGATOR,
        _OPTIONAL_TRANSITIVE,
        _exactly(8),
        "RFC 7606, section 7.7",
        action=FaultAction.DISCARD,
    ),
    _row(AttributeCode.COMMUNITIES, _OPTIONAL_TRANSITIVE, _multiples(4), "RFC 7606, section 7.8"),
    _row(AttributeCode.ORIGINATOR_ID, OPTIONAL, _exactly(4), "RFC 7606, section 7.9", internal_only=True),
    _row(AttributeCode.CLUSTER_LIST, OPTIONAL, _multiples(4), "RFC 7606, section 7.10", internal_only=True),
    _row(AttributeCode.MP_REACH_NLRI, OPTIONAL, _ANY_LENGTH, "RFC 7606, section 7.11"),
    _row(AttributeCode.MP_UNREACH_NLRI, OPTIONAL, _ANY_LENGTH, "RFC 7606, section 7.12"),
    _row(AttributeCode.EXTENDED_COMMUNITIES, _OPTIONAL_TRANSITIVE, _multiples(8), "RFC 7606, section 7.14"),
    _row(
        AttributeCode.AS4_PATH,
        _OPTIONAL_TRANSITIVE,
        _ANY_LENGTH,
        "RFC 6793, section 6",
        action=FaultAction.DISCARD,
        flags_action=FaultAction.DISCARD,
    ),
    _row(
        AttributeCode.AS4_AGGREGATOR,
        _OPTIONAL_TRANSITIVE,
        _exactly(8),
        "RFC 6793, section 6",
        action=FaultAction.DISCARD,
        flags_action=FaultAction.DISCARD,
    ),
    _row(AttributeCode.LARGE_COMMUNITIES, _OPTIONAL_TRANSITIVE, _multiples(12), "RFC 8092, section 6"),
)

ATTRIBUTE_ROWS: Final[Mapping[int, AttributeRow]] = MappingProxyType({int(row.code): row for row in _TABLE})
"""Every attribute that the codec interprets, by type code; all others are carried octet for octet."""


def encode_attribute(flags: int, code: int, value: bytes) -> bytes:
    """Return one attribute; the extended length bit follows from the value's length.

    ValueError when the value exceeds 65,535 octets. RFC 4271, section 4.3.
    """
    if len(value) > 0xFFFF:
        raise ValueError(f"a value of {len(value)} octets does not fit attribute {code}")
    if len(value) > 255:
        return bytes((flags | EXTENDED_LENGTH, code, len(value) >> 8, len(value) & 255)) + value
    return bytes((flags & ~EXTENDED_LENGTH, code, len(value))) + value

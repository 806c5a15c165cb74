"""The path attributes of a dumped route: from the octets of a dump to canonical ones and to values, and back.

RFC 6396, section 4.3.4.
"""

from dataclasses import dataclass, field
from typing import Final, final

from bgpkit.errors import UpdateError
from bgpkit.wire import (
    ROWS,
    AttributeCode,
    AttributeFault,
    AttributeReader,
    UpdateContext,
    canonical_block,
    decode_attributes,
)
from bgpkit_fsm import Family
from bgpkit_rib import PathAttributes

_EXTENDED_LENGTH: Final = 0x10
_INTERNED_MAXIMUM: Final = 262_144
_AFI_IPV4: Final = 1


@dataclass(frozen=True, slots=True)
class EntryBlock:
    """The path attributes of a dumped route."""

    octets: bytes
    """The canonical block: 4-octet AS numbers, AS4_PATH merged, MP_REACH_NLRI without NLRI.

    `bgpkit.wire.encode_announcements` takes it as it is.
    """
    faults: tuple[AttributeFault, ...] = ()
    """What was wrong and has been left out, such as an AGGREGATOR with AS number 0. RFC 7606, section 2."""
    _decoded: list[PathAttributes] = field(default_factory=list[PathAttributes], init=False, repr=False, compare=False)

    @property
    def attributes(self) -> PathAttributes:
        """The attributes as values, made when they are asked for the first time."""
        if not self._decoded:
            self._decoded.append(decode_attributes(self.octets))
        return self._decoded[0]


@final
class EntryReader:
    """Reads the attributes of dumped routes.

    Equal attributes give the very same `EntryBlock` again, until 262,144 are kept.
    """

    __slots__ = ("_interned", "_readers")

    def __init__(self) -> None:
        """Make a reader for any number of dumps."""
        self._interned: dict[tuple[Family, bool, bytes], EntryBlock] = {}
        # What a collector keeps is what it has let in: nothing is held against a route that only its own peers
        # may say, such as LOCAL_PREF, and all families are welcome.
        self._readers = {
            four_octet_as: AttributeReader(
                UpdateContext(
                    families=frozenset(ROWS),
                    four_octet_as=four_octet_as,
                    internal=True,
                    extended_next_hop=frozenset(family for family in ROWS if family.afi == _AFI_IPV4),
                )
            )
            for four_octet_as in (False, True)
        }

    def read(self, attributes: bytes, family: Family, *, four_octet_as: bool = True) -> EntryBlock:
        """Return what the ``attributes`` of a route of ``family`` say.

        TABLE_DUMP_V2 has 4-octet AS numbers, TABLE_DUMP has not. MP_REACH_NLRI may be next hop length and next hop
        only, as the RFC asks, or whole, as many programs write it. ValueError when RFC 7606 would withdraw the
        route or reset the session that brought such attributes. That some are missing is no fault here.

        RFC 6396, sections 4.2 and 4.3.4.
        """
        key = (family, four_octet_as, attributes)
        block = self._interned.get(key)
        if block is None:
            if len(self._interned) >= _INTERNED_MAXIMUM:
                self._interned.clear()
            block = self._interned[key] = self._read(attributes, family, four_octet_as=four_octet_as)
        return block

    def _read(self, attributes: bytes, family: Family, *, four_octet_as: bool) -> EntryBlock:
        try:
            found = self._readers[four_octet_as].read(_with_family(attributes, family))
        except UpdateError as error:
            raise ValueError(str(error)) from error
        if found.withdraws:
            raise ValueError(found.strongest_fault().text)
        if found.reach is not None and found.reach.family != family:
            raise ValueError(f"MP_REACH_NLRI of {found.reach.family} in a route of {family}")
        return EntryBlock(canonical_block(found, found.reach), tuple(found.faults))


def encode_entry_attributes(block: bytes) -> bytes:
    """Return a canonical block as a RIB entry has it: MP_REACH_NLRI is next hop length and next hop only.

    RFC 6396, section 4.3.4.
    """
    span = _mp_reach(block)
    if span is None:
        return block
    start, value_start, stop = span
    length = block[value_start + 3]
    return _replaced(block, start, stop, block[value_start + 3 : value_start + 4 + length])


def _with_family(attributes: bytes, family: Family) -> bytes:
    """Return attributes whose MP_REACH_NLRI, if it has only the next hop, has AFI and SAFI, too."""
    span = _mp_reach(attributes)
    if span is None:
        return attributes
    start, value_start, stop = span
    value = attributes[value_start:stop]
    head = family.afi.to_bytes(2, "big") + bytes((family.safi,))
    whole = value.startswith(head) and len(value) >= 5 + value[3]
    if whole or not value or value[0] != len(value) - 1:
        return attributes
    return _replaced(attributes, start, stop, head + value + b"\0")


def _mp_reach(attributes: bytes) -> tuple[int, int, int] | None:
    """Return start, start of the value and stop of MP_REACH_NLRI; None when it is not there whole."""
    offset, end = 0, len(attributes)
    while offset + 3 <= end:
        value_start = offset + (4 if attributes[offset] & _EXTENDED_LENGTH else 3)
        stop = value_start + int.from_bytes(attributes[offset + 2 : value_start], "big")
        if value_start > end or stop > end:
            return None
        if attributes[offset + 1] == AttributeCode.MP_REACH_NLRI:
            return offset, value_start, stop
        offset = stop
    return None


def _replaced(attributes: bytes, start: int, stop: int, value: bytes) -> bytes:
    """Return attributes where the one from ``start`` to ``stop`` has another value."""
    flags, code = attributes[start] & ~_EXTENDED_LENGTH, attributes[start + 1]
    if len(value) > 0xFF:
        head = bytes((flags | _EXTENDED_LENGTH, code)) + len(value).to_bytes(2, "big")
    else:
        head = bytes((flags, code, len(value)))
    return attributes[:start] + head + value + attributes[stop:]

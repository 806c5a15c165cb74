"""The decoder of one session's UPDATEs (RFC 4271, section 4.3), into blocks of keys that share attributes."""

from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeVar, final

from bgpkit.errors import UpdateError
from bgpkit.wire.as_sets import refuse_as_sets
from bgpkit.wire.attribute_block import (
    AttributeBlock,
    MpRoutes,
    attribute_octets,
    canonical_block,
    is_host,
    reduced_mp_reach,
)
from bgpkit.wire.attribute_inputs import AttributeInputs, inputs_of
from bgpkit.wire.attribute_reader import AttributeReader
from bgpkit.wire.attributes.code import EXTENDED_LENGTH, AttributeCode
from bgpkit.wire.families import ROWS, FamilyRow, NlriBlock
from bgpkit.wire.faults import AttributeFault, FaultAction, reset
from bgpkit.wire.update import Announced, Update, Withdrawn
from bgpkit.wire.update_context import UpdateContext
from bgpkit.wire.update_routes import Came, RouteReader
from bgpkit_fsm import IPV4_UNICAST, Family, UpdateSubcode

T = TypeVar("T")

_IPV4_ROW: Final = ROWS[IPV4_UNICAST]
_IPV4_UNICAST: Final = b"\0\1\1"
INTERNED_MAXIMUM: Final = 262_144
"""Blocks that are kept, at most: a peer may send ever new ones for one and the same prefix."""
INTERNED_OCTETS: Final = 64 * 2**20
"""Octets of all of them together, at most; those of a full table of the Internet are a quarter of that."""
_ORIGIN: Final = int(AttributeCode.ORIGIN)
_AS_PATH: Final = int(AttributeCode.AS_PATH)
_NEXT_HOP: Final = int(AttributeCode.NEXT_HOP)
_MP_REACH_FIRST: Final = frozenset({b"\x80\x0e", b"\x90\x0e"})
# No plain block starts with a flags octet of 0 or 1, so these keys never meet those of blocks as received.
_REDUCED: Final = b"\0"
_CANONICAL: Final = b"\1"


@final
class UpdateDecoder(Generic[T]):
    """Decodes the UPDATEs of one session, and makes one ``T`` for each distinct attribute block.

    With labels and the like beside the keys, or Path Identifiers, one for each distinct block with those. Equal
    ones give the very same ``T`` again, until `clear`, or until 262,144 of them or 64 MiB are kept.
    """

    __slots__ = ("_context", "_interned", "_make", "_octets", "_quick", "_reader", "_rows", "_split_ipv4")

    def __init__(self, context: UpdateContext, make: Callable[[AttributeInputs], T]) -> None:
        """Make a decoder; ``make`` is called once for each distinct block, and must not return None."""
        self._context = context
        self._make = make
        self._rows = {family: ROWS[family] for family in context.families if family in ROWS}
        # Families of keys alone, by AFI and SAFI in octets.
        self._quick = {
            family.afi.to_bytes(2, "big") + bytes((family.safi,)): (row, row.split)
            for family, row in self._rows.items()
            if row.split is not None and family not in context.add_path_receive
        }
        self._split_ipv4 = self._quick.get(_IPV4_UNICAST, (None, None))[1]
        self._reader = AttributeReader(context)
        self._interned: dict[bytes, T] = {}
        self._octets = 0

    def clear(self) -> None:
        """Forget what has been made: the next UPDATEs are of a new generation."""
        self._interned.clear()
        self._octets = 0

    def decode_plain(self, data: bytes, start: int, end: int) -> Announced[T] | None:
        """Return what the UPDATE with the body ``data[start:end]`` announces, if it is one of the usual kind.

        That is nearly every one: routes of one family come, none goes, and the attributes are right beyond doubt. None
        for any other, which `decode_any` is for. RFC 4271, section 4.3; RFC 4760, section 3.
        """
        attributes, split = start + 4, self._split_ipv4
        if attributes > end or data[start + 1] or data[start]:
            return None
        nlri_start = attributes + (data[start + 2] << 8 | data[start + 3])
        if nlri_start == end:
            return self._decode_mp(data[attributes:end])
        if nlri_start > end or split is None:
            return None
        raw = data[attributes:nlri_start]
        made = self._interned.get(raw)
        if made is None:
            inputs = self._reader.read_plain(raw)
            if inputs is None:
                return None
            made = self._keep(raw, inputs)
        nlri = data[nlri_start:end]
        try:
            keys, canonical = split(nlri)
        except ValueError:
            return None
        return IPV4_UNICAST, made, keys, nlri if canonical else None

    def decode(self, data: bytes, start: int, end: int) -> Update[T]:
        """Return the UPDATE whose body is ``data[start:end]``.

        What RFC 7606 lets the session survive is in ``faults``, and already dealt with: attributes are left
        out, routes are among those withdrawn. UpdateError when only a session reset is left.

        RFC 4271, sections 4.3 and 6.3; RFC 7606, sections 2 to 5.
        """
        plain = self.decode_plain(data, start, end)
        return self.decode_any(data, start, end) if plain is None else Update((), (plain,))

    def decode_any(self, data: bytes, start: int, end: int) -> Update[T]:
        """Return the same as `decode`, for an UPDATE that `decode_plain` has had no answer to."""
        if end - start < 4:
            raise _malformed("the UPDATE ends before its lengths", data[start:end])
        withdrawn_end = start + 2 + (data[start] << 8 | data[start + 1])
        if withdrawn_end + 2 > end:
            raise _malformed("the withdrawn routes run past the end of the UPDATE", data[start:end])
        nlri_start = withdrawn_end + 2 + (data[withdrawn_end] << 8 | data[withdrawn_end + 1])
        if nlri_start > end:
            raise _malformed("the path attributes run past the end of the UPDATE", data[start:end])
        return self._decode_fields(
            data[start + 2 : withdrawn_end], data[withdrawn_end + 2 : nlri_start], data[nlri_start:end]
        )

    def _keep(self, key: bytes, inputs: AttributeInputs) -> T:
        """Make something of the inputs, and remember it by ``key``."""
        self._octets += len(key)
        if self._octets > INTERNED_OCTETS or len(self._interned) >= INTERNED_MAXIMUM:
            self.clear()
        made = self._interned[key] = self._make(inputs)
        return made

    def _decode_mp(self, raw: bytes) -> Announced[T] | None:
        """Decode the same of other families: MP_REACH_NLRI before all else, as RFC 7606, section 5.1, asks."""
        key, nlri_start, stop = _reduce(raw)
        row, split = self._quick.get(key[1:4], (None, None))
        if row is None or split is None or nlri_start == stop:
            return None
        made = self._interned.get(key)
        if made is None:
            next_hop = key[5 : 5 + key[4]]
            if len(next_hop) not in row.next_hop_lengths and not self._is_extended(row, next_hop):
                return None
            if len(next_hop) == 4 and (row is _IPV4_ROW or not is_host(next_hop)):
                return None
            inputs = self._reader.read_plain(raw[stop:], reduced_mp_reach(row.family, next_hop), next_hop)
            if inputs is None:
                return None
            made = self._keep(key, inputs)
        nlri = raw[nlri_start:stop]
        try:
            keys, canonical = split(nlri)
        except ValueError:
            return None
        return row.family, made, keys, nlri if canonical else None

    def _is_extended(self, row: FamilyRow, next_hop: bytes) -> bool:
        """Tell whether a next hop is an IPv6 one that was agreed on. RFC 8950, section 4."""
        return row.family in self._context.extended_next_hop and len(next_hop) in row.ipv6_next_hop_lengths

    def _decode_fields(self, withdrawn: bytes, raw: bytes, nlri: bytes) -> Update[T]:
        """Decode the three fields of an UPDATE, whatever they hold."""
        block = self._reader.read(raw)
        routes = RouteReader(self._context, self._rows, block)
        routes.read(withdrawn, nlri)
        gone, came = routes.gone, routes.came
        if came:
            _require(block, came)
            if not self._context.accept_as_sets:
                refuse_as_sets(block, four_octet_as=self._context.four_octet_as)
        faults = block.faults
        if self._context.strict and any(fault.malformed for fault in faults):
            raise max((fault for fault in faults if fault.malformed), key=_action).error()
        disabled = self._disable(faults) if faults else ()
        if faults and block.withdraws:
            if not nlri and (block.reach is None or not block.reach.nlri) and not disabled:
                # Routes may be hidden in what is broken. RFC 7606, section 5.2.
                raise block.strongest_fault().error()
            gone += [(row.family, each.keys, each.path_id) for row, _, each in came]
            return Update(gone, (), None, faults, disabled)
        announced = [
            (row.family, self._intern(block, reach, each), each.keys, each.octets) for row, reach, each in came
        ]
        if gone and came:
            gone = _without(gone, came)
        end_of_rib = None if withdrawn or nlri else self._end_of_rib(block)
        return Update(gone, announced, end_of_rib, faults, disabled)

    def _disable(self, faults: Sequence[AttributeFault]) -> tuple[Family, ...]:
        """Take no more routes of the families that a fault has disabled, and return them."""
        disabled = [fault.family for fault in faults if fault.action is FaultAction.DISABLE]
        families = tuple(family for family in disabled if family is not None)
        for family in families:
            self._reader.disable(family)
            row = self._rows.pop(family, None)
            self._quick = {key: each for key, each in self._quick.items() if each[0] is not row}
            self._split_ipv4 = self._quick.get(_IPV4_UNICAST, (None, None))[1]
        return families

    def _intern(self, block: AttributeBlock, reach: MpRoutes | None, nlri: NlriBlock) -> T:
        """Return what was made of the block before, or make it now."""
        if reach is None and not block.special and not nlri.path_id:
            key = block.raw
        else:
            head = b"%b%b%b" % (nlri.path_id.to_bytes(4, "big"), len(nlri.rest).to_bytes(2, "big"), nlri.rest)
            key = _CANONICAL + head + canonical_block(block, reach)
        made = self._interned.get(key)
        if made is None:
            next_hop = (block.values.get(_NEXT_HOP) if reach is None else reach.next_hop) or b""
            raw = canonical_block(block, reach)
            lengths = block.as_path_length, block.neighbor_as
            inputs = inputs_of(raw, next_hop, block.values, lengths, nlri.rest, nlri.path_id)
            made = self._keep(key, inputs)
        return made

    def _end_of_rib(self, block: AttributeBlock) -> Family | None:
        """Return the family that an UPDATE without NLRI completes. RFC 4724, section 2."""
        if not block.raw:
            return IPV4_UNICAST if IPV4_UNICAST in self._rows else None
        unreach = block.unreach
        if unreach is None or unreach.nlri or unreach.row is None or len(block.values) != 1:
            return None
        return unreach.family


def _require(block: AttributeBlock, came: Sequence[Came]) -> None:
    """Note the well-known mandatory attributes that are not there, and IPv4 next hops that cannot be.

    NEXT_HOP matters to routes in the body only. LOCAL_PREF may be absent: a default stands in for it.
    RFC 7606, section 3 (d); RFC 4271, section 6.3; RFC 4760, section 3.
    """
    for code in (_ORIGIN, _AS_PATH):
        if code not in block.values:
            _miss(block, code)
    for reach in dict.fromkeys(reach for _, reach, _ in came):
        next_hop = block.values.get(_NEXT_HOP) if reach is None else reach.next_hop
        if reach is None and _NEXT_HOP not in block.values:
            _miss(block, _NEXT_HOP)
        elif next_hop and len(next_hop) == 4 and not is_host(next_hop) and not _is_ignored(reach):
            text = f"the next hop {'.'.join(map(str, next_hop))} is not the address of a host"
            block.faults.append(
                AttributeFault(
                    FaultAction.WITHDRAW,
                    _NEXT_HOP if reach is None else AttributeCode.MP_REACH_NLRI,
                    text,
                    "RFC 4271, section 6.3",
                    UpdateSubcode.INVALID_NEXT_HOP_ATTRIBUTE,
                    attribute_octets(block.raw, _NEXT_HOP) if reach is None else reach.attribute,
                )
            )


def _is_ignored(reach: MpRoutes | None) -> bool:
    """Tell whether a family has no use for a next hop. RFC 8955, section 4."""
    return reach is not None and reach.row is not None and 0 in reach.row.next_hop_lengths


def _miss(block: AttributeBlock, code: int) -> None:
    block.faults.append(
        AttributeFault(
            FaultAction.WITHDRAW,
            code,
            f"{AttributeCode(code).name} is missing",
            "RFC 7606, section 3 (d)",
            UpdateSubcode.MISSING_WELL_KNOWN_ATTRIBUTE,
        )
    )


def _without(gone: Sequence[Withdrawn], came: Sequence[Came]) -> list[Withdrawn]:
    """Take what is announced out of what is withdrawn. RFC 4271, section 4.3."""
    here = {(row.family, each.path_id, key) for row, _, each in came for key in each.keys}
    kept = [
        (family, [key for key in keys if (family, path_id, key) not in here], path_id) for family, keys, path_id in gone
    ]
    return [each for each in kept if each[1]]


def _action(fault: AttributeFault) -> FaultAction:
    return fault.action


def _reduce(raw: bytes) -> tuple[bytes, int, int]:
    """Return a key of all but the NLRI of a block that starts with MP_REACH_NLRI, and where the NLRI are.

    The key is empty when the block is not of this form.
    """
    if raw[:2] not in _MP_REACH_FIRST or len(raw) < 9:
        return b"", 0, 0
    if raw[0] & EXTENDED_LENGTH:
        value_start, stop = 4, 4 + (raw[2] << 8 | raw[3])
    else:
        value_start, stop = 3, 3 + raw[2]
    nlri_start = value_start + 5 + raw[value_start + 3]
    if not nlri_start <= stop <= len(raw):
        return b"", 0, 0
    return _REDUCED + raw[value_start:nlri_start] + raw[stop:], nlri_start, stop


def _malformed(text: str, octets: bytes) -> UpdateError:
    return reset(text, UpdateSubcode.MALFORMED_ATTRIBUTE_LIST, octets, section="RFC 4271, section 6.3")

"""The UPDATE message in octets (RFC 4271, section 4.3), decoded into blocks of keys that share attributes."""

from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeAlias, TypeVar, final

from bgpkit.errors import UpdateError
from bgpkit.wire.attribute_block import AttributeBlock, MpRoutes, canonical_block, is_host, reduced_mp_reach
from bgpkit.wire.attribute_inputs import AttributeInputs
from bgpkit.wire.attribute_reader import AttributeReader
from bgpkit.wire.attribute_rows import EXTENDED_LENGTH, AttributeCode
from bgpkit.wire.families import ROWS, FamilyRow
from bgpkit.wire.faults import AttributeFault, FaultAction, reset
from bgpkit.wire.update_context import UpdateContext
from bgpkit_fsm import IPV4_UNICAST, Family, UpdateSubcode

T = TypeVar("T")

_Gone: TypeAlias = tuple[Family, list[bytes]]
# Row of the family, the MP_REACH_NLRI (None for the body), keys, and the NLRI octets if they are the keys joined.
_Came: TypeAlias = tuple[FamilyRow, MpRoutes | None, list[bytes], bytes | None]

_IPV4_ROW: Final = ROWS[IPV4_UNICAST]
_INTERNED_MAXIMUM: Final = 262_144
_ORIGIN: Final = int(AttributeCode.ORIGIN)
_AS_PATH: Final = int(AttributeCode.AS_PATH)
_NEXT_HOP: Final = int(AttributeCode.NEXT_HOP)
_MP_REACH_FIRST: Final = frozenset({b"\x80\x0e", b"\x90\x0e"})
# No plain block starts with a flags octet of 0 or 1, so these keys never meet those of blocks as received.
_REDUCED: Final = b"\0"
_CANONICAL: Final = b"\1"


@final
class Update(Generic[T]):
    """One UPDATE, as blocks of keys; what is withdrawn comes before what is announced.

    No key stands twice in a block, and none that is announced is withdrawn too. RFC 4271, section 4.3.
    """

    __slots__ = ("announced", "end_of_rib", "faults", "withdrawn")

    withdrawn: Sequence[tuple[Family, list[bytes]]]
    announced: Sequence[tuple[Family, T, list[bytes], bytes | None]]
    """Family, what was made of the attributes, keys, and the NLRI octets when they are just the keys joined."""
    end_of_rib: Family | None
    """The family whose initial routes are complete. RFC 4724, section 2."""
    faults: Sequence[AttributeFault]
    """What was wrong and has been dealt with. RFC 7606, section 2."""

    def __init__(
        self,
        withdrawn: Sequence[tuple[Family, list[bytes]]] = (),
        announced: Sequence[tuple[Family, T, list[bytes], bytes | None]] = (),
        end_of_rib: Family | None = None,
        faults: Sequence[AttributeFault] = (),
    ) -> None:
        """Make an update; empty by default."""
        self.withdrawn = withdrawn
        self.announced = announced
        self.end_of_rib = end_of_rib
        self.faults = faults


@final
class UpdateDecoder(Generic[T]):
    """Decodes the UPDATEs of one session, and makes one ``T`` for each distinct attribute block.

    Equal blocks give the very same ``T`` again, until `clear` or until 262,144 are kept.
    """

    __slots__ = ("_interned", "_ipv4", "_make", "_reader", "_rows")

    def __init__(self, context: UpdateContext, make: Callable[[AttributeInputs], T]) -> None:
        """Make a decoder; ``make`` is called once for each distinct block, and must not return None."""
        rows = [ROWS[family] for family in context.families if family in ROWS]
        self._make = make
        self._rows = {row.family.afi.to_bytes(2, "big") + bytes((row.family.safi,)): row for row in rows}
        self._ipv4 = IPV4_UNICAST in context.families
        self._reader = AttributeReader(context.families, four_octet_as=context.four_octet_as, internal=context.internal)
        self._interned: dict[bytes, T] = {}

    def clear(self) -> None:
        """Forget what has been made: the next UPDATEs are of a new generation."""
        self._interned.clear()

    def decode(self, data: bytes, start: int, end: int) -> Update[T]:
        """Return the UPDATE whose body is ``data[start:end]``.

        What RFC 7606 lets the session survive is in ``faults``, and already dealt with: attributes are left
        out, routes are among those withdrawn. UpdateError when only a session reset is left.

        RFC 4271, sections 4.3 and 6.3; RFC 7606, sections 2 to 5.
        """
        if end - start < 4:
            raise _malformed("the UPDATE ends before its lengths")
        withdrawn_end = start + 2 + (data[start] << 8 | data[start + 1])
        if withdrawn_end + 2 > end:
            raise _malformed("the withdrawn routes run past the end of the UPDATE")
        nlri_start = withdrawn_end + 2 + (data[withdrawn_end] << 8 | data[withdrawn_end + 1])
        if nlri_start > end:
            raise _malformed("the path attributes run past the end of the UPDATE")
        raw = data[withdrawn_end + 2 : nlri_start]
        update: Update[T] | None = None
        if withdrawn_end == start + 2:
            if nlri_start != end:
                update = self._decode_body(raw, data[nlri_start:end])
            elif raw[:2] in _MP_REACH_FIRST:
                update = self._decode_mp(raw)
        return update or self._decode_any(data[start + 2 : withdrawn_end], raw, data[nlri_start:end])

    def _decode_body(self, raw: bytes, nlri: bytes) -> Update[T] | None:
        """Decode what nearly all UPDATEs are: attributes that are plainly right, and NLRI in the body."""
        made = self._interned.get(raw)
        if made is None:
            inputs = self._reader.read_plain(raw) if self._ipv4 else None
            if inputs is None:
                return None
            made = self._keep(raw, inputs)
        keys, octets = _split(_IPV4_ROW, nlri)
        return Update((), ((IPV4_UNICAST, made, keys, octets),))

    def _decode_mp(self, raw: bytes) -> Update[T] | None:
        """Decode the same of other families: MP_REACH_NLRI before all else, as RFC 7606, section 5.1, asks."""
        key, nlri_start, stop = _reduce(raw)
        row = self._rows.get(key[1:4])
        if row is None or nlri_start == stop:
            return None
        made = self._interned.get(key)
        if made is None:
            next_hop = key[5 : 5 + key[4]]
            if row is _IPV4_ROW or len(next_hop) not in row.next_hop_lengths:
                return None
            inputs = self._reader.read_plain(raw[stop:], reduced_mp_reach(row.family, next_hop), next_hop)
            if inputs is None:
                return None
            made = self._keep(key, inputs)
        keys, octets = _split(row, raw[nlri_start:stop], raw[:stop])
        return Update((), ((row.family, made, keys, octets),))

    def _keep(self, key: bytes, inputs: AttributeInputs) -> T:
        """Make and intern."""
        if len(self._interned) >= _INTERNED_MAXIMUM:
            self._interned.clear()
        made = self._interned[key] = self._make(inputs)
        return made

    def _decode_any(self, withdrawn: bytes, raw: bytes, nlri: bytes) -> Update[T]:
        """Decode the three fields of an UPDATE, whatever they hold."""
        block = self._reader.read(raw)
        gone, came = self._routes(withdrawn, block, nlri)
        if came:
            _require(block, came)
        if block.faults and block.action >= FaultAction.WITHDRAW:
            if not nlri and block.reach is None:
                # Routes may be hidden in what is broken. RFC 7606, section 5.2.
                raise block.strongest_fault().error()
            gone += [(row.family, keys) for row, _, keys, _ in came]
            return Update(gone, (), None, block.faults)
        announced = [(row.family, self._intern(block, reach), keys, octets) for row, reach, keys, octets in came]
        if gone and announced:
            gone = [(family, keys) for family, keys in _without(gone, announced) if keys]
        end_of_rib = None if withdrawn or nlri else self._end_of_rib(block)
        return Update(gone, announced, end_of_rib, block.faults)

    def _routes(self, withdrawn: bytes, block: AttributeBlock, nlri: bytes) -> tuple[list[_Gone], list[_Came]]:
        """Return what goes and what comes, of the families that were negotiated."""
        gone: list[_Gone] = []
        came: list[_Came] = []
        if withdrawn:
            gone.append((IPV4_UNICAST, _split(_IPV4_ROW, withdrawn)[0]))
        if nlri:
            came.append((_IPV4_ROW, None, *_split(_IPV4_ROW, nlri)))
        if not self._ipv4 and (gone or came):
            text = f"family {IPV4_UNICAST} was not negotiated"
            block.faults.append(AttributeFault(FaultAction.DISCARD, 0, text, "RFC 4760, section 7"))
            gone, came = [], []
        reach, unreach = block.reach, block.unreach
        if unreach is not None and unreach.row is not None and unreach.nlri:
            gone.append((unreach.family, _split(unreach.row, unreach.nlri, unreach.attribute)[0]))
        if reach is not None and reach.row is not None and reach.nlri:
            came.append((reach.row, reach, *_split(reach.row, reach.nlri, reach.attribute)))
        return gone, came

    def _intern(self, block: AttributeBlock, reach: MpRoutes | None) -> T:
        """Return what was made of the block before, or make it now."""
        received = reach is None and not block.special
        key = block.raw if received else _CANONICAL + canonical_block(block, reach)
        made = self._interned.get(key)
        if made is None:
            next_hop = (block.values.get(_NEXT_HOP) if reach is None else reach.next_hop) or b""
            raw = canonical_block(block, reach)
            inputs = AttributeInputs(raw, next_hop, block.values, block.as_path_length, block.neighbor_as)
            made = self._keep(key, inputs)
        return made

    def _end_of_rib(self, block: AttributeBlock) -> Family | None:
        """Return the family that an UPDATE without NLRI completes. RFC 4724, section 2."""
        if not block.raw:
            return IPV4_UNICAST if self._ipv4 else None
        unreach = block.unreach
        if unreach is None or unreach.nlri or unreach.row is None or len(block.values) != 1:
            return None
        return unreach.family


def _split(row: FamilyRow, nlri: bytes, attribute: bytes | None = None) -> tuple[list[bytes], bytes | None]:
    """Return the keys of ``nlri``, each once, and its octets if they are those keys joined.

    ``attribute`` is the MP attribute that holds the NLRI; without one it is a field of the UPDATE itself.
    """
    try:
        keys, canonical = row.split(nlri)
    except ValueError as error:
        if attribute is None:
            raise reset(str(error), UpdateSubcode.INVALID_NETWORK_FIELD) from error
        raise reset(str(error), UpdateSubcode.OPTIONAL_ATTRIBUTE_ERROR, attribute) from error
    if len(keys) > 1 and len(set(keys)) != len(keys):
        return list(dict.fromkeys(keys)), None
    return keys, nlri if canonical else None


def _require(block: AttributeBlock, came: Sequence[_Came]) -> None:
    """Note the well-known mandatory attributes that are not there, and IPv4 next hops that cannot be.

    NEXT_HOP matters to routes in the body only. LOCAL_PREF may be absent: a default stands in for it.
    RFC 7606, section 3 (d); RFC 4271, section 6.3; RFC 4760, section 3.
    """
    for code in (_ORIGIN, _AS_PATH):
        if code not in block.values:
            _miss(block, code)
    for _, reach, _, _ in came:
        next_hop = block.values.get(_NEXT_HOP) if reach is None else reach.next_hop
        if reach is None and _NEXT_HOP not in block.values:
            _miss(block, _NEXT_HOP)
        elif next_hop and len(next_hop) == 4 and not is_host(next_hop):
            text = f"the next hop {'.'.join(map(str, next_hop))} is not the address of a host"
            block.faults.append(
                AttributeFault(
                    FaultAction.WITHDRAW,
                    _NEXT_HOP,
                    text,
                    "RFC 4271, section 6.3",
                    UpdateSubcode.INVALID_NEXT_HOP_ATTRIBUTE,
                )
            )


def _miss(block: AttributeBlock, code: int) -> None:
    block.faults.append(
        AttributeFault(
            FaultAction.WITHDRAW,
            code,
            f"{AttributeCode(code).name} is missing",
            "RFC 7606, section 3 (d)",
            UpdateSubcode.MISSING_WELL_KNOWN_ATTRIBUTE,
            bytes((code,)),
        )
    )


def _without(gone: Sequence[_Gone], announced: Sequence[tuple[Family, T, list[bytes], bytes | None]]) -> list[_Gone]:
    """Take what is announced out of what is withdrawn. RFC 4271, section 4.3."""
    kept: list[_Gone] = []
    for family, keys in gone:
        here = {key for other, _, others, _ in announced if other == family for key in others}
        kept.append((family, [key for key in keys if key not in here]))
    return kept


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


def _malformed(text: str) -> UpdateError:
    return reset(text, UpdateSubcode.MALFORMED_ATTRIBUTE_LIST)

"""Changing a few attributes of a canonical block on its way out, all else octet for octet."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, TypeAlias

from bgpkit.wire.as_path_rewrite import AsPathRewrite
from bgpkit.wire.attribute_block import Edit, apply_edits, attribute_spans, reduced_mp_reach
from bgpkit.wire.attributes.code import EXTENDED_LENGTH, OPTIONAL, PARTIAL, TRANSITIVE, AttributeCode, encode_attribute
from bgpkit.wire.attributes.table import ATTRIBUTE_ROWS
from bgpkit.wire.set_attributes import next_hop_values
from bgpkit.wire.two_octet_as import narrow_aggregator, narrow_as_path
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family

_AS_PATH: Final = int(AttributeCode.AS_PATH)
_NEXT_HOP: Final = int(AttributeCode.NEXT_HOP)
_LOCAL_PREF: Final = int(AttributeCode.LOCAL_PREF)
_AGGREGATOR: Final = int(AttributeCode.AGGREGATOR)
_ORIGINATOR_ID: Final = int(AttributeCode.ORIGINATOR_ID)
_CLUSTER_LIST: Final = int(AttributeCode.CLUSTER_LIST)
_MP_REACH: Final = int(AttributeCode.MP_REACH_NLRI)
_ONLY_TO_CUSTOMER: Final = int(AttributeCode.ONLY_TO_CUSTOMER)
_AS4_PATH: Final = int(AttributeCode.AS4_PATH)
_AS4_AGGREGATOR: Final = int(AttributeCode.AS4_AGGREGATOR)
_IPV4_UNICAST: Final = b"\0\1\1"
_BEYOND: Final = 256
_KNOWN: Final = frozenset(ATTRIBUTE_ROWS)

Change: TypeAlias = Callable[[bytes | None], bytes | None]
"""Takes the value of an attribute, None when absent; returns the whole new one, nothing to have none.

None leaves the block as it is.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """What is to change in a block; by default nothing does.

    Make one for each kind of change and keep it: making one costs more than using it.
    """

    prepend_as: int | None = None
    """Put this AS number on the left of AS_PATH. RFC 4271, section 5.1.2."""
    as_path: AsPathRewrite | None = None
    """Change AS_PATH in another way than by ``prepend_as``."""
    next_hop: bytes | None = None
    """Replace the next hop: 4 octets in NEXT_HOP, 16 or 32 in MP_REACH_NLRI. RFC 4271, section 5.1.3."""
    family: Family | None = None
    """The family of the block, which decides where and how the next hop is written; None: its length decides."""
    local_pref: int | None = None
    """Set LOCAL_PREF where it is absent. RFC 4271, section 5.1.5."""
    remove: frozenset[int] = frozenset()
    """Type codes of attributes to leave out; what is set or added here is not affected."""
    originator_id: int | None = None
    """Set ORIGINATOR_ID where it is absent. RFC 4456, section 8."""
    cluster_id: int | None = None
    """Put this on the left of CLUSTER_LIST. RFC 4456, section 8."""
    only_to_customer: int | None = None
    """Set OTC where it is absent. RFC 9234, section 5."""
    two_octet_as: bool = False
    """Write AS numbers in two octets, with AS4_PATH and AS4_AGGREGATOR where needed. RFC 6793, section 4.2.2."""
    _plan: "_Plan" = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Prepare the changes; ValueError when a field cannot be written."""
        as_path = self.as_path
        if self.prepend_as is not None:
            if as_path is not None:
                raise ValueError("prepend_as and as_path both say what becomes of AS_PATH")
            as_path = AsPathRewrite(prepend=(self.prepend_as,))
        hop = None if self.next_hop is None else (self.next_hop, self.family)
        numbers = self.local_pref, self.originator_id, self.cluster_id, self.only_to_customer
        plan = _plan(as_path, hop, self.remove, numbers)
        object.__setattr__(self, "_plan", plan)

    def apply(self, raw: bytes) -> bytes:
        """Return the canonical block ``raw`` with the change made.

        ValueError when the next hop is of another family than the block, and when an attribute would exceed
        its longest length.
        """
        plan = self._plan
        skipped = plan.skipped
        offset, end = 0, len(raw)
        try:
            while offset < end:
                offset += skipped[raw[offset : offset + 3]]
            changed = raw + plan.absent
        except KeyError:
            changed = apply_edits(raw, _edits(raw, offset, plan))
        return _narrowed(changed) if self.two_octet_as else changed

    @property
    def only_adds(self) -> bool:
        """Whether there are blocks to which something is added at most: what every block holds is left alone."""
        return not self.two_octet_as and self._plan.inserts[0] > _NEXT_HOP

    def additions(self) -> tuple[Mapping[bytes, int], bytes, Mapping[bytes, int]]:
        """Return what is added to blocks that are otherwise left alone, and between which attributes.

        First the sizes of attributes that may stand before it, by the octets that open them; then the octets that are
        added; then the sizes of those that may stand behind it. MP_REACH_NLRI is in neither, and there are no sizes
        unless it `only_adds`. The sizes are made once for all rewrites alike: routes of many sources come in turns.
        """
        if not self.only_adds:
            return {}, b"", {}
        plan = self._plan
        codes = plan.plain - {_MP_REACH}
        last = max((code for code in plan.changes if plan.absent), default=0)
        higher = frozenset(code for code in codes if code > last)
        return _sizes(codes, plan.inserts[0]), plan.absent, _sizes(higher, _BEYOND)


@dataclass(frozen=True, slots=True)
class _Plan:
    """A Rewrite, prepared."""

    changes: dict[int, Change]
    inserts: tuple[int, ...]
    """Type codes that may be inserted, ascending, and one beyond all."""
    plain: frozenset[int]
    """Known type codes that stay as they are."""
    skipped: Mapping[bytes, int]
    """The sizes of attributes before which nothing changes, by the octets that open them."""
    absent: bytes
    """What to put behind a block of nothing but such attributes."""


def _edits(raw: bytes, offset: int, plan: _Plan) -> list[Edit]:
    """Return what to change in ``raw``; before ``offset`` it is nothing."""
    edits: list[Edit] = []
    places: dict[int, int] = {}
    present: set[int] = set()
    index, awaited = 0, plan.inserts[0]
    end = len(raw)
    while offset < end:
        flags, code = raw[offset], raw[offset + 1]
        if flags & EXTENDED_LENGTH:
            value_start = offset + 4
            stop = value_start + (raw[offset + 2] << 8 | raw[offset + 3])
        else:
            value_start = offset + 3
            stop = value_start + raw[offset + 2]
        while code > awaited:
            places[awaited] = offset
            index += 1
            awaited = plan.inserts[index]
        if code not in plan.plain:
            present.add(code)
            change = plan.changes.get(code)
            octets = _passed_on(flags) if change is None else change(raw[value_start:stop])
            if octets is not None:
                edits.append((offset, offset + 1 if change is None and octets else stop, octets))
        offset = stop
    for code in plan.inserts[:-1]:
        octets = None if code in present else plan.changes[code](None)
        if octets:
            place = places.get(code, end)
            edits.append((place, place, octets))
    return edits


@lru_cache(maxsize=1024)
def _plan(
    as_path: AsPathRewrite | None,
    next_hop: tuple[bytes, Family | None] | None,
    remove: frozenset[int],
    numbers: tuple[int | None, int | None, int | None, int | None],
) -> _Plan:
    local_pref, originator_id, cluster_id, only_to_customer = numbers
    changes: dict[int, Change] = {}
    if as_path is not None:
        changes[_AS_PATH] = _as_path_change(as_path)
    if next_hop is not None:
        changes |= _next_hop_changes(*next_hop)
    if local_pref is not None:
        changes[_LOCAL_PREF] = _if_absent(TRANSITIVE, _LOCAL_PREF, _four_octets(local_pref, "LOCAL_PREF"))
    if originator_id is not None:
        octets = _four_octets(originator_id, "ORIGINATOR_ID")
        changes[_ORIGINATOR_ID] = _if_absent(OPTIONAL, _ORIGINATOR_ID, octets)
    if cluster_id is not None:
        changes[_CLUSTER_LIST] = _reflected(_four_octets(cluster_id, "cluster ID"))
    if only_to_customer is not None:
        octets = _four_octets(only_to_customer, "OTC")
        changes[_ONLY_TO_CUSTOMER] = _if_absent(OPTIONAL | TRANSITIVE, _ONLY_TO_CUSTOMER, octets)
    inserts = (*sorted(changes), _BEYOND)
    for code in remove:
        changes[code] = _removed(changes.get(code))
    absent = b"".join(changes[code](None) or b"" for code in inserts[:-1])
    plain = _KNOWN.difference(changes)
    return _Plan(changes, inserts, plain, _sizes(plain, inserts[0]), absent)


@lru_cache(maxsize=64)
def _sizes(codes: frozenset[int], beyond: int) -> Mapping[bytes, int]:
    """Return the size of each attribute of type ``codes`` below ``beyond``, by the three octets that open it."""
    rows = [ATTRIBUTE_ROWS[code] for code in codes if code < beyond]
    return {
        bytes((row.flags, row.code, length)): 3 + length
        for row in rows
        for length in range(256)
        if length in row.lengths
    }


def rewrite(raw: bytes, change: Rewrite) -> bytes:
    """Return the canonical block ``raw`` with ``change`` made; all else stays octet for octet.

    New attributes stand before the first of higher type. An optional transitive attribute that is not known
    gets its Partial bit set; an optional non-transitive one is left out. ValueError as `Rewrite.apply`.

    RFC 4271, sections 5 and 9.
    """
    return change.apply(raw)


def _passed_on(flags: int) -> bytes | None:
    """Return what becomes of an attribute that is not known: new flags, nothing at all, or None for no change.

    RFC 4271, sections 5 and 9.
    """
    if not flags & OPTIONAL or (flags & TRANSITIVE and flags & PARTIAL):
        return None
    return bytes((flags | PARTIAL,)) if flags & TRANSITIVE else b""


def _removed(then: Change | None) -> Change:
    """Return the change that takes an attribute out, and makes the change ``then`` as if it had been absent."""

    def change(value: bytes | None) -> bytes | None:
        del value
        return (then(None) if then else None) or b""

    return change


def _if_absent(flags: int, code: int, value: bytes) -> Change:
    attribute = encode_attribute(flags, code, value)
    return lambda present: attribute if present is None else None


def _reflected(cluster_id: bytes) -> Change:
    return lambda present: encode_attribute(OPTIONAL, _CLUSTER_LIST, cluster_id + (present or b""))


def _as_path_change(as_path: AsPathRewrite) -> Change:
    return lambda present: encode_attribute(TRANSITIVE, _AS_PATH, as_path.apply(present or b""))


def _next_hop_changes(next_hop: bytes, of: Family | None) -> dict[int, Change]:
    if of is not None and of != IPV4_UNICAST:
        reach = encode_attribute(OPTIONAL, _MP_REACH, next_hop_values(of, next_hop)[_MP_REACH] or b"")
        return {_MP_REACH: lambda _: reach}
    if len(next_hop) == 4:
        attribute = encode_attribute(TRANSITIVE, _NEXT_HOP, next_hop)
        return {_NEXT_HOP: lambda _: attribute, _MP_REACH: _refused(next_hop) if of is None else _replaced_reach}
    if len(next_hop) not in {16, 32}:
        raise ValueError(f"a next hop has 4, 16 or 32 octets, not {len(next_hop)}")

    def change(present: bytes | None) -> bytes:
        family = Family(int.from_bytes(present[:2], "big"), present[2]) if present else IPV6_UNICAST
        return reduced_mp_reach(family, next_hop)

    if of is not None:
        return {_MP_REACH: lambda _: reduced_mp_reach(of, next_hop), _NEXT_HOP: lambda _: b""}
    return {_MP_REACH: change, _NEXT_HOP: _refused(next_hop)}


def _replaced_reach(present: bytes | None) -> bytes:
    """Take away the IPv6 next hop of an IPv4 route, which gets an IPv4 one. RFC 8950, section 3."""
    if present and present[:3] != _IPV4_UNICAST:
        raise ValueError("a next hop of 4 octets is of another family than the attributes")
    return b""


def _refused(next_hop: bytes) -> Change:
    """Return the change of an attribute that must not be there."""

    def change(present: bytes | None) -> None:
        if present is not None:
            raise ValueError(f"a next hop of {len(next_hop)} octets is of another family than the attributes")

    return change


def _narrowed(raw: bytes) -> bytes:
    """Return a block for a peer with 2-octet AS numbers. RFC 6793, section 4.2.2."""
    edits: list[Edit] = []
    added = b""
    spans = list(attribute_spans(raw))
    for code, start, stop in spans:
        value = raw[start + (4 if raw[start] & EXTENDED_LENGTH else 3) : stop]
        if code == _AS_PATH:
            narrow, wide = narrow_as_path(value)
            edits.append((start, stop, encode_attribute(TRANSITIVE, _AS_PATH, narrow)))
            if wide:
                added = encode_attribute(OPTIONAL | TRANSITIVE, _AS4_PATH, wide) + added
        elif code == _AGGREGATOR:
            narrow, wide = narrow_aggregator(value)
            edits.append((start, stop, encode_attribute(OPTIONAL | TRANSITIVE, _AGGREGATOR, narrow)))
            if wide:
                added += encode_attribute(OPTIONAL | TRANSITIVE, _AS4_AGGREGATOR, wide)
    if added:
        place = next((start for code, start, _ in spans if code > _AS4_PATH), len(raw))
        edits.append((place, place, added))
    return apply_edits(raw, edits)


def _four_octets(number: int, name: str) -> bytes:
    if not 0 <= number < 1 << 32:
        raise ValueError(f"{name} {number} does not fit 4 octets")
    return number.to_bytes(4, "big")

"""Keys and attribute blocks into UPDATE messages (RFC 4271, section 4.3; RFC 4760, sections 3 and 4)."""

from collections.abc import Iterator, Sequence
from struct import Struct
from typing import Final

from bgpkit.wire.attribute_block import attribute_spans
from bgpkit.wire.attributes.code import EXTENDED_LENGTH, OPTIONAL, AttributeCode
from bgpkit.wire.families import ROWS
from bgpkit.wire.framing import HEADER_LENGTH, MARKER, MAXIMUM_LENGTH, MessageType
from bgpkit_fsm import IPV4_UNICAST, Family

_MP_REACH: Final = int(AttributeCode.MP_REACH_NLRI)
_MP_UNREACH: Final = int(AttributeCode.MP_UNREACH_NLRI)
_UPDATE: Final = int(MessageType.UPDATE)
_TYPE: Final = bytes((MessageType.UPDATE,))
_WITHDRAWAL: Final = Struct("!16sHBH").pack
"""Marker, length, type, the length of the withdrawn routes. RFC 4271, section 4.3."""
FIXED_LENGTH: Final = HEADER_LENGTH + 4
"""Octets of an UPDATE with nothing in it. RFC 4271, section 4.3."""
MP_HEADER_LENGTH: Final = 4
"""Flags, type code and a two-octet length; always the long form, so that the room is the same for every chunk."""
# How a reduced MP_REACH_NLRI of IPv4 unicast with an IPv6 next hop starts (RFC 8950): nearly no block has one.
_IPV4_REACH: Final = (b"\x80\x0e\x15\0\1\1\x10", b"\x80\x0e\x25\0\1\1\x20")


def encode_announcements(
    attributes: bytes,
    family: Family,
    keys: Sequence[bytes],
    maximum: int = MAXIMUM_LENGTH,
    *,
    nlri: bytes | None = None,
    rest: bytes = b"",
    path_id: int | None = None,
) -> list[bytes]:
    """Return whole messages of at most ``maximum`` octets that announce ``keys``, in order.

    ``attributes`` is a canonical block. IPv4 unicast goes into the body; other families, and IPv4 with an IPv6 next
    hop (RFC 8950), go into MP_REACH_NLRI, which the block has without NLRI, and which comes first (RFC 7606, section
    5.1). ``nlri`` is the keys joined, for a caller who has them; ``rest`` is what each NLRI says beside its key, and
    ``path_id`` stands before each under ADD-PATH. ValueError when the attributes, or one NLRI beside them, do not
    fit, and when a block has not the next hop of its family.
    """
    if nlri is None:
        keys = _nlri(family, keys, rest, path_id)
        nlri = b"".join(keys)
    if family == IPV4_UNICAST and not _has_mp_reach(attributes):
        room = maximum - FIXED_LENGTH - len(attributes)
        return [update_octets(b"", attributes, chunk) for chunk in nlri_chunks(keys, nlri, room)]
    head, others = _split_mp_reach(attributes, family)
    room = maximum - FIXED_LENGTH - MP_HEADER_LENGTH - len(head) - len(others)
    chunks = nlri_chunks(keys, nlri, room)
    return [update_octets(b"", mp_attribute(_MP_REACH, head + chunk) + others, b"") for chunk in chunks]


def encode_withdrawals(
    family: Family, keys: Sequence[bytes], maximum: int = MAXIMUM_LENGTH, *, path_id: int | None = None
) -> list[bytes]:
    """Return whole messages of at most ``maximum`` octets that withdraw ``keys``, in order.

    IPv4 unicast goes into the withdrawn routes, other families into MP_UNREACH_NLRI. ``path_id`` stands before each
    NLRI under ADD-PATH.
    """
    if path_id is not None or family != IPV4_UNICAST:
        keys = _nlri(family, keys, b"", path_id)
    nlri = b"".join(keys)
    if family == IPV4_UNICAST:
        length = FIXED_LENGTH + len(nlri)
        if nlri and length <= maximum:
            return [_WITHDRAWAL(MARKER, length, _UPDATE, len(nlri)) + nlri + b"\0\0"]
        return [update_octets(chunk, b"", b"") for chunk in nlri_chunks(keys, nlri, maximum - FIXED_LENGTH)]
    head = _family(family)
    room = maximum - FIXED_LENGTH - MP_HEADER_LENGTH - len(head)
    return [update_octets(b"", mp_attribute(_MP_UNREACH, head + chunk), b"") for chunk in nlri_chunks(keys, nlri, room)]


def encode_end_of_rib(family: Family) -> bytes:
    """Return the UPDATE that ends the initial routes of ``family``. RFC 4724, section 2."""
    if family == IPV4_UNICAST:
        return update_octets(b"", b"", b"")
    head = _family(family)
    return update_octets(b"", bytes((OPTIONAL, _MP_UNREACH, len(head))) + head, b"")


def update_octets(withdrawn: bytes, attributes: bytes, nlri: bytes) -> bytes:
    """Return a whole UPDATE of these three fields. RFC 4271, section 4.3."""
    length = FIXED_LENGTH + len(withdrawn) + len(attributes) + len(nlri)
    return b"".join(
        (
            MARKER,
            length.to_bytes(2, "big"),
            _TYPE,
            len(withdrawn).to_bytes(2, "big"),
            withdrawn,
            len(attributes).to_bytes(2, "big"),
            attributes,
            nlri,
        )
    )


def nlri_chunks(keys: Sequence[bytes], nlri: bytes, room: int) -> Iterator[bytes]:
    """Cut ``nlri``, which is ``keys`` joined, into chunks of at most ``room`` octets."""
    if len(nlri) <= room:
        if nlri:
            yield nlri
        return
    start = stop = 0
    for key in keys:
        if stop + len(key) - start > room:
            if len(key) > room:
                raise ValueError(f"attributes leave {room} octets in a message, too few for an NLRI of {len(key)}")
            yield nlri[start:stop]
            start = stop
        stop += len(key)
    yield nlri[start:]


def _nlri(family: Family, keys: Sequence[bytes], rest: bytes, path_id: int | None) -> Sequence[bytes]:
    """Return the NLRI of ``keys``; the keys themselves where there is nothing to add."""
    row = ROWS.get(family)
    if path_id is None and (row is None or row.join is None):
        return keys
    if row is None:
        raise ValueError(f"family {family} has no row: its NLRI cannot be written")
    return [row.wire(key, rest, path_id) for key in keys]


def _has_mp_reach(attributes: bytes) -> bool:
    """Tell whether a block of IPv4 unicast has an IPv6 next hop. RFC 8950, section 3."""
    if not any(head in attributes for head in _IPV4_REACH):
        return False
    return any(code == _MP_REACH for code, _, _ in attribute_spans(attributes))


def mp_attribute(code: int, value: bytes) -> bytes:
    """Return MP_REACH_NLRI or MP_UNREACH_NLRI with a two-octet length. RFC 4760, sections 3 and 4."""
    return bytes((OPTIONAL | EXTENDED_LENGTH, code, len(value) >> 8, len(value) & 0xFF)) + value


def _split_mp_reach(attributes: bytes, family: Family) -> tuple[bytes, bytes]:
    """Return the value of the reduced MP_REACH_NLRI of a block, and the block without it."""
    for code, start, stop in attribute_spans(attributes):
        if code == _MP_REACH:
            value = attributes[start + (4 if attributes[start] & EXTENDED_LENGTH else 3) : stop]
            if value[:3] != _family(family):
                raise ValueError(f"the attributes have a next hop of another family than {family}")
            return value, attributes[:start] + attributes[stop:]
    raise ValueError(f"the attributes have no MP_REACH_NLRI, which {family} needs for its next hop")


def _family(family: Family) -> bytes:
    if not (0 <= family.afi <= 0xFFFF and 0 <= family.safi <= 0xFF):
        raise ValueError(f"{family} does not fit its field: an AFI has two octets, a SAFI one")
    return family.afi.to_bytes(2, "big") + bytes((family.safi,))

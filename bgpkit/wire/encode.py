"""Keys and attribute blocks into UPDATE messages (RFC 4271, section 4.3; RFC 4760, sections 3 and 4)."""

from collections.abc import Iterator, Sequence
from typing import Final

from bgpkit.wire.attribute_block import attribute_spans
from bgpkit.wire.attribute_rows import EXTENDED_LENGTH, OPTIONAL, AttributeCode
from bgpkit.wire.framing import HEADER_LENGTH, MARKER, MAXIMUM_LENGTH, MessageType
from bgpkit_fsm import IPV4_UNICAST, Family

_MP_REACH: Final = int(AttributeCode.MP_REACH_NLRI)
_MP_UNREACH: Final = int(AttributeCode.MP_UNREACH_NLRI)
_TYPE: Final = bytes((MessageType.UPDATE,))
_FIXED_LENGTH: Final = HEADER_LENGTH + 4
# Flags, type code and a two-octet length; always the long form, so that the room is the same for every chunk.
_MP_HEADER_LENGTH: Final = 4


def encode_announcements(
    attributes: bytes,
    family: Family,
    keys: Sequence[bytes],
    maximum: int = MAXIMUM_LENGTH,
    *,
    nlri: bytes | None = None,
) -> list[bytes]:
    """Return whole messages of at most ``maximum`` octets that announce ``keys``, in order.

    ``attributes`` is a canonical block. IPv4 unicast goes into the body; other families go into MP_REACH_NLRI,
    which the block has without NLRI, and which comes first (RFC 7606, section 5.1). ``nlri`` is the keys
    joined, for a caller who has them. ValueError when the attributes, or one key beside them, do not fit, and
    when a block has not the next hop of its family.
    """
    if nlri is None:
        nlri = b"".join(keys)
    if family == IPV4_UNICAST:
        room = maximum - _FIXED_LENGTH - len(attributes)
        return [_update(b"", attributes, chunk) for chunk in _chunks(keys, nlri, room)]
    head, rest = _split_mp_reach(attributes, family)
    room = maximum - _FIXED_LENGTH - _MP_HEADER_LENGTH - len(head) - len(rest)
    return [_update(b"", _mp_attribute(_MP_REACH, head + chunk) + rest, b"") for chunk in _chunks(keys, nlri, room)]


def encode_withdrawals(family: Family, keys: Sequence[bytes], maximum: int = MAXIMUM_LENGTH) -> list[bytes]:
    """Return whole messages of at most ``maximum`` octets that withdraw ``keys``, in order.

    IPv4 unicast goes into the withdrawn routes, other families into MP_UNREACH_NLRI.
    """
    nlri = b"".join(keys)
    if family == IPV4_UNICAST:
        return [_update(chunk, b"", b"") for chunk in _chunks(keys, nlri, maximum - _FIXED_LENGTH)]
    head = _family(family)
    room = maximum - _FIXED_LENGTH - _MP_HEADER_LENGTH - len(head)
    return [_update(b"", _mp_attribute(_MP_UNREACH, head + chunk), b"") for chunk in _chunks(keys, nlri, room)]


def encode_end_of_rib(family: Family) -> bytes:
    """Return the UPDATE that ends the initial routes of ``family``. RFC 4724, section 2."""
    if family == IPV4_UNICAST:
        return _update(b"", b"", b"")
    head = _family(family)
    return _update(b"", bytes((OPTIONAL, _MP_UNREACH, len(head))) + head, b"")


def _update(withdrawn: bytes, attributes: bytes, nlri: bytes) -> bytes:
    length = _FIXED_LENGTH + len(withdrawn) + len(attributes) + len(nlri)
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


def _chunks(keys: Sequence[bytes], nlri: bytes, room: int) -> Iterator[bytes]:
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


def _mp_attribute(code: int, value: bytes) -> bytes:
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
    return family.afi.to_bytes(2, "big") + bytes((family.safi,))

"""The announcement of a block of routes as it came in, but for what is put between its attributes.

That is what a reflector sends of nearly all that it hears first: ORIGINATOR_ID and CLUSTER_LIST are added, and nothing
is changed. The result is that of `Rewrite.apply` and `encode_announcements`, octet for octet; a property test compares
them.
"""

from struct import Struct
from typing import Final, final

from bgpkit.wire.attribute_block import reduced_mp_reach
from bgpkit.wire.attributes.code import EXTENDED_LENGTH, OPTIONAL, AttributeCode
from bgpkit.wire.framing import HEADER_LENGTH, MARKER, MessageType
from bgpkit.wire.rewrite import Rewrite
from bgpkit_fsm import IPV4_UNICAST, Family

_MP_REACH: Final = int(AttributeCode.MP_REACH_NLRI)
_UPDATE: Final = int(MessageType.UPDATE)
_FIXED_LENGTH: Final = HEADER_LENGTH + 4
_MP_HEADER_LENGTH: Final = 4
_SHORT_HEADER_LENGTH: Final = 3
_LONG_FLAGS: Final = OPTIONAL | EXTENDED_LENGTH
_HEADER: Final = Struct("!16sHBHH").pack
"""Marker, length, type, the lengths of the withdrawn routes (none) and the attributes. RFC 4271, section 4.3."""
_MP_HEADER: Final = Struct("!16sHBHHBBH").pack
"""The same, and the header of an attribute that comes first."""


@final
class PassThrough:
    """Writes announcements of one family for peers that are sent each block with one and the same change."""

    __slots__ = ("_added", "_before", "_behind", "_family", "_longest", "_maximum", "_next_hop", "_reach")

    def __init__(self, rewrite: Rewrite, family: Family, maximum: int, longest: int) -> None:
        """Write messages of ``maximum`` octets at most, with attributes of ``longest``, changed by ``rewrite``."""
        self._before, self._added, self._behind = rewrite.additions()
        self._family = None if family == IPV4_UNICAST else family
        self._maximum = maximum
        self._longest = longest - len(self._added)
        # Routes come in runs of one next hop.
        self._next_hop = b""
        self._reach = b""

    def message(self, raw: bytes, next_hop: bytes, nlri: bytes) -> bytes | None:
        """Return the one message that announces ``nlri`` with the canonical block ``raw``, which names ``next_hop``.

        None where that takes more than putting something in, or more than one message.
        """
        before, offset, end = self._before, 0, len(raw)
        try:
            while offset < end:
                offset += before[raw[offset : offset + 3]]
        except KeyError:
            return self._with_higher(raw, offset, next_hop, nlri)
        added = self._added
        size = end + len(added)
        length = _FIXED_LENGTH + size + len(nlri)
        if length > self._maximum or end > self._longest or self._family is not None:
            return None
        return _HEADER(MARKER, length, _UPDATE, 0, size) + raw + added + nlri

    def _with_higher(self, raw: bytes, place: int, next_hop: bytes, nlri: bytes) -> bytes | None:
        """Return the message for a block that has attributes of higher types from ``place`` on."""
        reach = b"" if self._family is None else self._mp_reach(self._family, next_hop)
        offset, end = place + len(reach), len(raw)
        behind = raw[offset:]
        try:
            while offset < end:
                offset += self._behind[raw[offset : offset + 3]]
        except KeyError:
            return None
        if offset != end or end > self._longest or not raw.startswith(reach, place):
            return None
        size = place + len(self._added) + len(behind)
        if not reach:
            length = _FIXED_LENGTH + size + len(nlri)
            start: tuple[bytes, ...] = (_HEADER(MARKER, length, _UPDATE, 0, size),)
            last = nlri
        else:
            head, last = reach[_SHORT_HEADER_LENGTH:], b""
            routes = len(head) + len(nlri)
            size += _MP_HEADER_LENGTH + routes
            length = _FIXED_LENGTH + size
            start = (_MP_HEADER(MARKER, length, _UPDATE, 0, size, _LONG_FLAGS, _MP_REACH, routes), head, nlri)
        return b"".join((*start, raw[:place], self._added, behind, last)) if length <= self._maximum else None

    def _mp_reach(self, family: Family, next_hop: bytes) -> bytes:
        """Return the attribute that names ``next_hop``, as canonical blocks carry it."""
        if next_hop != self._next_hop or not self._reach:
            self._next_hop, self._reach = next_hop, reduced_mp_reach(family, next_hop)
        return self._reach

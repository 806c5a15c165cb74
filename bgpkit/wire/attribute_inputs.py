"""What routes are chosen by, out of one attribute block."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from bgpkit.wire.attribute_block import attribute_value
from bgpkit.wire.attributes.code import AttributeCode

_INCOMPLETE: Final = b"\2"
_TLV_HEADER: Final = 3
_AIGP_TLV: Final = 1


class AttributeInputs(NamedTuple):
    """What the decision process needs of one attribute block, beside the block itself, and what the NLRI add to it.

    A flat tuple: one is made of each distinct block and taken apart at once.
    """

    raw: bytes
    """The canonical attribute block."""
    next_hop: bytes
    """4, 16 or 32 octets."""
    origin: int
    """The value of ORIGIN. RFC 4271, section 5.1.1."""
    as_path_length: int
    """RFC 4271, section 9.1.2.2 (a)."""
    neighbor_as: int
    """0 when the path tells none. RFC 4271, section 9.1.2.2 (c)."""
    med: int | None = None
    """MULTI_EXIT_DISC, if any."""
    local_pref: int | None = None
    """LOCAL_PREF, if any."""
    originator_id: int | None = None
    """ORIGINATOR_ID, if any. RFC 4456, section 8."""
    cluster_list: bytes = b""
    """Four octets for each cluster; none without the attribute. RFC 4456, section 8."""
    rest: bytes = b""
    """What the NLRI say beside their keys, such as labels; empty for families that have nothing of the kind."""
    path_id: int = 0
    """The Path Identifier; 0 without ADD-PATH. RFC 7911, section 3."""

    @property
    def as_path(self) -> bytes:
        """The value of AS_PATH, in 4-octet AS numbers; read out of the block when asked for."""
        return attribute_value(self.raw, AttributeCode.AS_PATH) or b""

    @property
    def communities(self) -> bytes:
        """Four octets for each community; none without the attribute. RFC 1997."""
        return attribute_value(self.raw, AttributeCode.COMMUNITIES) or b""

    @property
    def aigp(self) -> int | None:
        """The accumulated IGP metric: that of the first TLV of type 1, if any. RFC 7311, section 3."""
        tlvs = attribute_value(self.raw, AttributeCode.AIGP) or b""
        while len(tlvs) > _TLV_HEADER:
            length = int.from_bytes(tlvs[1:_TLV_HEADER])
            if tlvs[0] == _AIGP_TLV:
                return int.from_bytes(tlvs[_TLV_HEADER:length])
            tlvs = tlvs[max(length, _TLV_HEADER) :]
        return None


def inputs_of(
    raw: bytes,
    next_hop: bytes,
    values: Mapping[int, bytes | None],
    lengths: tuple[int, int],
    rest: bytes = b"",
    path_id: int = 0,
) -> AttributeInputs:
    """Return the inputs of the canonical block ``raw`` whose ``values`` are known, by type code.

    ``lengths`` are what AS_PATH tells: its length, and the neighboring AS. None is the value of an attribute that was
    left out.
    """
    return AttributeInputs(
        raw,
        next_hop,
        (values.get(1) or _INCOMPLETE)[0],
        *lengths,
        _number(values.get(4)),
        _number(values.get(5)),
        _number(values.get(9)),
        values.get(10) or b"",
        rest,
        path_id,
    )


def _number(value: bytes | None) -> int | None:
    return None if value is None else int.from_bytes(value)

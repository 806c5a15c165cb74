"""What routes are chosen by, out of one attribute block."""

from collections.abc import Mapping
from typing import Final, final

_INCOMPLETE: Final = b"\2"
_TLV_HEADER: Final = 3
_AIGP_TLV: Final = 1


@final
class AttributeInputs:
    """What the decision process needs of one attribute block, beside the block itself, and what the NLRI add to it."""

    __slots__ = ("as_path_length", "neighbor_as", "next_hop", "path_id", "raw", "rest", "values")

    raw: bytes
    """The canonical attribute block."""
    next_hop: bytes
    """4, 16 or 32 octets."""
    values: Mapping[int, bytes | None]
    """Value of each attribute by type code, AS numbers in four octets; None for one that is left out."""
    as_path_length: int
    """RFC 4271, section 9.1.2.2 (a)."""
    neighbor_as: int
    """0 when the path tells none. RFC 4271, section 9.1.2.2 (c)."""
    rest: bytes
    """What the NLRI say beside their keys, such as labels; empty for families that have nothing of the kind."""
    path_id: int
    """The Path Identifier; 0 without ADD-PATH. RFC 7911, section 3."""

    def __init__(
        self,
        raw: bytes,
        next_hop: bytes,
        values: Mapping[int, bytes | None],
        as_path_length: int,
        neighbor_as: int,
        rest: bytes = b"",
        path_id: int = 0,
    ) -> None:
        """Take the ``values`` of a block by type code; ORIGIN and AS_PATH are among them."""
        self.raw = raw
        self.next_hop = next_hop
        self.values = values
        self.as_path_length = as_path_length
        self.neighbor_as = neighbor_as
        self.rest = rest
        self.path_id = path_id

    @property
    def origin(self) -> int:
        """The value of ORIGIN. RFC 4271, section 5.1.1."""
        return (self.values[1] or _INCOMPLETE)[0]

    @property
    def as_path(self) -> bytes:
        """The value of AS_PATH, in 4-octet AS numbers."""
        return self.values[2] or b""

    @property
    def med(self) -> int | None:
        """MULTI_EXIT_DISC, if any."""
        return self._number(4)

    @property
    def local_pref(self) -> int | None:
        """LOCAL_PREF, if any."""
        return self._number(5)

    @property
    def originator_id(self) -> int | None:
        """ORIGINATOR_ID, if any. RFC 4456, section 8."""
        return self._number(9)

    @property
    def cluster_list(self) -> bytes:
        """Four octets for each cluster; none without the attribute. RFC 4456, section 8."""
        return self.values.get(10) or b""

    @property
    def communities(self) -> bytes:
        """Four octets for each community; none without the attribute. RFC 1997."""
        return self.values.get(8) or b""

    @property
    def aigp(self) -> int | None:
        """The accumulated IGP metric: that of the first TLV of type 1, if any. RFC 7311, section 3."""
        tlvs = self.values.get(26) or b""
        while len(tlvs) > _TLV_HEADER:
            length = int.from_bytes(tlvs[1:_TLV_HEADER])
            if tlvs[0] == _AIGP_TLV:
                return int.from_bytes(tlvs[_TLV_HEADER:length])
            tlvs = tlvs[max(length, _TLV_HEADER) :]
        return None

    def _number(self, code: int) -> int | None:
        value = self.values.get(code)
        return None if value is None else int.from_bytes(value)

"""What routes are chosen by, out of one attribute block."""

from collections.abc import Mapping
from typing import Final, final

_INCOMPLETE: Final = b"\2"


@final
class AttributeInputs:
    """What the decision process needs of one attribute block, beside the block itself."""

    __slots__ = (
        "as_path",
        "as_path_length",
        "cluster_list",
        "communities",
        "local_pref",
        "med",
        "neighbor_as",
        "next_hop",
        "origin",
        "originator_id",
        "raw",
    )

    raw: bytes
    """The canonical attribute block."""
    next_hop: bytes
    """4, 16 or 32 octets."""
    origin: int
    as_path: bytes
    """The value of AS_PATH, in 4-octet AS numbers."""
    as_path_length: int
    """RFC 4271, section 9.1.2.2 (a)."""
    neighbor_as: int
    """0 when the path tells none. RFC 4271, section 9.1.2.2 (c)."""
    med: int | None
    local_pref: int | None
    originator_id: int | None
    cluster_list: bytes
    """Four octets for each cluster; none without the attribute."""
    communities: bytes
    """Four octets for each community; none without the attribute."""

    def __init__(
        self,
        raw: bytes,
        next_hop: bytes,
        values: Mapping[int, bytes | None],
        as_path_length: int,
        neighbor_as: int,
    ) -> None:
        """Take the ``values`` of a block by type code; ORIGIN and AS_PATH are among them."""
        get = values.get
        self.raw = raw
        self.next_hop = next_hop
        self.origin = (values[1] or _INCOMPLETE)[0]
        self.as_path = values[2] or b""
        self.as_path_length = as_path_length
        self.neighbor_as = neighbor_as
        med = get(4)
        self.med = med if med is None else int.from_bytes(med)
        local_pref = get(5)
        self.local_pref = local_pref if local_pref is None else int.from_bytes(local_pref)
        self.communities = get(8) or b""
        originator_id = get(9)
        self.originator_id = originator_id if originator_id is None else int.from_bytes(originator_id)
        self.cluster_list = get(10) or b""

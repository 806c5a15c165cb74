"""The community LLGR_STALE in a block of attributes: the path is the last resort. RFC 9494, section 4.3."""

from typing import Final

from bgpkit.wire import AttributeCode, attribute_value, holds_community, with_communities
from bgpkit_rib import LLGR_STALE

_COMMUNITIES: Final = int(AttributeCode.COMMUNITIES)
STALE_OCTETS: Final = LLGR_STALE.to_bytes(4, "big")
"""Only a block that holds them may have the mark."""


def has_community(raw: bytes, community: int) -> bool:
    """Tell whether a block of attributes has ``community``."""
    return holds_community(attribute_value(raw, _COMMUNITIES) or b"", community)


def with_stale_mark(raw: bytes, received: bytes) -> bytes | None:
    """Return ``raw`` with the mark, which a policy may have taken away, if the block ``received`` has it; else None."""
    return with_communities(raw, LLGR_STALE) if has_community(received, LLGR_STALE) else None

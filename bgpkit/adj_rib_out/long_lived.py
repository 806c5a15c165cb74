"""What becomes of long-lived stale routes on the way out. RFC 9494, sections 4.3 and 4.6."""

from enum import Enum
from typing import Final

from bgpkit.wire import AttributeCode, set_attributes, with_communities
from bgpkit_rib import LLGR_STALE, NO_EXPORT

_LOCAL_PREF: Final = int(AttributeCode.LOCAL_PREF)


class LongLivedStale(Enum):
    """Whether long-lived stale routes go to a peer."""

    WITHHELD = "withheld"
    """No: the peer does not know what they are."""
    SENT = "sent"
    """Yes: it has the capability."""
    LAST_RESORT = "last resort"
    """Yes, in a way that an internal peer without the capability understands: NO_EXPORT and LOCAL_PREF 0.

    RFC 9494, section 4.6.
    """


def stale_block(block: bytes, way: LongLivedStale) -> bytes:
    """Return the attributes to send of a long-lived stale route, where those of another would be ``block``.

    LLGR_STALE is there whatever a policy says: it MUST NOT be removed. ValueError when the communities get too long.

    RFC 9494, sections 4.3 and 4.6.
    """
    if way is LongLivedStale.LAST_RESORT:
        return set_attributes(with_communities(block, LLGR_STALE, NO_EXPORT), {_LOCAL_PREF: bytes(4)})
    return with_communities(block, LLGR_STALE)

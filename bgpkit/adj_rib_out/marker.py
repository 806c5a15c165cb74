"""Messages that mark a place in what a peer is sent, and say nothing of any route."""

from enum import Flag, auto
from typing import Final

from bgpkit.wire import encode_end_of_rib, encode_route_refresh
from bgpkit_fsm import Family, RouteRefresh, RouteRefreshSubtype


class Marker(Flag):
    """Markers that are owed to a peer, or that stand in some octets."""

    NONE = 0
    END_OF_RIB = auto()
    """The first table is complete. RFC 4724, section 2."""
    BEGINNING = auto()
    """BoRR: what follows is a refresh. RFC 7313, section 4."""
    END = auto()
    """EoRR: the refresh is complete. RFC 7313, section 4."""


REFRESH: Final = Marker.BEGINNING | Marker.END
"""The two round a refresh."""


def encode_marker(marker: Marker, family: Family) -> bytes:
    """Return the messages that say ``marker`` of ``family``, End-of-RIB first. RFC 7313, section 4."""
    octets = encode_end_of_rib(family) if Marker.END_OF_RIB in marker else b""
    for each, subtype in (
        (Marker.BEGINNING, RouteRefreshSubtype.BEGINNING),
        (Marker.END, RouteRefreshSubtype.END),
    ):
        if each in marker:
            octets += encode_route_refresh(RouteRefresh(family, subtype))
    return octets

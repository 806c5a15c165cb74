"""A BGP-4 speaker to import: typed, asyncio, many in one process, no globals.

::

    async with Speaker(asn=64512, bgp_identifier="192.0.2.1") as speaker:
        await speaker.add_peer(PeerConfig(address="192.0.2.2", asn=64512))
        await speaker.announce("198.51.100.0/24")

Beside it stand ``bgpkit.policy`` (what comes in and goes out) and ``bgpkit.fib`` (routes into the Linux kernel).
"""

from bgpkit.errors import (
    BgpError,
    ConfigError,
    FibError,
    HeaderError,
    MessageError,
    NotificationError,
    OpenError,
    RouteRefreshError,
    SpeakerClosedError,
    UpdateError,
)
from bgpkit.speaker import ChangePlan, PeerConfig, PeerStatus, Route, RouteChange, Speaker, plan_change
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, CeaseSubcode, ErrorCode, Family, Notification, State
from bgpkit_rib import (
    Aggregator,
    AsPath,
    AsSegment,
    Community,
    Entry,
    ExtendedCommunity,
    LargeCommunity,
    Origin,
    Path,
    PathAttributes,
    Prefix,
    Source,
    SourceKind,
    UnknownAttribute,
    best_of,
)

__all__ = [
    "IPV4_UNICAST",
    "IPV6_UNICAST",
    "Aggregator",
    "AsPath",
    "AsSegment",
    "BgpError",
    "CeaseSubcode",
    "ChangePlan",
    "Community",
    "ConfigError",
    "Entry",
    "ErrorCode",
    "ExtendedCommunity",
    "Family",
    "FibError",
    "HeaderError",
    "LargeCommunity",
    "MessageError",
    "Notification",
    "NotificationError",
    "OpenError",
    "Origin",
    "Path",
    "PathAttributes",
    "PeerConfig",
    "PeerStatus",
    "Prefix",
    "Route",
    "RouteChange",
    "RouteRefreshError",
    "Source",
    "SourceKind",
    "Speaker",
    "SpeakerClosedError",
    "State",
    "UnknownAttribute",
    "UpdateError",
    "best_of",
    "plan_change",
]

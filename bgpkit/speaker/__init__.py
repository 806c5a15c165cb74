"""The speaker that programs embed."""

from bgpkit.speaker.config import ChangePlan, Confederation, MaxPrefixesAction, PeerConfig, plan_change
from bgpkit.speaker.explained import (
    ExplainedExport,
    ExplainedPath,
    Forwarding,
    ForwardingState,
    ForwardingTable,
    NextHopAnswer,
    PolicyAnswer,
)
from bgpkit.speaker.explanation import Explanation
from bgpkit.speaker.next_hops import NextHopResolver, Resolution
from bgpkit.speaker.route import Route, RouteChange
from bgpkit.speaker.speaker import Speaker
from bgpkit.speaker.status import PeerStatus
from bgpkit.speaker.subscriptions import Subscription
from bgpkit.speaker.views import RibView
from bgpkit.speaker.watch_events import Lagged, SnapshotEnd, SnapshotStart, WatchEvent

__all__ = [
    "ChangePlan",
    "Confederation",
    "ExplainedExport",
    "ExplainedPath",
    "Explanation",
    "Forwarding",
    "ForwardingState",
    "ForwardingTable",
    "Lagged",
    "MaxPrefixesAction",
    "NextHopAnswer",
    "NextHopResolver",
    "PeerConfig",
    "PeerStatus",
    "PolicyAnswer",
    "Resolution",
    "RibView",
    "Route",
    "RouteChange",
    "SnapshotEnd",
    "SnapshotStart",
    "Speaker",
    "Subscription",
    "WatchEvent",
    "plan_change",
]

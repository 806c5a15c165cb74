"""The speaker that programs embed."""

from bgpkit.speaker.config import Confederation, PeerConfig
from bgpkit.speaker.event_log import EventSubscription
from bgpkit.speaker.events import (
    EndOfRibReceived,
    EndOfRibSent,
    Event,
    Limit,
    LimitReached,
    Missed,
    PeerAdded,
    PeerChanged,
    PeerDown,
    PeerEvent,
    PeerRemoved,
    PeerUp,
    RefreshReceived,
)
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
from bgpkit.speaker.liveness import (
    BfdAuthentication,
    BfdAuthenticationType,
    BfdMode,
    BfdOptions,
    Liveness,
    LivenessDetector,
    LivenessState,
    LivenessWatch,
    MonitoredPath,
)
from bgpkit.speaker.message_counts import MessageCounts
from bgpkit.speaker.next_hops import NextHopResolver, Resolution
from bgpkit.speaker.peer_explanation import PastEnd, PeerExplanation
from bgpkit.speaker.peer_obstacle import Obstacle
from bgpkit.speaker.peer_plan import ChangePlan, FieldChange, PeerPlan, plan_change
from bgpkit.speaker.prefix_limit import MaxPrefixesAction, PrefixLimit, PrefixLimitAction
from bgpkit.speaker.route import Route, RouteChange
from bgpkit.speaker.route_counts import RouteCounts
from bgpkit.speaker.selection_deferral import AwaitedPeer, Deferral
from bgpkit.speaker.session_end import EndCause, NotificationFacts, SessionEnd
from bgpkit.speaker.session_terms import SessionTerms
from bgpkit.speaker.speaker import Speaker
from bgpkit.speaker.status import PeerStatus
from bgpkit.speaker.subscriptions import Subscription
from bgpkit.speaker.tcp_counters import TcpCounters
from bgpkit.speaker.views import RibView
from bgpkit.speaker.watch_events import Lagged, SnapshotEnd, SnapshotStart, WatchEvent

__all__ = [
    "AwaitedPeer",
    "BfdAuthentication",
    "BfdAuthenticationType",
    "BfdMode",
    "BfdOptions",
    "ChangePlan",
    "Confederation",
    "Deferral",
    "EndCause",
    "EndOfRibReceived",
    "EndOfRibSent",
    "Event",
    "EventSubscription",
    "ExplainedExport",
    "ExplainedPath",
    "Explanation",
    "FieldChange",
    "Forwarding",
    "ForwardingState",
    "ForwardingTable",
    "Lagged",
    "Limit",
    "LimitReached",
    "Liveness",
    "LivenessDetector",
    "LivenessState",
    "LivenessWatch",
    "MaxPrefixesAction",
    "MessageCounts",
    "Missed",
    "MonitoredPath",
    "NextHopAnswer",
    "NextHopResolver",
    "NotificationFacts",
    "Obstacle",
    "PastEnd",
    "PeerAdded",
    "PeerChanged",
    "PeerConfig",
    "PeerDown",
    "PeerEvent",
    "PeerExplanation",
    "PeerPlan",
    "PeerRemoved",
    "PeerStatus",
    "PeerUp",
    "PolicyAnswer",
    "PrefixLimit",
    "PrefixLimitAction",
    "RefreshReceived",
    "Resolution",
    "RibView",
    "Route",
    "RouteChange",
    "RouteCounts",
    "SessionEnd",
    "SessionTerms",
    "SnapshotEnd",
    "SnapshotStart",
    "Speaker",
    "Subscription",
    "TcpCounters",
    "WatchEvent",
    "plan_change",
]

"""The speaker that programs embed."""

from bgpkit.speaker.config import ChangePlan, PeerConfig, plan_change
from bgpkit.speaker.route import Route, RouteChange
from bgpkit.speaker.speaker import Speaker
from bgpkit.speaker.status import PeerStatus

__all__ = ["ChangePlan", "PeerConfig", "PeerStatus", "Route", "RouteChange", "Speaker", "plan_change"]

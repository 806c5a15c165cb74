"""A running agent as those see it who look at it: status, health, metrics, and the clients of BIRD's socket."""

from bgpkit_node.running.fib_tally import FibTally
from bgpkit_node.running.node import AnnouncedRoutes, RunningNode, Serving
from bgpkit_node.running.outages import Outages
from bgpkit_node.running.policy_tally import PolicyTally
from bgpkit_node.running.route_news import RouteNews, RouteTally
from bgpkit_node.running.words import since_text, state_word

__all__ = [
    "AnnouncedRoutes",
    "FibTally",
    "Outages",
    "PolicyTally",
    "RouteNews",
    "RouteTally",
    "RunningNode",
    "Serving",
    "since_text",
    "state_word",
]

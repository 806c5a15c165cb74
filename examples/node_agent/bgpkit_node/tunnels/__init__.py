"""IPIP and VXLAN between nodes: the devices, and which routes go by them.

A chain of small pieces, each knowing only those before it::

    tunnel                  the three tunnels, and where a Node says its end of each
    encapsulation           what is done with packets to the addresses of a pool (pure)
    ends                    where tunnels lead: the other nodes' ends that are ready (pure)
    ways                    the way of each path (pure)
    route_source            where routes come from
    sorted_routes           the routes of a speaker by what is done with packets to them
    wishes, devices         the devices as they should be (pure); making them so
    senders, guard_table    who may send by them (pure); keeping strangers out by nftables
    keeping                 the task: senders first, then devices, then routes, then what others are told
"""

from bgpkit_node.tunnels.keeping import ClusterView, Tunnels, kept_tunnels
from bgpkit_node.tunnels.sorted_routes import FollowedRoutes
from bgpkit_node.tunnels.tunnel import TUNNELS, Tunnel
from bgpkit_node.tunnels.ways import Situation, TunnelWays

__all__ = [
    "TUNNELS",
    "ClusterView",
    "FollowedRoutes",
    "Situation",
    "Tunnel",
    "TunnelWays",
    "Tunnels",
    "kept_tunnels",
]

"""Routes in the Linux kernel, kept as wanted: :class:`Fib` owns the routes of one protocol number in one table.

A chain of small pieces, each knowing only those before it::

    encap                       what a next hop may wrap packets in
    route, form, operation      what is wanted; what the kernel holds; what is asked of it
    slicing, pacing             long walks, in turns with all else
    netlink/                    rtnetlink: octets both ways, and the sockets
    news, attempts, foreign,
    deciding, reconciler        wanted against held: what to do next (pure)
    kernel                      the port through which it is done
    hearing, dumped, dialogue   the order in which notices, batches and dumps have one meaning (pure)
    gateway, link_bandwidth     what a path's next hop is to the kernel; its share of the traffic (pure)
    wanted, multipath, follow   who wants what: stated routes over those of a speaker
    events, report              what has happened, and who is told
    state, inspection, diff     what there is to say of one prefix; what differs (pure)
    ordering, look              the same of all, beside the work: as it is known, and read anew
    watching                    a dialogue in which nothing is written (pure)
    worker, running             the task that drives the dialogue; all that is open while it runs
    place, options, sync        which table, of which VRF and namespace; how it is started; the public face

Beside it stands what follows routes that others have put there::

    route_table, followed_table the longest match; what of dumps and notices counts (pure)
    table_watch                 the task that follows

By it :class:`KernelNextHops` tells how far next hops are by all that the kernel has, and by which neighbours::

    ways                        what of the longest match is a way, and by which links (pure)
    next_hops                   the public face

And by it :class:`Redistribution` has a speaker announce such routes::

    protocol_names, redistribution_filter   which routes
    redistribution_verdict, redistributed   what is to be announced for it, against what has been (pure)
    redistribution                          the public face

Linux only; imports neither pyroute2 nor the speaker.
"""

from bgpkit.fib.diff import AlteredRoute, FailedRoute, FibDiff, ForeignConflict, ReducedRoute, UnwantedRoute
from bgpkit.fib.encap import Encap, IpEncap, MplsEncap, Seg6Encap, Seg6Mode
from bgpkit.fib.events import (
    ConflictEnded,
    Drift,
    FailureEnded,
    FibEvent,
    FibLost,
    Resynced,
    ResyncReason,
    RouteConflict,
    RouteDrifted,
    RouteFailed,
    Swept,
)
from bgpkit.fib.follow import Followed
from bgpkit.fib.gateway import gateway_of
from bgpkit.fib.look import PresentRoute
from bgpkit.fib.next_hops import KernelNextHops
from bgpkit.fib.options import FibMode
from bgpkit.fib.present import read_table
from bgpkit.fib.protocol_names import LOWEST_OWN, protocol_names, protocol_number
from bgpkit.fib.redistribution import REDISTRIBUTED, Announcer, Redistribution
from bgpkit.fib.redistribution_filter import FoundRoute, RedistributionFilter
from bgpkit.fib.route import KernelRoute, NextHop, RouteKind
from bgpkit.fib.state import FibState, FibStatus
from bgpkit.fib.sync import Fib
from bgpkit.fib.ways import Way

__all__ = [
    "LOWEST_OWN",
    "REDISTRIBUTED",
    "AlteredRoute",
    "Announcer",
    "ConflictEnded",
    "Drift",
    "Encap",
    "FailedRoute",
    "FailureEnded",
    "Fib",
    "FibDiff",
    "FibEvent",
    "FibLost",
    "FibMode",
    "FibState",
    "FibStatus",
    "Followed",
    "ForeignConflict",
    "FoundRoute",
    "IpEncap",
    "KernelNextHops",
    "KernelRoute",
    "MplsEncap",
    "NextHop",
    "PresentRoute",
    "Redistribution",
    "RedistributionFilter",
    "ReducedRoute",
    "ResyncReason",
    "Resynced",
    "RouteConflict",
    "RouteDrifted",
    "RouteFailed",
    "RouteKind",
    "Seg6Encap",
    "Seg6Mode",
    "Swept",
    "UnwantedRoute",
    "Way",
    "gateway_of",
    "protocol_names",
    "protocol_number",
    "read_table",
]

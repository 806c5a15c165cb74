"""Routes in the Linux kernel, kept as wanted: :class:`Fib` owns the routes of one protocol number in one table.

A chain of small pieces, each knowing only those before it::

    route, form, operation      what is wanted; what the kernel holds; what is asked of it
    encode, decode              rtnetlink octets, both ways
    attempts, reconciler        wanted against held: what to do next (pure)
    kernel                      the port through which it is done
    dialogue                    the order in which notices, batches and dumps have one meaning (pure)
    packet_filter, netlink_reader, netlink
                                what the kernel need not tell; the kernel told and behind the port: two sockets
    wanted, multipath, follow   who wants what: stated routes over those of a speaker
    diff, state                 what differs; what there is to say of one prefix
    worker, sync                the task that drives the dialogue; the public face

Beside it :class:`KernelNextHops` tells a speaker how far its next hops are by all that the kernel has::

    route_table, ways           the longest match; what of it is a way (pure)
    next_hops                   the task that follows; the public face

Linux only; imports neither pyroute2 nor the speaker.
"""

from bgpkit.fib.diff import FailedRoute, FibDiff, ForeignConflict, UnwantedRoute
from bgpkit.fib.follow import Speaker, gateway_of
from bgpkit.fib.next_hops import KernelNextHops
from bgpkit.fib.route import KernelRoute, NextHop, RouteKind
from bgpkit.fib.state import FibState, FibStatus
from bgpkit.fib.sync import Fib
from bgpkit.fib.ways import Way

__all__ = [
    "FailedRoute",
    "Fib",
    "FibDiff",
    "FibState",
    "FibStatus",
    "ForeignConflict",
    "KernelNextHops",
    "KernelRoute",
    "NextHop",
    "RouteKind",
    "Speaker",
    "UnwantedRoute",
    "Way",
    "gateway_of",
]

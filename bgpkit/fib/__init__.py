"""Routes in the Linux kernel, kept as wanted: :class:`Fib` owns the routes of one protocol number in one table.

A chain of small pieces, each knowing only those before it::

    route, form, operation      what is wanted; what the kernel holds; what is asked of it
    encode, decode              rtnetlink octets, both ways
    attempts, reconciler        wanted against held: what to do next (pure)
    kernel                      the port through which it is done
    dialogue                    the order in which notices, batches and dumps have one meaning (pure)
    netlink                     the kernel behind the port: two sockets
    wanted, follow              who wants what: stated routes over those of a speaker
    worker, sync                the task that drives the dialogue; the public face

Linux only; imports neither pyroute2 nor the speaker.
"""

from bgpkit.fib.diff import FailedRoute, FibDiff, ForeignConflict, UnwantedRoute
from bgpkit.fib.follow import Speaker, gateway_of
from bgpkit.fib.route import KernelRoute, NextHop, RouteKind
from bgpkit.fib.sync import Fib

__all__ = [
    "FailedRoute",
    "Fib",
    "FibDiff",
    "ForeignConflict",
    "KernelRoute",
    "NextHop",
    "RouteKind",
    "Speaker",
    "UnwantedRoute",
    "gateway_of",
]

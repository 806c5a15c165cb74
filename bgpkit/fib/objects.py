"""Next-hop objects of the kernel's, which routes share: what they hold, and what is asked of them.

A *single* is one next hop; a *group* forwards by its members, which are singles. Routes name a group by its number,
so that all of them move with it. ip-nexthop(8), linux/nexthop.h.
"""

from collections.abc import Iterable
from enum import Enum
from typing import Final, NamedTuple, TypeAlias

from bgpkit.fib.form import Hop
from bgpkit.fib.operation import Refusal

Shares: TypeAlias = tuple[tuple["Single", int], ...]
"""The next hops of a route, each with its weight; sorted, none twice."""

_FAMILIES: Final = {4: 2, 16: 10}
"""AF_INET and AF_INET6, by the octets of an address."""
_HEAVIEST: Final = 256

NOT_YET: Final = Refusal(0, "its next-hop object is about to be written")
"""Why a route cannot be written at this moment: its group is not in the kernel as it should be, and soon will."""


class Single(NamedTuple):
    """One next hop, shared by all groups that forward by it."""

    family: int
    """That of the gateway; of the routes where there is none, since they must be alike."""
    hop: Hop
    """Its weight is 1: weights belong to groups."""


class Group(NamedTuple):
    """Several next hops, or one, behind a number that stays the same when they change."""

    members: tuple[tuple[int, int], ...]
    """Number and weight of each, sorted."""


Content: TypeAlias = Single | Group | None
"""What an object holds; None is anything that this library does not write."""


class KernelObject(NamedTuple):
    """An object in the kernel."""

    number: int
    """By which routes and groups name it."""
    protocol: int
    content: Content


class ObjectVerb(Enum):
    """The three things that may be asked."""

    CREATE = "create"
    """Make what is not there; an error where anyone has an object of this number."""
    REPLACE = "replace"
    """Give an object another content of the same kind; an error where there is none."""
    DELETE = "delete"
    """Remove an object; the kernel removes its routes, and it from its groups, without a word."""


class ObjectOperation(NamedTuple):
    """One change of one object."""

    verb: ObjectVerb
    number: int
    content: Content


def shares_of(family: int, hops: Iterable[Hop]) -> Shares:
    """Return the shares of a route's hops; those that come to the same next hop are added up, to 256 at most."""
    weights: dict[Single, int] = {}
    for hop in hops:
        single = Single(_FAMILIES.get(len(hop.gateway), family), hop._replace(weight=1))
        weights[single] = min(_HEAVIEST, weights.get(single, 0) + hop.weight)
    if len(weights) == 1:
        weights = dict.fromkeys(weights, 1)
    return ordered(weights.items())


def ordered(shares: Iterable[tuple[Single, int]]) -> Shares:
    """Return shares in the one order in which equal ones are equal."""
    return tuple(sorted(shares, key=_order))


def _order(share: tuple[Single, int]) -> tuple[int, bytes, int, bool, str, int]:
    (family, hop), weight = share
    return family, hop.gateway, hop.ifindex, hop.onlink, str(hop.encap or ""), weight

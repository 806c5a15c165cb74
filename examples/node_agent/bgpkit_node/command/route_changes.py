"""Which routes of which nodes a change of resources would make appear and vanish, told before it is done. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from bgpkit_node.command.reachability import announced
from bgpkit_node.command.tables import aligned
from bgpkit_node.ipam import IPNetwork, Snapshot
from bgpkit_node.peering import Cluster, Forecast

MOST: Final = 40
"""Rows that are printed one by one; of more only the number."""


class RouteChange(NamedTuple):
    """One route of a node's kernel that leads another way: an address that is empty stands for no route."""

    node: str
    prefix: str
    old: str
    new: str

    @property
    def word(self) -> str:
        """What becomes of it."""
        if not self.old:
            return "appears"
        return "moves" if self.new else "vanishes"


def route_changes(before: Cluster, after: Cluster, snapshot: Snapshot) -> tuple[tuple[RouteChange, ...], int]:
    """Return what changes in the kernels of all nodes, and how many routes stay as they are.

    Each node has a route to each block, and each borrowed address, of the nodes whose routes it learns, if it lies in
    an enabled pool that is exported, or a BGPFilter says so; and none that a BGPFilter keeps back. What routers outside
    of the cluster announce is not looked at.
    """
    old, new = (Forecast(each).routes(announced(snapshot, each.nodes)) for each in (before, after))
    changes = [
        RouteChange(*_names(key), old.get(key, ""), new.get(key, ""))
        for key in sorted(old.keys() | new.keys(), key=_order)
        if old.get(key) != new.get(key)
    ]
    return tuple(changes), sum(old[key] == new.get(key) for key in old)


def told(changes: Sequence[RouteChange], stay: int) -> Iterator[str]:
    """Yield the lines that say it."""
    if not changes:
        yield f"no route of a kernel appears or vanishes; {stay} stay as they are"
        return
    rows = [(each.node, each.prefix, each.word, each.old or "-", each.new or "-") for each in changes[:MOST]]
    yield aligned(("NODE", "PREFIX", "ROUTE", "VIA BEFORE", "VIA AFTER"), rows)
    if len(changes) > MOST:
        yield f"and {len(changes) - MOST} more"
    counted = Counter(each.word for each in changes)
    words = ("appears", "appear"), ("vanishes", "vanish"), ("moves", "move")
    numbers = ", ".join(f"{counted[one]} {one if counted[one] == 1 else many}" for one, many in words if counted[one])
    yield f"routes of kernels: {numbers}; {stay} stay as they are"


def _order(key: tuple[str, IPNetwork]) -> tuple[str, int, int, int]:
    node, prefix = key
    return node, prefix.version, int(prefix.network_address), prefix.prefixlen


def _names(key: tuple[str, IPNetwork]) -> tuple[str, str]:
    return key[0], str(key[1])

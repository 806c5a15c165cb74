"""Waiting until the nodes that are to have no session with a node any more have none."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from bgpkit_node.node_status import ask_nodes
from bgpkit_node.peering import Cluster, plan_peerings
from bgpkit_node.resources import ResourceStore

_ASKING: Final = 5.0
"""Seconds that an agent has for its answer."""
_FIRST_PAUSE: Final = 0.3
_LONGEST_PAUSE: Final = 2.0


@dataclass(slots=True)
class Leaving:
    """Which nodes have left, and which have not."""

    left: list[str] = field(default_factory=list[str])
    still: list[str] = field(default_factory=list[str])
    silent: dict[str, str] = field(default_factory=dict[str, str])
    """Those whose agents do not answer, and why not, as a sentence."""

    @property
    def done(self) -> bool:
        """Whether every node is known to have left."""
        return not self.still and not self.silent


def leavers(before: Cluster, after: Cluster, name: str) -> tuple[str, ...]:
    """Return the nodes that have a session with node ``name`` as things were ``before``, and none ``after``."""
    had, has = _partners(before, name), _partners(after, name)
    return tuple(sorted(had - has))


async def all_left(
    store: ResourceStore,
    addresses: Sequence[str],
    nodes: Sequence[str],
    seconds: float,
    tell: Callable[[Leaving], None],
) -> Leaving:
    """Wait, for ``seconds`` at most, until none of ``nodes`` has a session with one of ``addresses``.

    A session that is no longer wanted closes when every route that came by it has another path. ``tell`` is called
    with how it stands at first, and whenever another node has left. An agent that does not answer is asked once.
    """
    loop = asyncio.get_running_loop()
    end, pause = loop.time() + seconds, _FIRST_PAUSE
    leaving, told = Leaving(still=list(nodes)), -1
    while True:
        await _look(store, addresses, leaving, round(max(0.1, min(_ASKING, end - loop.time())), 1))
        leaving.left += [node for node in nodes if node not in {*leaving.still, *leaving.silent, *leaving.left}]
        if len(leaving.left) != told:
            tell(leaving)
            told = len(leaving.left)
        if not leaving.still or loop.time() + pause >= end:
            return leaving
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


async def _look(store: ResourceStore, addresses: Sequence[str], leaving: Leaving, seconds: float) -> None:
    """Ask those who were there still; who has no session with one of the addresses may have one with another."""
    asked, there = list(leaving.still), set[str]()
    for address in addresses:
        asked = [node for node in asked if node not in there and node not in leaving.silent]
        if asked:
            told = await ask_nodes(store, asked, {"request": "peer", "address": address}, seconds=seconds)
            leaving.silent.update(told.silent)
            there.update(node for node, answer in told.answers.items() if answer.get("known"))
    leaving.still = [node for node in leaving.still if node in there]


def _partners(cluster: Cluster, name: str) -> set[str]:
    node = cluster.node(name)
    return set() if node is None else {each.node for each in plan_peerings(cluster, node) if each.node}

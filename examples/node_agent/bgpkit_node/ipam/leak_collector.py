"""Taking leaks back: one look at everything from time to time, and nothing released that was not looked at again."""

import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

import structlog
from structlog.typing import FilteringBoundLogger

from bgpkit_node.errors import ConflictError, NotFoundError
from bgpkit_node.ipam.address import IPAddress, IPNetwork
from bgpkit_node.ipam.allocator import Ipam
from bgpkit_node.ipam.in_use import users
from bgpkit_node.ipam.leaks import GRACE, Holding, Known, Suspicion, leaks, spare_blocks
from bgpkit_node.ipam.snapshot import Snapshot, load_snapshot
from bgpkit_node.ipam.told_endpoints import ToldEndpoints
from bgpkit_node.resources import Node, ResourceStore, WorkloadEndpoint, kind_of

_log: FilteringBoundLogger = structlog.get_logger("bgpkit_node.leaks")
_NODE: Final = "node "
"""What stands before the name of a node that does not exist, among the handles; no handle has a space."""


class PodsInKernel(Protocol):
    """What the node's kernel tells of its pods. Errors are NodeError."""

    async def handles(self) -> frozenset[str]:
        """Return the handles of the containers that have an interface here."""
        ...

    async def reached(self, addresses: Collection[IPAddress]) -> frozenset[IPAddress]:
        """Return those of ``addresses`` to which a route out of a pod's interface leads."""
        ...


@dataclass(slots=True)
class LeakTally:
    """What was found since the agent started, for metrics; addresses of each node, by block."""

    candidates: Mapping[tuple[str, IPNetwork], int] = field(default_factory=dict[tuple[str, IPNetwork], int])
    """Seen in the last look, and not taken back yet."""
    reclaimed: Counter[tuple[str, IPNetwork]] = field(default_factory=Counter[tuple[str, IPNetwork]])


@dataclass(frozen=True, slots=True)
class _Look:
    snapshot: Snapshot
    leaks: Mapping[str, Holding]
    gone: Collection[str]
    """Nodes that own something, and do not exist."""
    nodes: Collection[str]
    told: ToldEndpoints


class LeakCollector:
    """Looks after the addresses of one node, and after those of nodes that exist no more.

    What leaks is taken back when it has been seen for ``grace`` seconds without a change, and a fresh look shows it
    once more. Agents that do the same thing at the same time do it once: each release compares and swaps.
    """

    def __init__(
        self,
        node: str,
        store: ResourceStore,
        ipam: Ipam,
        kernel: PodsInKernel,
        *,
        tally: LeakTally,
        grace: float = GRACE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Look after ``node``, whose ``kernel`` is asked, and count in ``tally``; ``clock`` gives growing seconds."""
        self._node = node
        self._store = store
        self._ipam = ipam
        self._kernel = kernel
        self._clock = clock
        self._suspicion = Suspicion(grace)
        self._empty: Mapping[IPNetwork, int] = {}
        self._tally = tally

    async def collect(self) -> None:
        """Look at everything once, and take back what is sure. NodeError: nothing, or not all, was taken back."""
        look = await self._look()
        if self._node not in look.nodes:  # deleted by mistake, perhaps; the agent is about to end
            return
        present: dict[str, object] = {**look.leaks, **dict.fromkeys(_NODE + name for name in look.gone)}
        sure = self._suspicion.look(present, self._clock())
        try:
            if sure:
                await self._take_back(look, sure)
            await self._give_up_blocks(look.snapshot)
        finally:
            left = [look.leaks[name] for name in look.leaks if name in self._suspicion]
            self._tally.candidates = _by_node_and_block(left)

    async def _look(self) -> _Look:
        """Read everything; endpoints after the allocations, so that a pod that comes now is seen whole."""
        snapshot = await load_snapshot(self._store.datastore)
        living = await self._kernel.handles()
        kind = kind_of(Node)
        _, found = await self._store.datastore.list(kind.prefix)
        names = frozenset(pair.key.removeprefix(kind.prefix) for pair in found)
        told = await ToldEndpoints.load(self._store.datastore)
        own = told.on(lambda node: node == self._node)
        in_use = users(await self._store.list(Node), own).keys()
        known = Known(node=self._node, nodes=names, in_use=in_use, living=living)
        owners = {node for node, _ in snapshot.affinities} | told.nodes
        owners |= {block.node for block in snapshot.blocks.values() if block.node is not None}
        gone = owners - names - {""}
        return _Look(snapshot, leaks(snapshot, known), gone, names, told)

    async def _take_back(self, first: _Look, sure: Collection[str]) -> None:
        again = await self._look()
        taken = [one.address for name in sure if name in again.leaks for one in again.leaks[name].taken]
        used = await self._kernel.reached(taken) | again.told.named(taken, lambda node: node in again.nodes)
        for name in sorted(sure & again.leaks.keys()):
            leak = again.leaks[name]
            if leak == first.leaks.get(name) and not any(one.address in used for one in leak.taken):
                await self._release(leak)
        for name in sorted(again.gone):
            if _NODE + name in sure:
                await self._clear_node(name, again.told)

    async def _release(self, leak: Holding) -> None:
        if not await self._ipam.release_leak(leak):
            return
        self._suspicion.forget(leak.handle)
        self._tally.reclaimed.update(_by_node_and_block([leak]))
        addresses = [str(one.address) for one in leak.taken]
        _log.warning("ipam.leak_reclaimed", handle=leak.handle, addresses=addresses, nodes=sorted(leak.nodes))

    async def _clear_node(self, name: str, told: ToldEndpoints) -> None:
        """Remove endpoints and claims of a node that does not exist; addresses that are still taken stay so."""
        for endpoint in told.on(lambda node: node == name):
            try:
                await self._store.delete(
                    WorkloadEndpoint, endpoint.name, endpoint.revision, namespace=endpoint.namespace
                )
            except (ConflictError, NotFoundError):  # another agent was first, or someone has written it anew
                continue
        await self._ipam.release_node(name, addresses=False)
        _log.warning("ipam.gone_node_cleared", gone=name)

    async def _give_up_blocks(self, snapshot: Snapshot) -> None:
        """Give up blocks that were empty in the last look and are still; what is empty now waits for the next."""
        self._empty, spare = spare_blocks(snapshot, self._node, self._empty)
        for network in spare:
            if await self._ipam.give_up_empty(self._node, network, self._empty[network]):
                _log.info("ipam.empty_block_released", block=str(network))


def _by_node_and_block(found: Collection[Holding]) -> Counter[tuple[str, IPNetwork]]:
    """Count addresses; a handle of several nodes counts for the first of them."""
    counted: Counter[tuple[str, IPNetwork]] = Counter()
    for leak in found:
        counted.update({(min(leak.nodes), network): count for network, count in leak.counts().items()})
    return counted

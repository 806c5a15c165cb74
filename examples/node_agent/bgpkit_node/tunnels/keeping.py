"""Keeping a node's tunnels: who may send by them, then devices, then routes by them, then what others are told."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial
from time import monotonic
from typing import Final, Protocol

import structlog

from bgpkit.fib import NextHop
from bgpkit_node.beside import beside
from bgpkit_node.kernel import Address, KernelError, LinkNotices, Netlink, Network
from bgpkit_node.nft import NftError
from bgpkit_node.peering import Cluster
from bgpkit_node.resources import FelixSettings, Node
from bgpkit_node.tunnels.devices import abandon_device, is_ours, keep_device, strip_device
from bgpkit_node.tunnels.guard_table import GuardTable
from bgpkit_node.tunnels.senders import LINGER, Guard, Senders
from bgpkit_node.tunnels.tunnel import TUNNELS, Tunnel
from bgpkit_node.tunnels.ways import Situation
from bgpkit_node.tunnels.wishes import DeviceWish, device_wishes

_AGAIN: Final = 10.0
"""Seconds until what could not be done is tried anew."""
_CHECK: Final = 60.0
"""Seconds until all is looked at even if nothing was heard."""
_SOON: Final = 0.05
"""Seconds after a notice; they come in swarms."""
_ETHERNET: Final = 1500


class ClusterView(Protocol):
    """What is known of the cluster."""

    @property
    def cluster(self) -> Cluster:
        """The cluster as it is now."""
        ...

    def on_change(self, follower: Callable[[], None], /) -> None:
        """Call ``follower`` whenever that may have changed."""
        ...

    def settings(self, node: Node, /) -> FelixSettings:
        """Return what the FelixConfigurations come to on ``node``."""
        ...


class RoutesByTunnels(Protocol):
    """The routes that go by tunnels, or do not, as the situation is."""

    @property
    def in_use(self) -> frozenset[NextHop]:
        """The next hops of routes."""
        ...

    def follow(self, situation: Situation, /) -> None:
        """Let all routes go as ``situation`` has it."""
        ...


class Tunnels:
    """The tunnels of one node.

    It is itself a view of the cluster, one that lags: what it shows has been prepared for in the kernel.
    """

    def __init__(self, node: str, view: ClusterView) -> None:
        """Keep those of ``node``, as ``view`` shows the cluster."""
        self._node = node
        self._view = view
        self._routes: RoutesByTunnels | None = None
        self._followers: list[Callable[[], None]] = []
        self._changed = asyncio.Event()
        self._wanted_at = dict.fromkeys(TUNNELS, monotonic())
        """When each was wanted last; no more in it: it is known to be gone."""
        self._made: set[Tunnel] = set()
        self._links: frozenset[int] = frozenset()
        """The devices, by their indexes."""
        self._below: frozenset[int] = frozenset()
        """The interfaces below them, whose MTU matters."""
        self._told: dict[Tunnel, str] = {}
        """What is wrong, as logged last."""
        self._senders = Senders()
        self._guarded = False
        """Whether there are rules of ours against strangers."""
        self._unguarded = ""
        """Why those are not as they should be."""
        self._log = structlog.get_logger("bgpkit_node.tunnels").bind(node=node)
        self.cluster = Cluster()
        self.situation = Situation()

    def on_change(self, follower: Callable[[], None], /) -> None:
        """Call ``follower`` when the cluster shown here, or the use of a tunnel, may have changed."""
        self._followers.append(follower)

    def forget(self, follower: Callable[[], None], /) -> None:
        """Call ``follower`` no more."""
        self._followers.remove(follower)

    def attach(self, routes: RoutesByTunnels) -> None:
        """Let ``routes`` follow the situation from now on."""
        self._routes = routes
        routes.follow(self.situation)

    def detach(self) -> None:
        """Tell nobody of the situation any more."""
        self._routes = None

    def is_in_use(self, tunnel: Tunnel) -> bool:
        """Tell whether routes go by ``tunnel``."""
        return any(hop.device == tunnel.device for hop in self._hops())

    @property
    def unguarded(self) -> str:
        """Why strangers' wrapped packets are not kept out; empty while they are, or no device takes any."""
        return self._unguarded

    async def settle(self) -> bool:
        """Make everything as the cluster is now; False when something is to be tried anew."""
        cluster = self._view.cluster
        node = cluster.node(self._node)
        if node is None:
            return True
        settings = self._view.settings(node)
        wishes = device_wishes(cluster, node, settings)
        now = monotonic()
        self._wanted_at.update(dict.fromkeys((wish.tunnel for wish in wishes), now))
        wanted = {wish.tunnel for wish in wishes}
        over = [each for each, at in self._wanted_at.items() if each not in wanted and now >= at + LINGER]
        bare = [each for each in self._made - wanted if not each.address(node.spec)]
        ready: frozenset[Tunnel] = frozenset()
        if self._wanted_at or self._guarded:
            pools = [pool.network for pool in cluster.pools]
            guard = partial(self._senders.guard, node=node, nodes=cluster.nodes, settings=settings, now=now)
            faults = await asyncio.to_thread(self._work, wishes, over, bare, pools, guard)
            ready = frozenset(wanted - faults.keys())
            self._report(faults)
        self.cluster = cluster
        self.situation = Situation.of(cluster, node, ready)
        if self._routes is not None:
            self._routes.follow(self.situation)
        for follower in self._followers:
            follower()
        return len(ready) == len(wanted) and not self._unguarded

    async def run(self) -> None:
        """Settle for ever: whenever the cluster or the devices change, and again when something went wrong."""
        self._view.on_change(self._changed.set)
        loop = asyncio.get_running_loop()
        with LinkNotices() as notices:
            loop.add_reader(notices.fileno(), self._hear, notices)
            try:
                while True:
                    self._changed.clear()
                    await self._settle_and_wait()
            finally:
                loop.remove_reader(notices.fileno())

    async def _settle_and_wait(self) -> None:
        done = False
        try:
            done = await self.settle()
        except Exception:
            self._log.exception("tunnel.not_settled")
        with suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), self._pause() if done else _AGAIN)

    def _pause(self) -> float:
        """Return the seconds until there is something to be looked at: soonest a device that may go."""
        now = monotonic()
        waits = [at + LINGER - now for at in self._wanted_at.values()]
        return min([max(wait, _AGAIN) for wait in (*waits, self._senders.next_look(now))] + [_CHECK])

    def _hear(self, notices: LinkNotices) -> None:
        if notices.concern(self._links, self._below):
            asyncio.get_running_loop().call_later(_SOON, self._changed.set)

    def _hops(self) -> frozenset[NextHop]:
        return frozenset() if self._routes is None else self._routes.in_use

    def _work(
        self,
        wishes: Iterable[DeviceWish],
        over: Iterable[Tunnel],
        bare: Iterable[Tunnel],
        pools: list[Network],
        guard: Callable[[Iterable[Tunnel]], Guard],
    ) -> Mapping[Tunnel, KernelError]:
        """Do what there is to do in the kernel, and return what could not be done; blocks.

        Strangers are kept out before a device takes packets, and as long as one does.
        """
        faults: dict[Tunnel, KernelError] = {}
        links: set[int] = set()
        lower: set[int] = set()
        used: set[Address] = {hop.gateway for hop in self._hops() if hop.gateway is not None}
        with Netlink() as netlink:
            present = {one for one in self._wanted_at if one in self._made or is_ours(netlink, one, pools)}
            self._keep_out(guard(present.union(wish.tunnel for wish in wishes)))
            for wish in wishes:
                below = netlink.link_with(wish.local)
                lower.update({below.index} if below else ())
                try:
                    links.add(keep_device(netlink, wish, below.mtu if below else _ETHERNET, used))
                    self._made.add(wish.tunnel)
                except KernelError as error:
                    faults[wish.tunnel] = error
            for tunnel in bare:
                strip_device(netlink, tunnel)
            for tunnel in over:
                if abandon_device(netlink, tunnel, pools, made_here=tunnel in self._made):
                    del self._wanted_at[tunnel]
                    self._made.discard(tunnel)
        self._links, self._below = frozenset(links), frozenset(lower)
        return faults

    def _keep_out(self, guard: Guard) -> None:
        """Let ``guard`` be in force; where packets cannot be filtered, tunnels go without, which is logged once."""
        reason = ""
        try:
            if GuardTable().settle(guard):
                self._log.info("tunnel.senders_changed", senders=len(guard.senders), tunnels=len(guard.tunnels))
        except NftError as error:
            reason = str(error)
            if reason != self._unguarded:
                self._log.error("tunnel.strangers_not_kept_out", reason=reason)
        self._guarded = bool(guard.tunnels)
        self._unguarded = reason

    def _report(self, faults: Mapping[Tunnel, KernelError]) -> None:
        """Log what is wrong, once for each reason."""
        told = {tunnel: str(error) for tunnel, error in faults.items()}
        for tunnel, reason in told.items():
            if self._told.get(tunnel) != reason:
                self._log.error("tunnel.device_refused", device=tunnel.device, reason=reason)
        self._told = told


@asynccontextmanager
async def kept_tunnels(node: str, view: ClusterView) -> AsyncGenerator[Tunnels, None]:
    """Keep the tunnels of ``node`` while the context lasts; the devices are there when it begins."""
    tunnels = Tunnels(node, view)
    try:
        await tunnels.settle()
    except KernelError as error:
        structlog.get_logger("bgpkit_node.tunnels").error("tunnel.not_settled", node=node, reason=str(error))
    async with beside(tunnels.run()):
        yield tunnels

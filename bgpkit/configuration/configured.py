"""A speaker that runs by a configuration, and follows from one to the next."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace
from errno import EPERM
from types import TracebackType
from typing import TYPE_CHECKING, Self

from bgpkit.configuration.check import check
from bgpkit.configuration.configuration import Configuration
from bgpkit.configuration.fib_settings import FibUse
from bgpkit.configuration.liveness import liveness_detector
from bgpkit.configuration.originate import add_aggregates, announce, withdraw
from bgpkit.configuration.peers import Peers
from bgpkit.configuration.plan import ConfigurationPlan, by_name, opens_anew, plan_configuration
from bgpkit.configuration.redistribute import Redistributions
from bgpkit.configuration.roas import Roas
from bgpkit.configuration.routes import own_routes
from bgpkit.configuration.settings import Aggregate, PeerRange, Stop
from bgpkit.errors import BgpError, ConfigError, FibError, SpeakerClosedError
from bgpkit.rpki import RtrCacheStatus
from bgpkit.speaker import ChangePlan, ForwardingTable, PeerConfig, Speaker, plan_change
from bgpkit.transport import Network
from bgpkit_rib import Prefix

if TYPE_CHECKING:  # Linux only, and only where the file asks for it
    from bgpkit.configuration.kernel import KernelRoutes
    from bgpkit.configuration.kernel_events import KernelEvent
    from bgpkit.fib import Fib, KernelNextHops


class ConfiguredSpeaker:
    """A `Speaker` with all that a `Configuration` says; an asynchronous context manager.

    What the file asks for is done by the public calls of the speaker, which is there to be used beside it: peers and
    routes that its owner adds stay, as long as the file does not name the same ones. Peers are the exception: what
    `apply` brings is the whole of them.
    """

    def __init__(
        self, configuration: Configuration, *, network: Network | None = None, restarting: bool = False
    ) -> None:
        """Run by ``configuration``; ``network`` and ``restarting`` are as for `Speaker`."""
        self._configuration = configuration
        self._network = network
        self._restarting = restarting
        self._stack = AsyncExitStack()
        self._speaker: Speaker | None = None
        self._roas: Roas | None = None
        self._kernel: KernelRoutes | None = None
        self.kernel_problem = ""
        """Why no routes are kept in the kernel though the file wants it: the right to change them is missing."""
        self._ranges: dict[str, tuple[PeerRange, PeerConfig]] = {}
        self._aggregates: list[Aggregate] = []
        self._redistributions: Redistributions | None = None

    @property
    def speaker(self) -> Speaker:
        """The speaker; SpeakerClosedError before it has been started."""
        if self._speaker is None:
            raise SpeakerClosedError("the speaker is not running; use it inside 'async with'")
        return self._speaker

    @property
    def configuration(self) -> Configuration:
        """The configuration in force."""
        return self._configuration

    @property
    def forwarding(self) -> ForwardingTable | None:
        """The kernel's routes, to be asked for an explanation; None where none are installed."""
        return self.fib

    @property
    def fib(self) -> "Fib | None":
        """The kernel's table; None where none is kept or read."""
        return None if self._kernel is None else self._kernel.fib

    async def kernel_events(self) -> "AsyncGenerator[KernelEvent, None]":
        """Yield what happens to the kernel's table from now on; nothing where none is kept or read."""
        if self._kernel is None:
            return
        async with aclosing(self._kernel.events.listen()) as events:
            async for event in events:
                yield event

    def caches(self) -> tuple[RtrCacheStatus, ...]:
        """Return how the sessions with the caches of ROAs stand."""
        return () if self._roas is None else self._roas.status()

    async def __aenter__(self) -> Self:
        """Start; ConfigError and FibError say what stands in the way."""
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop in the way that the configuration says; after an error the kernel's routes stay."""
        await self.stop(keep_routes=kind is not None)

    async def stop(self, *, keep_routes: bool = False) -> None:
        """End all; with ``stop = "graceful"``, or ``keep_routes``, the kernel's routes stay for the next start."""
        graceful = self._configuration.speaker.stop is Stop.GRACEFUL
        if self._kernel is not None:
            self._kernel.stay = graceful or keep_routes
        if self._speaker is not None:
            await self._speaker.stop(graceful=graceful)
        await self._stack.aclose()

    def plan(self, new: Configuration) -> ConfigurationPlan:
        """Tell what `apply` would do with ``new``; nothing is done. ConfigError when a peer cannot be so."""
        try:
            peers = self.speaker.plan(new.peers.named)
        except ConfigError:
            if not plan_configuration(self._configuration, new, ()).restart:
                raise
            peers = ()  # they are for a speaker that is not as this one
        return plan_configuration(self._configuration, new, peers)

    async def apply(self, new: Configuration) -> ConfigurationPlan:
        """Change from the configuration in force to ``new``, and return what that did; what is equal is not touched.

        ConfigError, and nothing is changed, when it cannot be so, or not without a new start; what the kernel refuses
        only when it is asked is taken back.
        """
        await check(new)
        plan, old = self.plan(new), self._configuration
        if plan.restart:
            raise ConfigError(
                f"{new.path}: {', '.join(plan.restart)} cannot change while the daemon runs; start it anew for that"
            )
        try:
            await self._change(old, new)
        except (BgpError, ValueError):
            await self._change(new, old)
            raise
        self._configuration = new
        return plan

    async def _change(self, old: Configuration, new: Configuration) -> None:
        """Go on to ``new`` from ``old``, of which not all need be there."""
        speaker = self.speaker
        if self._roas is not None and (old.rpki != new.rpki or (new.rpki is not None and new.rpki.roas_file)):
            await self._roas.use(new.rpki)
        await self._take_ranges_away(new.peers)
        await speaker.apply(new.peers.named)
        await self._give_ranges(new.peers)
        before, after = own_routes(old.announcements), own_routes(new.announcements)
        await withdraw(speaker, [route for route in before if route not in after])
        await announce(speaker, {route: each for route, each in after.items() if before.get(route) != each})
        await self._aggregate(new.aggregates)
        if self._redistributions is not None:
            await self._redistributions.use(new.redistribute)

    async def _aggregate(self, aggregates: tuple[Aggregate, ...]) -> None:
        for each in [each for each in self._aggregates if each not in aggregates]:
            await self.speaker.remove_aggregate(each.prefix)
            self._aggregates.remove(each)
        for each in [each for each in aggregates if each not in self._aggregates]:
            await add_aggregates(self.speaker, [each])
            self._aggregates.append(each)

    async def _start(self) -> None:
        """Start all; the kernel's routes before the speaker, so that at the end they go after the sessions."""
        configuration = self._configuration
        if configuration.fib.mode is not FibUse.OFF:
            await self._start_kernel()
        detector = liveness_detector(configuration)
        if detector is not None:
            await self._stack.enter_async_context(detector)
        restarting = self._restarting or (self._kernel is not None and self._kernel.went_on)
        made = configuration.speaker.speaker(network=self._network, liveness=detector, restarting=restarting)
        speaker = self._speaker = await self._stack.enter_async_context(made)
        ways: KernelNextHops | None = None
        if configuration.fib.track_next_hops:
            from bgpkit.configuration.kernel import track_next_hops

            ways = await track_next_hops(speaker, configuration.fib, self._kernel, self._stack)
        self._roas = Roas(speaker, configuration.path.parent)
        self._stack.push_async_callback(self._roas.close)
        await self._roas.use(configuration.rpki)
        if self._kernel is not None:
            self._kernel.follow(speaker, ways)
        await announce(speaker, own_routes(configuration.announcements))
        await self._aggregate(configuration.aggregates)
        self._redistributions = Redistributions(speaker, configuration.fib.protocol)
        self._stack.push_async_callback(self._redistributions.close)
        await self._redistributions.use(configuration.redistribute)
        await speaker.apply(configuration.peers.named)
        await self._give_ranges(configuration.peers)

    async def _start_kernel(self) -> None:
        """Begin to keep or to read the kernel's table; without the right to it the speaker runs all the same."""
        from bgpkit.configuration.kernel import KernelRoutes

        kernel = KernelRoutes(self._configuration.fib)
        try:
            await kernel.start()
        except FibError as error:
            if error.errno != EPERM:
                raise
            self.kernel_problem = str(error)
            return
        self._stack.push_async_callback(kernel.close)
        self._kernel = kernel

    async def _accept(self, each: PeerRange, config: PeerConfig) -> None:
        self._ranges[each.name] = each, config
        try:
            if each.interface:
                await self.speaker.discover_peers(each.name, self._template(each.name), limit=each.limit)
            else:
                await self.speaker.accept_peers(
                    each.name,
                    self._template(each.name),
                    limit=each.limit,
                    rate=each.rate,
                    md5_key=config.transport.md5_key,
                )
        except BaseException:
            del self._ranges[each.name]
            raise

    def _template(self, name: str) -> Callable[[str], PeerConfig]:
        return lambda address: replace(self._ranges[name][1], address=address)

    async def _take_ranges_away(self, peers: Peers) -> None:
        after = by_name(peers.ranges)
        for name, (was, former) in tuple(self._ranges.items()):
            if name not in after or opens_anew(was, former, *after[name]):
                await self.speaker.refuse_peers(name)
                del self._ranges[name]

    async def _give_ranges(self, peers: Peers) -> None:
        for each, config in peers.ranges.items():
            if each.name not in self._ranges:
                await self._accept(each, config)
                continue
            _, former = self._ranges[each.name]
            if former != config:
                self._ranges[each.name] = each, config
                await self._change_peers_of(each, former, config, peers)

    async def _change_peers_of(self, each: PeerRange, former: PeerConfig, config: PeerConfig, peers: Peers) -> None:
        """Change the peers that have come from a range; those whose session ends come back by themselves."""
        plan = plan_change(former, config)
        for address in self._peers_of(each, peers):
            if plan is ChangePlan.RESET:
                await self.speaker.remove_peer(address)
            else:
                await self.speaker.update_peer(replace(config, address=address))

    def _peers_of(self, each: PeerRange, peers: Peers) -> list[str]:
        """Return the addresses of the peers that have come from a range: the longest that holds them counts."""
        named = {config.address for config in peers.named}
        strangers = [peer.address for peer in self.speaker.peers() if peer.address not in named]
        if each.interface:
            return [address for address in strangers if address.endswith(f"%{each.name}")]
        others = [Prefix.parse(other.name) for other in peers.ranges if not other.interface]
        return [address for address in strangers if str(longest(address, others)) == each.name]


def longest(address: str, ranges: list[Prefix]) -> Prefix | None:
    """Return the longest of ``ranges`` that holds an address, which may have a zone; None where none does."""
    host = Prefix.parse(f"{address.partition('%')[0]}/{128 if ':' in address else 32}")
    holding = [each for each in ranges if each.width == host.width and each.contains(host)]
    return max(holding, key=lambda each: each.length, default=None)

"""The speaker: sessions round one set of tables, and the calls of those who embed it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address, ip_address
from types import TracebackType
from typing import Final, Self, TypeAlias

import structlog

from bgpkit.errors import ConfigError, SpeakerClosedError
from bgpkit.session import Connection
from bgpkit.speaker.acceptor import Acceptor
from bgpkit.speaker.config import ChangePlan, PeerConfig, plan_change
from bgpkit.speaker.outputs import Outputs
from bgpkit.speaker.peer import PEER_DE_CONFIGURED, SpeakerPeer
from bgpkit.speaker.restart import SelectionDeferral
from bgpkit.speaker.route import Route, RouteChange
from bgpkit.speaker.shared import Shared
from bgpkit.speaker.status import PeerStatus
from bgpkit.speaker.watch import Watcher
from bgpkit.transport import listen
from bgpkit.wire import ROWS, encode_attributes
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, CeaseSubcode, ErrorCode, Family, Notification
from bgpkit_rib import (
    AsPath,
    Entry,
    Origin,
    Path,
    PathAttributes,
    Prefix,
    Source,
    SourceKind,
    Table,
    best_of,
    make_path,
    paths_of,
)

ADMINISTRATIVE_SHUTDOWN: Final = Notification(ErrorCode.CEASE, CeaseSubcode.ADMINISTRATIVE_SHUTDOWN)
_SLICE: Final = 5000

BlockConsumer: TypeAlias = Callable[[list[bytes], Entry | None, Entry | None], None]
"""Takes keys, the entry they had and the entry they have."""


class Speaker:
    """A BGP-4 speaker (RFC 4271), used as an asynchronous context manager.

    It knows no globals and starts no thread; a process may hold any number of speakers.
    """

    def __init__(
        self,
        *,
        asn: int,
        bgp_identifier: str | IPv4Address,
        listen: Sequence[tuple[str, int]] = (),
        cluster_id: str | IPv4Address | None = None,
        families: Iterable[Family] = (IPV4_UNICAST, IPV6_UNICAST),
        restarting: bool = False,
        selection_deferral_time: float = 60.0,
    ) -> None:
        """Describe a speaker of AS ``asn``; ConfigError names what cannot be.

        ``listen`` holds (address, port) pairs; ``cluster_id`` is the BGP Identifier unless given (RFC 4456,
        section 7). ``restarting`` says that this is a restart and forwarding went on meanwhile: choice and
        advertisement of routes wait for the peers, at most ``selection_deferral_time`` seconds (RFC 4724).
        """
        self._asn = _checked_asn(asn)
        self._bgp_identifier = _identifier("bgp_identifier", bgp_identifier)
        self._cluster_id = self._bgp_identifier if cluster_id is None else _identifier("cluster_id", cluster_id)
        self._listen = tuple(listen)
        self._tables = {family: Table(_width(family)) for family in families}
        self._restarting = restarting
        self._selection_deferral_time = selection_deferral_time
        self._local = Source("local", SourceKind.LOCAL, bgp_identifier=int(self._bgp_identifier))
        self._peers: dict[str, SpeakerPeer] = {}
        self._acceptor = Acceptor(self._accept)
        self._servers: list[asyncio.Server] = []
        self._watchers: set[Watcher] = set()
        self._unsubscribe: set[Callable[[], None]] = set()
        self._leaving: set[SpeakerPeer] = set()
        self._shared: Shared | None = None
        self._entered = False
        self._log = structlog.get_logger("bgpkit.speaker")

    @property
    def asn(self) -> int:
        """Our AS number."""
        return self._asn

    @property
    def bgp_identifier(self) -> IPv4Address:
        """Our BGP Identifier."""
        return self._bgp_identifier

    @property
    def families(self) -> tuple[Family, ...]:
        """The families that the speaker has tables for."""
        return tuple(self._tables)

    @property
    def addresses(self) -> tuple[tuple[str, int], ...]:
        """The addresses and ports on which the speaker listens, as the kernel gave them."""
        names = (socket.getsockname() for server in self._servers for socket in server.sockets)
        return tuple((str(name[0]), int(name[1])) for name in names)

    async def __aenter__(self) -> Self:
        """Start listening; ConfigError says what stands in the way, SpeakerClosedError that it has run before."""
        if self._entered:
            raise SpeakerClosedError("a speaker runs once; make another one")
        self._entered = True
        loop = asyncio.get_running_loop()
        self._shared = Shared(
            asn=self._asn,
            bgp_identifier=self._bgp_identifier,
            cluster_id=self._cluster_id,
            tables=self._tables,
            outputs=Outputs(self._tables, loop.call_soon),
            deferral=SelectionDeferral(
                restarting=self._restarting, deadline=self._selection_deferral_time, ended=self._selection_ended
            ),
            restarted=self._restarting,
        )
        try:
            for address, port in self._listen:
                self._servers.append(await listen(self._acceptor.connection, address, port))
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop, telling peers so."""
        await self.stop()

    async def stop(self, *, graceful: bool = False) -> None:
        """End all sessions; with ``graceful`` without a NOTIFICATION, so that peers keep our routes (RFC 4724).

        Subscribers hear nothing of it: to them the routes stay as they were. Returns when everything has been
        sent that could be and all connections are closed, after a few seconds at most; a second call does nothing.
        """
        shared, self._shared = self._shared, None
        if shared is None:
            return
        shared.deferral.cancel()
        for server in self._servers:
            server.close()
        self._acceptor.close()
        for watcher in tuple(self._watchers):
            watcher.close()
        for unsubscribe in tuple(self._unsubscribe):
            unsubscribe()
        for peer in self._peers.values():
            peer.stop(None if graceful else ADMINISTRATIVE_SHUTDOWN)
        self._leaving.update(self._peers.values())
        self._peers.clear()
        await asyncio.gather(*(peer.session.wait_closed() for peer in self._leaving))
        self._leaving.clear()

    async def add_peer(self, config: PeerConfig) -> None:
        """Add a peer and start its session; ConfigError when there is one of that address."""
        shared = self._open()
        if config.address in self._peers:
            raise ConfigError(f"peer {config.address} exists already; change it with update_peer")
        self._check(config)
        peer = self._peers[config.address] = SpeakerPeer(config, shared)
        shared.deferral.expect(peer)
        peer.start()

    async def remove_peer(self, address: str, *, notification: Notification | None = PEER_DE_CONFIGURED) -> None:
        """End the session with the peer and drop its routes; ``notification`` None closes without a word."""
        shared, peer = self._open(), self._known(address)
        del self._peers[peer.config.address]
        peer.stop(notification)
        shared.deferral.forget(peer)
        peer.drop_routes()
        self._leaving = {one for one in self._leaving if one.session.closing} | {peer}

    async def update_peer(self, config: PeerConfig) -> ChangePlan:
        """Change a peer; what its session went through is returned. A change of nothing sends nothing.

        ConfigError when there is no such peer, or when it cannot be so; then it stays as it was.
        """
        shared = self._open()
        peer = self._known(config.address)
        self._check(config)
        plan = plan_change(peer.config, config)
        if plan is ChangePlan.RESET:
            reset = Notification(ErrorCode.CEASE, CeaseSubcode.OTHER_CONFIGURATION_CHANGE)
            shared.deferral.expect(config)  # the only peer must not seem to be gone for a moment
            await self.remove_peer(config.address, notification=reset)
            await self.add_peer(config)
            shared.deferral.forget(config)
        elif config != peer.config:
            peer.reconfigure(config, soft=plan is ChangePlan.SOFT)
        return plan

    async def announce(
        self,
        *prefixes: str | Prefix,
        next_hop: str | IPv4Address | IPv6Address | None = None,
        attributes: PathAttributes | None = None,
    ) -> None:
        """Originate ``prefixes``; ValueError names one that is not a prefix, and none is announced then.

        Without ``next_hop`` each peer is told our own address on its session. ``attributes`` are the path
        attributes otherwise (origin IGP and an empty AS_PATH unless given).
        """
        self._open()
        chosen = attributes or PathAttributes(origin=Origin.IGP, as_path=AsPath())
        if next_hop is not None:
            chosen = replace(chosen, next_hop=ip_address(str(next_hop)))
        grouped = self._by_family(prefixes)
        paths = {family: self._local_path(chosen, family) for family in grouped}
        for family, keys in grouped.items():
            path = paths[family]
            for start in range(0, len(keys), _SLICE):
                self._tables[family].announce(path, keys[start : start + _SLICE])
                await asyncio.sleep(0)

    async def withdraw(self, *prefixes: str | Prefix) -> None:
        """Stop originating ``prefixes``; those not originated are passed over."""
        self._open()
        for family, keys in self._by_family(prefixes).items():
            for start in range(0, len(keys), _SLICE):
                self._tables[family].withdraw(self._local, keys[start : start + _SLICE])
                await asyncio.sleep(0)

    def routes(self, family: Family = IPV4_UNICAST, *, peer: str | None = None) -> Iterator[Route]:
        """Yield the routes held: the best one of each prefix, or with ``peer`` all that this peer announced.

        ``peer`` is an address, or ``local`` for our own. The table must not change while iterating.
        """
        table = self._table(family)
        width = _width(family)
        if peer is None:
            for key, path in table.loc_rib():
                yield Route(Prefix.from_key(key, width), path, best=True)
            return
        source = self._local if peer == self._local.name else self._known(peer).source
        for key, path in table.paths_from(source):
            yield Route(Prefix.from_key(key, width), path, best=best_of(table.get(key)) is path)

    def paths(self, prefix: str | Prefix) -> tuple[Route, ...]:
        """Return all paths to exactly ``prefix``, the best first, those that may not be chosen last; none is empty."""
        wanted = Prefix.parse(prefix) if isinstance(prefix, str) else prefix
        table = self._table(IPV4_UNICAST if wanted.width == 32 else IPV6_UNICAST)
        entry = table.get(wanted.key)
        best = best_of(entry)
        return tuple(Route(wanted, path, best=path is best) for path in paths_of(entry))

    def peers(self) -> tuple[PeerStatus, ...]:
        """Return all peers as they are now, in the order in which they were added."""
        return tuple(peer.status() for peer in self._peers.values())

    def peer_config(self, address: str) -> PeerConfig:
        """Return the configuration in force of the peer ``address``."""
        return self._known(address).config

    def subscribe(self, family: Family, consumer: BlockConsumer) -> Callable[[], None]:
        """Call ``consumer(keys, old, new)`` for every change block of the table; returns how to stop.

        What the table holds already is replayed first, as additions. A consumer that raises is logged and
        called no more.
        """
        table = self._table(family)
        entries: dict[int, list[bytes]] = {}
        for key, entry in table.items():
            entries.setdefault(id(entry), []).append(key)
        for keys in entries.values():
            consumer(keys, None, table.get(keys[0]))

        def pass_on(keys: list[bytes], old: Entry | None, new: Entry | None, nlri: bytes | None) -> None:
            del nlri
            try:
                consumer(keys, old, new)
            except Exception:  # somebody else's fault ends no session and hides no change from others
                self._log.exception("subscriber.failed", family=str(family))
                unsubscribe()

        end = table.subscribe(pass_on)
        self._unsubscribe.add(end)

        def unsubscribe() -> None:
            self._unsubscribe.discard(end)
            end()

        return unsubscribe

    async def watch(self, family: Family = IPV4_UNICAST) -> AsyncGenerator[RouteChange, None]:
        """Yield the best route of every prefix, then every change of one, until the speaker stops.

        A slow reader gets the last state of a prefix, not all states between; memory stays bounded.
        """
        self._open()
        watcher = Watcher(self._table(family), _width(family))
        self._watchers.add(watcher)
        try:
            async with aclosing(watcher.changes()) as changes:
                async for change in changes:
                    yield change
        finally:
            watcher.close()
            self._watchers.discard(watcher)

    async def wait_converged(self) -> None:
        """Wait until the choice of routes is no longer held back after a restart; at once when it is not.

        SpeakerClosedError when the speaker stops meanwhile.
        """
        await self._open().deferral.over.wait()
        self._open()

    def _accept(self, connection: Connection) -> None:
        peer = self._peers.get(connection.remote_address)
        if peer is None:
            self._log.debug("connection.refused", peer=connection.remote_address, reason="not configured")
            connection.abort()
        else:
            peer.session.accept(connection)

    def _selection_ended(self) -> None:
        for peer in self._peers.values():
            peer.selection_ended()

    def _open(self) -> Shared:
        if self._shared is None:
            raise SpeakerClosedError("the speaker is not running; use it inside 'async with'")
        return self._shared

    def _check(self, config: PeerConfig) -> None:
        unserved = [str(family) for family in config.families if family not in self._tables]
        if unserved:
            raise ConfigError(f"peer {config.address}: this speaker has no table for {', '.join(unserved)}")
        if config.route_reflector_client and config.asn != self._asn:
            raise ConfigError(f"peer {config.address}: a route reflector client is in our own AS, {self._asn}")
        for field, policy in (("import_policy", config.import_policy), ("export_policy", config.export_policy)):
            if not isinstance(policy, Hashable):
                raise ConfigError(f"peer {config.address}: {field} must be hashable, such as a frozen dataclass")

    def _local_path(self, attributes: PathAttributes, family: Family) -> Path:
        hop = attributes.next_hop
        if family == IPV4_UNICAST and isinstance(hop, IPv6Address):
            raise ValueError(f"{hop} is not a next hop for IPv4 prefixes: no session here takes one (RFC 8950)")
        return make_path(
            self._local,
            encode_attributes(attributes, family),
            next_hop=b"" if hop is None else hop.packed,
            origin=int(attributes.origin),
            as_path_length=attributes.as_path.length,
            neighbor_as=attributes.as_path.neighbor_as,
            med=attributes.med,
            local_pref=attributes.local_pref,
        )

    def _known(self, address: str) -> SpeakerPeer:
        address = _canonical(address)
        if address not in self._peers:
            known = ", ".join(self._peers) or "none"
            raise ConfigError(f"there is no peer {address}; configured: {known}")
        return self._peers[address]

    def _table(self, family: Family) -> Table:
        if family not in self._tables:
            raise ConfigError(f"this speaker has no table for {family}; name it in families")
        return self._tables[family]

    def _by_family(self, prefixes: Iterable[str | Prefix]) -> dict[Family, list[bytes]]:
        grouped: dict[Family, list[bytes]] = {}
        for given in prefixes:
            prefix = Prefix.parse(given) if isinstance(given, str) else given
            family = IPV4_UNICAST if prefix.width == 32 else IPV6_UNICAST
            self._table(family)
            grouped.setdefault(family, []).append(prefix.key)
        return grouped


def _canonical(address: str) -> str:
    try:
        return str(ip_address(address))
    except ValueError:
        return address


def _width(family: Family) -> int:
    if family not in ROWS:
        raise ConfigError(f"family {family} is not known to the codec")
    row = ROWS[family]
    if not row.width or row.join is not None:
        raise ConfigError(f"family {family} is not one of bare prefixes: the codec carries it, tables do not")
    return row.width


def _checked_asn(asn: int) -> int:
    if not 1 <= asn < 2**32:
        raise ConfigError(f"asn {asn} is not between 1 and {2**32 - 1} (AS 0: RFC 7607)")
    return asn


def _identifier(field: str, value: str | IPv4Address) -> IPv4Address:
    try:
        identifier = IPv4Address(value)
    except ValueError:
        raise ConfigError(f"{field} {value!r} is not written like an IPv4 address (RFC 6286)") from None
    if not int(identifier):
        raise ConfigError(f"{field} 0.0.0.0 is not allowed (RFC 6286, section 2.1)")
    return identifier

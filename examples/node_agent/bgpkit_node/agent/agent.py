"""The life of a node's agent: one process that is speaker, route table, address giver and CNI server of a node."""

import asyncio
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path
from typing import Final

import structlog

from bgpkit import IPV4_UNICAST, BgpError, Prefix, Speaker
from bgpkit.fib import Fib, FibMode
from bgpkit.policy import PrefixPolicy, PrefixRule
from bgpkit_node.agent.bird_beside import check_no_bird
from bgpkit_node.agent.block_routes import BlockRoutes
from bgpkit_node.agent.claim import NameClaim
from bgpkit_node.agent.node_address import check_own_address, check_port_free
from bgpkit_node.agent.pod_addresses import PodAddresses
from bgpkit_node.agent.registration import check_name, register
from bgpkit_node.agent.resource_view import ResourceView
from bgpkit_node.agent.status import peer_row
from bgpkit_node.cni import AgentSocket, CniService
from bgpkit_node.cni.pod_network import PodNetwork
from bgpkit_node.datastore import SqliteDatastore
from bgpkit_node.errors import NodeError
from bgpkit_node.ipam import Ipam, StoredPools
from bgpkit_node.kernel import own_namespace, write_sysctl
from bgpkit_node.paths import SOCKET_NAME
from bgpkit_node.peering import Cluster, pairs_without_path, plan_peerings
from bgpkit_node.peering.sessions import Sessions, Terms
from bgpkit_node.resources import BGPConfiguration, Metadata, Node, ResourceBatch, ResourceStore

_EVERYWHERE: Final = str(IPv4Address(0))
PROTOCOL: Final = 12
"""The kernel's number for routes of ours: ``bird``, as operators of such networks know it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentOptions:
    """How an agent is started."""

    node: str
    datastore: Path
    run_dir: Path
    address: IPv4Interface | None = None
    """The node's address with its subnet; None: the one it has in the datastore, else the first found."""

    @property
    def socket(self) -> Path:
        """Where the agent answers the CNI executable and the command line."""
        return self.run_dir / SOCKET_NAME


class NodeAgent:
    """One node's agent; :meth:`run` is its whole life."""

    def __init__(self, options: AgentOptions) -> None:
        """Prepare; nothing happens before :meth:`run`."""
        self._options = options
        self._stop = asyncio.Event()
        self._log = structlog.get_logger("bgpkit_node.agent").bind(node=options.node)

    async def run(self) -> None:
        """Serve the node until SIGTERM or SIGINT; kernel routes stay, so that pods do not notice.

        Raises NodeError, one sentence, when the agent cannot start.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        options = self._options
        check_name(options.node)
        async with AsyncExitStack() as stack:
            stack.enter_context(NameClaim(options.datastore, options.node))
            datastore = await stack.enter_async_context(await SqliteDatastore.open(options.datastore))
            store = ResourceStore(datastore)
            await _check_address(store, options)
            check_port_free(await _port_of(store, options.node))
            await _check_no_bird(options.run_dir)
            node = await register(store, options.node, options.address)
            write_sysctl("ipv4/ip_forward", "1")
            ipam = Ipam(datastore, StoredPools(store))
            await ipam.settle_node(node.name)
            batches = store.watch()
            view = ResourceView()
            view.take(await anext(batches))
            while not self._stop.is_set():
                async with Fib(protocol=PROTOCOL) as fib:
                    await _Served(options, datastore, ipam, fib, view).serve(batches, self._stop)
        self._log.info("agent.stopped")


class _Served:
    """A speaker and all that hangs on it, for as long as the node's AS number, port and address stay.

    Each has a Fib of its own, which adopts the routes that the one before left in the kernel.
    """

    def __init__(
        self, options: AgentOptions, datastore: SqliteDatastore, ipam: Ipam, fib: Fib, view: ResourceView
    ) -> None:
        self._options = options
        self._datastore = datastore
        self._ipam = ipam
        self._fib = fib
        self._view = view
        self._partitioned: tuple[tuple[str, str], ...] = ()
        self._log = structlog.get_logger("bgpkit_node.agent").bind(node=options.node)

    async def serve(self, batches: AsyncIterator[ResourceBatch], stop: asyncio.Event) -> None:
        try:
            await self._serve(batches, stop)
        except ExceptionGroup as group:
            raise _sentence(group) from group

    async def _serve(self, batches: AsyncIterator[ResourceBatch], stop: asyncio.Event) -> None:
        name = self._options.node
        cluster, node = self._present()
        asn, port, own = self._speaker_key()
        # Routes of ours in the kernel say that the node went on forwarding while no agent ran.
        restarting = self._fib.held > 0
        self._log.info("agent.started", asn=asn, address=str(own), restarting=restarting)
        speaker = Speaker(
            asn=asn,
            bgp_identifier=own.ip,
            listen=[(_EVERYWHERE, port)],
            families=[IPV4_UNICAST],
            restarting=restarting,
        )
        async with AsyncExitStack() as ending:
            await ending.enter_async_context(speaker)
            # An agent that fails is no reason for others to take its routes away.
            ending.push_async_callback(speaker.stop, graceful=True)
            routes = BlockRoutes(name, self._ipam, speaker, self._fib, str(own.ip))
            await routes.bring_up_to_date()
            sessions = Sessions(speaker)
            await self._follow(sessions, cluster, node)
            async with AgentSocket(self._options.socket) as socket, asyncio.TaskGroup() as tasks:
                addresses = PodAddresses(name, self._ipam, self._datastore, routes)
                service = CniService(addresses, PodNetwork(), node=name)
                socket.register("cni", service.handle)
                socket.register("status", lambda _: self._status(speaker, sessions, routes))
                lasting = [
                    tasks.create_task(self._install_routes(speaker)),
                    tasks.create_task(sessions.run()),
                ]
                await self._watch(batches, sessions, stop)
                for task in lasting:
                    task.cancel()

    async def _watch(self, batches: AsyncIterator[ResourceBatch], sessions: Sessions, stop: asyncio.Event) -> None:
        """Follow the resources until the agent is to stop, or needs another speaker."""
        stopping = asyncio.ensure_future(stop.wait())
        present = self._speaker_key()
        try:
            while True:
                coming = asyncio.ensure_future(anext(batches))
                await asyncio.wait({coming, stopping}, return_when=asyncio.FIRST_COMPLETED)
                if stopping.done():
                    coming.cancel()
                    return
                self._view.take(coming.result())
                if self._speaker_key() != present:
                    self._log.info("agent.speaker_replaced")
                    return
                await self._follow(sessions, *self._present())
        finally:
            stopping.cancel()

    def _speaker_key(self) -> tuple[int, int, IPv4Interface]:
        """Return what a speaker cannot change while it lives: AS number, port and address."""
        cluster, node = self._present()
        return cluster.asn(node), cluster.port(node), _address(node)

    async def _follow(self, sessions: Sessions, cluster: Cluster, node: Node) -> None:
        own = _address(node)
        exported = tuple(
            PrefixRule(Prefix.parse(pool.spec.cidr))
            for pool in cluster.pools
            if not pool.spec.disabled and not pool.spec.disable_bgp_export
        )
        terms = Terms(
            local_address=str(own.ip),
            cluster_id=node.cluster_id,
            export_policy=PrefixPolicy("ip-pools", exported),
        )
        names = frozenset(one.name for one in cluster.nodes)
        partitioned = await asyncio.to_thread(pairs_without_path, cluster)
        lost = {name for pair in partitioned if node.name in pair for name in pair} - {node.name}
        cut_off = frozenset(one.ipv4.ip for one in cluster.nodes if one.name in lost and one.ipv4 is not None)
        await sessions.follow(plan_peerings(cluster, node), terms, names, cut_off)
        if partitioned and partitioned != self._partitioned:
            self._log.warning("topology.pairs_without_path", pairs=[f"{one} - {other}" for one, other in partitioned])
        self._partitioned = partitioned

    async def _install_routes(self, speaker: Speaker) -> None:
        """Hand routes to the kernel once the peers have told theirs; leftovers of an earlier life go last.

        Peers that restart at the same time, as when the AS number changes, are not waited for before routes are chosen
        (RFC 4724, section 4.1), and yet their routes are still to come: leftovers wait for their End-of-RIB.
        """
        await speaker.wait_converged()
        self._fib.follow(speaker, IPV4_UNICAST)
        await self._fib.settled()
        swept = await self._fib.sweep_when_complete(speaker)
        self._log.info("agent.converged", swept=swept)

    def _present(self) -> tuple[Cluster, Node]:
        cluster = self._view.cluster
        node = cluster.node(self._options.node)
        if node is None:
            name = self._options.node
            raise NodeError(f"Node({name}) has been deleted from the datastore: start the agent anew to register it")
        return cluster, node

    async def _status(self, speaker: Speaker, sessions: Sessions, routes: BlockRoutes) -> dict[str, object]:
        now = datetime.now(UTC)
        known: Mapping[str, object] = sessions.lingering
        peerings = {**sessions.lingering, **sessions.wanted}
        rows = [
            peer_row(peer, peerings.get(peer.address), lingering=peer.address in known, now=now)
            for peer in speaker.peers()
        ]
        diff = self._fib.diff()
        return {
            "node": self._options.node,
            "asn": speaker.asn,
            "peers": rows,
            "blocks": [str(prefix) for prefix in routes.blocks],
            "fib_in_sync": not diff.missing and not diff.unwanted,
        }


async def _check_no_bird(run_dir: Path) -> None:
    """Raise NodeError when a BIRD is here that keeps kernel routes under the number that is ours."""
    async with Fib(protocol=PROTOCOL, mode=FibMode.READ_ONLY) as fib:
        await asyncio.to_thread(check_no_bird, run_dir, fib.held, own_namespace())


def _sentence(group: ExceptionGroup[Exception]) -> Exception:
    """Return the first error of ``group`` that is a sentence for a person; the group itself when none is."""
    return next((error for error in group.exceptions if isinstance(error, NodeError | BgpError)), group)


async def _check_address(store: ResourceStore, options: AgentOptions) -> None:
    """Raise NodeError unless this machine has the address it was given; the store refuses that of another node."""
    wanted = options.address
    if wanted is None:
        return
    others = [node.ipv4.ip for node in await store.list(Node) if node.ipv4 is not None and node.name != options.node]
    if wanted.ip not in others:
        await asyncio.to_thread(check_own_address, wanted)


async def _port_of(store: ResourceStore, name: str) -> int:
    """Return the port on which the node will listen; it need not be registered yet."""
    cluster = Cluster(configurations=await store.list(BGPConfiguration))
    return cluster.port(Node(metadata=Metadata(name=name)))


def _address(node: Node) -> IPv4Interface:
    if node.ipv4 is None:
        raise NodeError(f"Node({node.name}) has no spec.bgp.ipv4Address: BGP cannot start")
    return node.ipv4

"""What a node's agent does as long as AS number, port and address of the node stay."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv4Interface, IPv6Interface
from typing import Final

import structlog

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, BgpError, Speaker
from bgpkit.fib import Fib
from bgpkit_node.agent.block_routes import BlockRoutes
from bgpkit_node.agent.options import AgentOptions
from bgpkit_node.agent.pod_addresses import PodAddresses
from bgpkit_node.agent.resource_view import ResourceView
from bgpkit_node.agent.route_answers import RouteAnswers
from bgpkit_node.agent.service_notice import ServiceNotice
from bgpkit_node.agent.status import peer_row, service_status
from bgpkit_node.agent.through_outages import through_outages
from bgpkit_node.cni import AgentSocket, CniService, pod_mtu
from bgpkit_node.cni.pod_network import PodNetwork
from bgpkit_node.datastore import Datastore
from bgpkit_node.errors import NodeError
from bgpkit_node.ipam import Ipam
from bgpkit_node.peering import Cluster, pairs_without_path, plan_peerings
from bgpkit_node.peering.session_config import Terms
from bgpkit_node.peering.sessions import Sessions
from bgpkit_node.resources import Node, ResourceBatch
from bgpkit_node.running import RunningNode, Serving

_EVERYWHERE: Final = str(IPv4Address(0))


class Served:
    """A speaker and all that hangs on it, for as long as the node's AS number, port and address stay.

    Each has a Fib of its own, which adopts the routes that the one before left in the kernel.
    """

    def __init__(
        self,
        options: AgentOptions,
        running: RunningNode,
        notice: ServiceNotice,
        datastore: Datastore,
        ipam: Ipam,
        fib: Fib,
        view: ResourceView,
    ) -> None:
        """Serve the node that ``options`` name, as ``view`` shows it; ``running`` is told what there is."""
        self._options = options
        self._running = running
        self._notice = notice
        self._datastore = datastore
        self._ipam = ipam
        self._fib = fib
        self._view = view
        self._partitioned: tuple[tuple[str, str], ...] = ()
        self._log = structlog.get_logger("bgpkit_node.agent").bind(node=options.node)

    async def serve(self, batches: AsyncIterator[tuple[bool, ResourceBatch]], stop: asyncio.Event) -> None:
        """Serve until ``stop`` is set, or ``batches`` ask for another speaker; NodeError when that cannot be."""
        try:
            await self._serve(batches, stop)
        except ExceptionGroup as group:
            raise _sentence(group) from group

    async def _serve(self, batches: AsyncIterator[tuple[bool, ResourceBatch]], stop: asyncio.Event) -> None:
        cluster, node = self._present()
        asn, port, own, own6 = self._speaker_key()
        # Routes of ours in the kernel say that the node went on forwarding while no agent ran.
        restarting = self._fib.held > 0
        self._log.info("agent.started", asn=asn, address=str(own), restarting=restarting)
        speaker = Speaker(
            asn=asn,
            bgp_identifier=own.ip,
            listen=[(_EVERYWHERE, port)],
            families=[IPV4_UNICAST] if own6 is None else [IPV4_UNICAST, IPV6_UNICAST],
            restarting=restarting,
        )
        async with AsyncExitStack() as ending:
            await ending.enter_async_context(speaker)
            # An agent that fails is no reason for others to take its routes away.
            ending.push_async_callback(speaker.stop, graceful=True)
            routes = BlockRoutes(
                self._options.node, self._datastore, speaker, self._fib, str(own.ip), str(own6.ip) if own6 else ""
            )
            await routes.bring_up_to_date()
            sessions = Sessions(speaker)
            await self._follow(sessions, cluster, node)
            serving = Serving(speaker=speaker, fib=self._fib, sessions=sessions, routes=routes)
            self._running.serving = serving
            ending.callback(self._running.served_no_more)
            async with AgentSocket(self._options.socket) as socket, asyncio.TaskGroup() as tasks:
                self._register(socket, routes, serving)
                self._notice.ready()
                lasting = [
                    tasks.create_task(self._install_routes(speaker)),
                    tasks.create_task(self._keep_blocks(routes)),
                    tasks.create_task(self._tell_service(speaker)),
                    tasks.create_task(sessions.run()),
                ]
                await self._watch(batches, sessions, stop)
                for task in lasting:
                    task.cancel()

    def _register(self, socket: AgentSocket, routes: BlockRoutes, serving: Serving) -> None:
        """Answer the CNI executable and the command line."""
        name = self._options.node
        addresses = PodAddresses(name, self._ipam, self._datastore, routes)
        network = PodNetwork()
        service = CniService(
            addresses,
            network,
            node=name,
            mtu=lambda: self._pod_mtu(network),
            ready=addresses.why_not_ready,
        )
        socket.register("cni", service.handle)
        socket.register("status", lambda _: self._status(serving))
        answers = RouteAnswers(name, serving, self._datastore)
        socket.register("routes", answers.routes)
        socket.register("explain", answers.explain)

    async def _pod_mtu(self, network: PodNetwork) -> int:
        cluster, node = self._present()
        return pod_mtu(await network.link_mtu(_address(node).ip), cluster.pools)

    async def _keep_blocks(self, routes: BlockRoutes) -> None:
        """Follow what others do to the node's blocks and addresses."""
        async for _ in through_outages("blocks", routes.changes, self._running.outages):
            pass

    async def _tell_service(self, speaker: Speaker) -> None:
        """Tell the service manager in a line how the sessions are, whenever one comes or goes."""
        self._notice.status(service_status(self._running))
        async for _ in speaker.events():
            self._notice.status(service_status(self._running))

    async def _watch(
        self, batches: AsyncIterator[tuple[bool, ResourceBatch]], sessions: Sessions, stop: asyncio.Event
    ) -> None:
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
                anew, batch = coming.result()
                self._view.take(batch, anew=anew)
                if self._speaker_key() != present:
                    self._log.info("agent.speaker_replaced")
                    return
                await self._follow(sessions, *self._present())
        finally:
            stopping.cancel()

    def _speaker_key(self) -> tuple[int, int, IPv4Interface, IPv6Interface | None]:
        """Return what a speaker cannot change while it lives: AS number, port and addresses."""
        cluster, node = self._present()
        return cluster.asn(node), cluster.port(node), _address(node), node.ipv6

    async def _follow(self, sessions: Sessions, cluster: Cluster, node: Node) -> None:
        names = frozenset(one.name for one in cluster.nodes)
        partitioned = await asyncio.to_thread(pairs_without_path, cluster)
        lost = {name for pair in partitioned if node.name in pair for name in pair} - {node.name}
        cut_off = frozenset(one.ipv4.ip for one in cluster.nodes if one.name in lost and one.ipv4 is not None)
        await sessions.follow(plan_peerings(cluster, node), Terms.of(cluster, node), names, cut_off)
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
        if self._speaker_key()[-1] is not None:
            self._fib.follow(speaker, IPV6_UNICAST)
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

    async def _status(self, serving: Serving) -> dict[str, object]:
        now = datetime.now(UTC)
        lingering, peerings = serving.sessions.lingering, serving.peerings
        rows = [
            peer_row(
                peer,
                peerings.get(peer.address),
                serving.speaker.explain_peer(peer.address),
                lingering=peer.address in lingering,
                now=now,
            )
            for peer in serving.speaker.peers()
        ]
        diff = self._fib.diff()
        return {
            "node": self._options.node,
            "asn": serving.speaker.asn,
            "peers": rows,
            "blocks": [str(prefix) for prefix in serving.routes.blocks],
            "borrowed": [str(prefix) for prefix in serving.routes.borrowed],
            "fib_in_sync": not diff.missing and not diff.unwanted,
            "datastore": self._running.outages.reason or "reachable",
        }


def _sentence(group: ExceptionGroup[Exception]) -> Exception:
    """Return the first error of ``group`` that is a sentence for a person; the group itself when none is."""
    return next((error for error in group.exceptions if isinstance(error, NodeError | BgpError)), group)


def _address(node: Node) -> IPv4Interface:
    if node.ipv4 is None:
        raise NodeError(f"Node({node.name}) has no spec.bgp.ipv4Address: BGP cannot start")
    return node.ipv4

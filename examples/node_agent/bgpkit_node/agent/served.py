"""What a node's agent does as long as AS number, port and address of the node stay."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime

import structlog

from bgpkit import IPV4_UNICAST, BgpError, Speaker
from bgpkit.fib import Fib, KernelNextHops
from bgpkit_node.agent.block_routes import BlockRoutes
from bgpkit_node.agent.datastore_paths import DatastorePaths, datastore_paths
from bgpkit_node.agent.node_answers import answer_through_datastore, node_answers
from bgpkit_node.agent.options import AgentOptions
from bgpkit_node.agent.own_speaker import OwnSpeaker
from bgpkit_node.agent.plan_following import PlanFollower
from bgpkit_node.agent.pod_addresses import PodAddresses
from bgpkit_node.agent.pods_elsewhere import pods_elsewhere
from bgpkit_node.agent.reach_routes import ReachRoutes
from bgpkit_node.agent.reflected_end import ReflectedEnd
from bgpkit_node.agent.resource_view import ResourceView
from bgpkit_node.agent.service_following import ServiceFollower
from bgpkit_node.agent.service_notice import ServiceNotice
from bgpkit_node.agent.service_routes import ServiceRoutes
from bgpkit_node.agent.status import down_row, peer_row, prefixes_sent, service_status
from bgpkit_node.cni import AgentSocket, CniService, Committed
from bgpkit_node.cni.mtu import pod_mtu
from bgpkit_node.cni.pod_endpoints import PodEndpoints
from bgpkit_node.cni.pod_network import PodNetwork
from bgpkit_node.cni.ports import Told
from bgpkit_node.datastore import Datastore
from bgpkit_node.errors import NodeError
from bgpkit_node.ipam import IPAddress, Ipam
from bgpkit_node.node_status.answering import Answer
from bgpkit_node.peering import Cluster
from bgpkit_node.resources import FelixSettings, Node, ResourceBatch, ResourceStore
from bgpkit_node.running import RouteNews, RunningNode, Serving
from bgpkit_node.running.through_outages import through_outages
from bgpkit_node.tunnels import FollowedRoutes, Tunnels, TunnelWays


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
        committed: Committed,
        tunnels: Tunnels,
        told: Told,
    ) -> None:
        """Serve the node that ``options`` name, as ``view`` shows it; ``running`` is told what there is.

        No pod starts before ``committed`` has said that its rules are in force; ``told`` gives its labels.
        """
        self._options = options
        self._running = running
        self._notice = notice
        self._datastore = datastore
        self._store = ResourceStore(datastore)
        self._ipam = ipam
        self._fib = fib
        self._view = view
        self._committed = committed
        self._tunnels = tunnels
        self._told = told
        self._mtu_terms: tuple[Cluster, IPAddress, FelixSettings] | None = None
        self._log = structlog.get_logger("bgpkit_node.agent").bind(node=options.node)

    async def serve(self, batches: AsyncIterator[tuple[bool, ResourceBatch]], stop: asyncio.Event) -> None:
        """Serve until ``stop`` is set, or ``batches`` ask for another speaker; NodeError when that cannot be."""
        try:
            await self._serve(batches, stop)
        except ExceptionGroup as group:
            raise _sentence(group) from group
        finally:
            self._tunnels.detach()

    async def _serve(self, batches: AsyncIterator[tuple[bool, ResourceBatch]], stop: asyncio.Event) -> None:
        due = self._due()
        async with AsyncExitStack() as ending:
            speaker = await self._started(due, ending)
            news = RouteNews()
            news.follow(speaker, speaker.families)
            end = ReflectedEnd(speaker)
            routes = BlockRoutes(self._options.node, self._datastore, speaker, self._fib, *due.next_hops)
            await routes.bring_up_to_date()
            paths = await self._paths_without_bgp(ending)
            next_hops = KernelNextHops(own=[self._fib.protocol], default=True, on_change=self._fib.next_hops_changed)
            await ending.enter_async_context(next_hops)
            reach = ReachRoutes(self._fib, near=due.networks, behind=next_hops.via)
            plan = self._plan(speaker, reach, due)
            await plan.follow()
            serving = Serving(speaker=speaker, fib=self._fib, sessions=plan.sessions, routes=routes, news=news)
            self._running.serving = serving
            ending.callback(self._running.served_no_more)
            async with AgentSocket(self._options.socket) as socket, asyncio.TaskGroup() as tasks:
                answers = self._register(socket, routes, serving)
                self._notice.ready()
                lasting = [
                    tasks.create_task(self._install_routes(speaker, plan, paths)),
                    tasks.create_task(self._keep_blocks(routes)),
                    tasks.create_task(self._tell_service(speaker)),
                    tasks.create_task(plan.sessions.run()),
                    tasks.create_task(end.release(plan.sessions)),
                    tasks.create_task(plan.follow_passwords()),
                    tasks.create_task(plan.services.follow_services()),
                    tasks.create_task(plan.follow_workloads(self._options.node, self._store, self._running.outages)),
                    tasks.create_task(answer_through_datastore(self._running, self._datastore, answers)),
                ]
                await self._watch(batches, plan, stop)
                for task in lasting:
                    task.cancel()

    async def _started(self, due: OwnSpeaker, ending: AsyncExitStack) -> Speaker:
        """Start the speaker, and what watches its paths; ``ending`` ends both."""
        # Routes of ours in the kernel say that the node went on forwarding while no agent ran.
        restarting = self._fib.held > 0
        self._log.info("agent.started", asn=due.asn, address=", ".join(map(str, due.own)), restarting=restarting)
        bfd = due.bfd()
        if bfd is not None:
            await ending.enter_async_context(bfd)
        speaker = await ending.enter_async_context(due.speaker(restarting=restarting, bfd=bfd))
        # An agent that fails is no reason for others to take its routes away.
        ending.push_async_callback(speaker.stop, graceful=True)
        return speaker

    def _plan(self, speaker: Speaker, reach: ReachRoutes, due: OwnSpeaker) -> PlanFollower:
        routes = ServiceRoutes(speaker, *due.next_hops)
        services = ServiceFollower(self._options.node, self._store, self._running.outages, routes)
        return PlanFollower(speaker, reach, services, self._peering, self._options.passwords)

    def _register(self, socket: AgentSocket, routes: BlockRoutes, serving: Serving) -> Mapping[str, Answer]:
        """Answer the CNI executable and the command line; return what answers questions, wherever they come from."""
        name = self._options.node
        addresses = PodAddresses(name, self._ipam, self._datastore, routes)
        network = PodNetwork()
        service = CniService(
            addresses,
            network,
            PodEndpoints(name, self._store),
            node=name,
            mtu=lambda: self._pod_mtu(network),
            ready=addresses.why_not_ready,
            committed=self._committed,
            told=self._told,
        )
        socket.register("cni", service.handle)
        socket.register("status", lambda request: self._status(serving, wide=request.get("wide") is True))
        answers = node_answers(name, serving, self._datastore, self._options.backend)
        for question, answer in answers.items():
            socket.register(question, answer)
        return answers

    async def _pod_mtu(self, network: PodNetwork) -> int:
        cluster = self._view.cluster
        if self._mtu_terms is None or self._mtu_terms[0] is not cluster:  # each new pod asks
            _, node = self._present()
            self._mtu_terms = (cluster, self._due().own[0].ip, self._view.settings(node))
        _, own, settings = self._mtu_terms
        return pod_mtu(await network.link_mtu(own), cluster.pools, settings)

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
        self, batches: AsyncIterator[tuple[bool, ResourceBatch]], plan: PlanFollower, stop: asyncio.Event
    ) -> None:
        """Follow the resources until the agent is to stop, or needs another speaker."""
        stopping = asyncio.ensure_future(stop.wait())
        present = self._due()
        try:
            while True:
                coming = asyncio.ensure_future(anext(batches))
                await asyncio.wait({coming, stopping}, return_when=asyncio.FIRST_COMPLETED)
                if stopping.done():
                    coming.cancel()
                    return
                anew, batch = coming.result()
                self._view.take(batch, anew=anew)
                if self._due() != present:
                    self._log.info("agent.speaker_replaced")
                    return
                await plan.follow()
        finally:
            stopping.cancel()

    async def _install_routes(self, speaker: Speaker, plan: PlanFollower, paths: DatastorePaths | None) -> None:
        """Hand routes to the kernel once the peers have told theirs; leftovers of an earlier life go last.

        Peers that restart at the same time, as when the AS number changes, are not waited for before routes are chosen
        (RFC 4724, section 4.1), and yet their routes are still to come: leftovers wait for their End-of-RIB.
        """
        await (speaker.wait_converged() if paths is None else paths.wait_complete(IPV4_UNICAST))
        routes = FollowedRoutes(plan.for_kernel if paths is None else paths, self._fib, TunnelWays(plan.reach.via))
        self._tunnels.attach(routes)
        routes.begin(speaker.families)
        await self._fib.settled()
        swept = await self._fib.sweep_when_complete(speaker if paths is None else paths)
        self._log.info("agent.converged", swept=swept)

    def _due(self) -> OwnSpeaker:
        due = OwnSpeaker.of(*self._present(), self._options.own.router_id)
        return due._replace(listens=self._options.backend.speaks_bgp)

    async def _paths_without_bgp(self, ending: AsyncExitStack) -> DatastorePaths | None:
        """Return what has the ways to other nodes' pods where BGP has not; ``ending`` ends it."""
        if self._options.backend.speaks_bgp:
            return None
        paths = datastore_paths(self._options.node, self._datastore, self._tunnels, self._running.outages)
        return await ending.enter_async_context(paths)

    def _peering(self) -> tuple[Cluster, Node]:
        """Return what sessions are planned by: without BGP the node is alone."""
        cluster, node = self._present()
        return (cluster if self._options.backend.speaks_bgp else replace(cluster, nodes=(node,), peers=())), node

    def _present(self) -> tuple[Cluster, Node]:
        cluster = replace(self._view.cluster, cluster_ips=self._options.cluster_ips)
        node = cluster.node(self._options.node)
        if node is None:
            name = self._options.node
            raise NodeError(f"Node({name}) has been deleted from the datastore: start the agent anew to register it")
        return cluster, node

    async def _status(self, serving: Serving, *, wide: bool) -> dict[str, object]:
        """Return how the node does; counting what each peer has been sent takes time, and is for a ``wide`` look."""
        now = datetime.now(UTC)
        lingering, peerings = serving.sessions.lingering, serving.peerings
        rows = [
            peer_row(
                peer,
                peerings.get(peer.address),
                serving.speaker.explain_peer(peer.address),
                lingering=peer.address in lingering,
                now=now,
                sent=await prefixes_sent(serving.speaker, peer) if wide else None,
            )
            for peer in serving.speaker.peers()
        ]
        present = {peer.address for peer in serving.speaker.peers()}
        refused = serving.sessions.refused.items()
        rows += [down_row(peerings[address], why) for address, why in refused if address not in present]
        diff = self._fib.diff()
        return {
            "node": self._options.node,
            "asn": serving.speaker.asn,
            "backend": self._options.backend.value,
            "peers": rows,
            "blocks": [str(prefix) for prefix in serving.routes.blocks],
            "borrowed": [str(prefix) for prefix in serving.routes.borrowed],
            "fib_in_sync": not diff.missing and not diff.unwanted,
            "pods_elsewhere": await asyncio.to_thread(pods_elsewhere),
            "datastore": self._running.outages.reason or "reachable",
            "policies": self._running.policies.why_not or "in force",
            "strangers": self._tunnels.unguarded or "kept out",
        }


def _sentence(group: ExceptionGroup[Exception]) -> Exception:
    """Return the first error of ``group`` that is a sentence for a person; the group itself when none is."""
    return next((error for error in group.exceptions if isinstance(error, NodeError | BgpError)), group)

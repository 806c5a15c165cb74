"""The life of a node's agent: one process that is speaker, route table, address giver and CNI server of a node."""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Final

import structlog

from bgpkit.fib import Fib, FibEvent, FibMode
from bgpkit_node.agent.bird_beside import check_no_bird
from bgpkit_node.agent.claim import NameClaim, held_name, this_machine
from bgpkit_node.agent.leak_collection import leak_collection
from bgpkit_node.agent.nat_following import outgoing_nat
from bgpkit_node.agent.node_address import check_port_free
from bgpkit_node.agent.onlookers import onlookers
from bgpkit_node.agent.options import AgentOptions
from bgpkit_node.agent.policy_keeper import policy_keeping
from bgpkit_node.agent.registration import check_name, register
from bgpkit_node.agent.resource_view import ResourceView
from bgpkit_node.agent.run_dir import prepare_run_dir
from bgpkit_node.agent.served import Served
from bgpkit_node.agent.service_notice import ServiceNotice
from bgpkit_node.agent.told_pods import told_pods
from bgpkit_node.agent.tunnel_addresses import tunnel_addresses
from bgpkit_node.agent.waiting_for_datastore import READER, lived
from bgpkit_node.asked_to_end import unless_stopped, when_asked_to_end
from bgpkit_node.datastore import Datastore
from bgpkit_node.datastore.opening import opened_datastore
from bgpkit_node.errors import NodeError
from bgpkit_node.ipam import Ipam, StoredPools
from bgpkit_node.kernel import own_namespace, write_sysctl
from bgpkit_node.peering import CLUSTER_KINDS, Cluster
from bgpkit_node.resources import BGPConfiguration, FelixConfiguration, Metadata, Node, ResourceBatch, ResourceStore
from bgpkit_node.running import RunningNode
from bgpkit_node.running.through_outages import through_outages
from bgpkit_node.startup.cluster_identity import make_cluster_information
from bgpkit_node.startup.own_addresses import own_addresses
from bgpkit_node.startup.pool_creation import make_first_pools
from bgpkit_node.tunnels import kept_tunnels

PROTOCOL: Final = 12
"""The kernel's number for routes of ours: ``bird``, as operators of such networks know it."""


class NodeAgent:
    """One node's agent; :meth:`run` is its whole life."""

    def __init__(self, options: AgentOptions) -> None:
        """Prepare; nothing happens before :meth:`run`."""
        self._options = options
        self._stop = asyncio.Event()
        self._reason = ""
        """Why the agent ends that nobody has asked to."""
        self._running = RunningNode(name=options.node)
        self._notice = ServiceNotice.of(os.environ)
        self._log = structlog.get_logger("bgpkit_node.agent").bind(node=options.node)

    async def run(self) -> None:
        """Serve the node until it is asked to end; kernel routes stay, so that pods do not notice.

        Raises NodeError, one sentence, when the agent cannot start.
        """
        when_asked_to_end(self._end)
        options, running = self._options, self._running
        check_name(options.node)
        await asyncio.to_thread(prepare_run_dir, options.run_dir)
        async with AsyncExitStack() as stack:
            stack.enter_context(NameClaim(options.shared_place, options.node))
            await _check_no_bird(options.run_dir)
            await stack.enter_async_context(onlookers(options.onlookers, running, self._notice))
            await lived(self._live, running, self._notice, self._stop)
        if self._reason:
            raise NodeError(self._reason)
        self._log.info("agent.stopped")

    async def _live(self) -> None:
        """Serve until the agent is to stop; UnreachableError when the datastore does not answer before it can."""
        options, running = self._options, self._running
        async with AsyncExitStack() as stack:
            datastore = await unless_stopped(self._stop, self._begun(stack))
            if datastore is None:
                return
            store = ResourceStore(datastore)
            ipam = Ipam(datastore, StoredPools(store))
            await ipam.settle_node(options.node)
            running.outages.over(READER)
            await stack.enter_async_context(outgoing_nat(options.node, store, running.outages))
            await stack.enter_async_context(leak_collection(running, store, ipam))
            pods = await stack.enter_async_context(
                told_pods(options.kubernetes_node or options.node, datastore, running.outages)
            )
            policies = policy_keeping(running, store, options.enforcement, cut=options.cut_denied)
            keeper = await stack.enter_async_context(policies)
            watch = partial(store.watch, *CLUSTER_KINDS, FelixConfiguration)
            batches = through_outages("resources", watch, running.outages)
            view = ResourceView()
            view.on_change(lambda: options.log_level.follow(view.cluster.log_severity(options.node)))
            await self._take_first(batches, view)
            tunnels = await stack.enter_async_context(kept_tunnels(options.node, view))
            await stack.enter_async_context(tunnel_addresses(options.node, store, ipam, tunnels))
            while not self._stop.is_set():
                async with Fib(protocol=PROTOCOL, on_event=self._take_fib_event) as fib:
                    parts = (datastore, ipam, fib, view, keeper.committed, tunnels, pods.facts)
                    served = Served(options, running, self._notice, *parts)
                    await served.serve(batches, self._stop)

    async def _begun(self, stack: AsyncExitStack) -> Datastore:
        """Open the datastore, hold the node's name in it and register the node; ``stack`` ends that. NodeError."""
        options, running = self._options, self._running
        datastore = await stack.enter_async_context(opened_datastore(options.datastore, create=True))
        lost = await stack.enter_async_context(held_name(datastore, options.node, this_machine()))
        stack.callback(asyncio.create_task(self._end_when_lost(lost)).cancel)
        await _begin(ResourceStore(datastore), options)
        running.datastore = datastore
        stack.callback(running.datastore_gone)
        return datastore

    async def _take_first(self, batches: AsyncGenerator[tuple[bool, ResourceBatch], None], view: ResourceView) -> None:
        """Let ``view`` know the resources, unless the agent is to stop before they can be had."""
        first = await unless_stopped(self._stop, batches.asend(None))
        if first is not None:
            anew, batch = first
            view.take(batch, anew=anew)

    def _end(self) -> None:
        self._running.stopping = True
        self._notice.stopping()
        if self._running.datastore is not None:
            self._running.datastore.closes_soon()
        self._stop.set()

    def _take_fib_event(self, event: FibEvent) -> None:
        self._running.fib_tally.take(event)
        if reason := self._running.fib_tally.lost:
            self._reason = f"the kernel's routes cannot be followed any more: {reason}; start the agent anew"
            self._end()

    async def _end_when_lost(self, lost: asyncio.Event) -> None:
        await lost.wait()
        self._reason = f"an agent on another machine has taken the name {self._options.node}"
        self._end()


async def _begin(store: ResourceStore, options: AgentOptions) -> None:
    """Register the node, with addresses that are this machine's, and make what is made once; NodeError."""
    own = await own_addresses(store, options.node, options.own.ipv4, options.own.ipv6)
    write_sysctl("ipv4/ip_forward", "1")
    if own.ipv6 is not None:
        write_sysctl("ipv6/conf/all/forwarding", "1")
    if options.backend.speaks_bgp:
        check_port_free(await _port_of(store, options.node), ipv6=own.ipv4 is None)
    await register(store, options.node, own, router_id=options.own.router_id, kubernetes=options.kubernetes_node)
    await make_cluster_information(store)
    await make_first_pools(store, options.first_pools.of(ipv4=own.ipv4 is not None, ipv6=own.ipv6 is not None))


async def _check_no_bird(run_dir: Path) -> None:
    """Raise NodeError when a BIRD is here that keeps kernel routes under the number that is ours."""
    async with Fib(protocol=PROTOCOL, mode=FibMode.READ_ONLY) as fib:
        await asyncio.to_thread(check_no_bird, run_dir, fib.held, own_namespace())


async def _port_of(store: ResourceStore, name: str) -> int:
    """Return the port on which the node will listen; it need not be registered yet."""
    cluster = Cluster(configurations=await store.list(BGPConfiguration))
    return cluster.port(Node(metadata=Metadata(name=name)))

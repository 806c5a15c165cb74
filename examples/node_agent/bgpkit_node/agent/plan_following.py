"""Following the resources with all that hangs on the plan of a node's sessions."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Final

import structlog

from bgpkit import Speaker
from bgpkit_node.agent.pod_ends import PodEnds
from bgpkit_node.agent.reach_routes import ReachRoutes
from bgpkit_node.agent.routes_for_kernel import RoutesForKernel
from bgpkit_node.agent.service_following import ServiceFollower
from bgpkit_node.peering import Cluster, pairs_without_path, plan_peerings
from bgpkit_node.peering.passwords import PasswordFolder
from bgpkit_node.peering.session_config import Terms
from bgpkit_node.peering.sessions import Sessions
from bgpkit_node.resources import Node, ResourceBatch, ResourceStore, WorkloadEndpoint
from bgpkit_node.running import Outages
from bgpkit_node.running.through_outages import through_outages

LOOK_SECONDS: Final = 1.0
"""How often the files with passwords are looked at."""


class PlanFollower:
    """Keeps sessions, routes to peers, service addresses and pods' peers as the resources say."""

    def __init__(
        self,
        speaker: Speaker,
        reach: ReachRoutes,
        services: ServiceFollower,
        present: Callable[[], tuple[Cluster, Node]],
        passwords: Path,
    ) -> None:
        """Follow for ``speaker``; ``present`` tells the cluster and the node as they are."""
        self.sessions = Sessions(speaker)
        self._present = present
        self._passwords = PasswordFolder(passwords)
        self.reach = reach
        self.services = services
        self.for_kernel = RoutesForKernel(speaker)
        self._pod_ends = PodEnds()
        self._workloads: dict[str, WorkloadEndpoint] = {}
        self._pods_peer = asyncio.Event()
        self._turn = asyncio.Lock()
        self._partitioned: tuple[tuple[str, str], ...] = ()
        self._log = structlog.get_logger("bgpkit_node.agent")

    async def follow(self) -> None:
        """Bring everything in line with the resources as they are."""
        async with self._turn:
            cluster, node = self._present()
            cluster = replace(cluster, workloads=tuple(self._workloads.values()))
            partitioned = await asyncio.to_thread(pairs_without_path, cluster)
            peerings = plan_peerings(cluster, node)
            if any(peer.spec.local_workload_selector for peer in cluster.peers):
                self._pods_peer.set()
            self.reach.follow(peerings)
            await asyncio.to_thread(self._pod_ends.follow, peerings, cluster.workloads)
            self.for_kernel.follow(cluster.service_blocks)
            await self.services.follow_plan(cluster, node)
            await self.sessions.follow(
                peerings,
                Terms.of(cluster, node, self._passwords.password),
                frozenset(one.name for one in cluster.nodes),
                _cut_off(cluster, node, partitioned),
            )
            if partitioned and partitioned != self._partitioned:
                pairs = [f"{one} - {other}" for one, other in partitioned]
                self._log.warning("topology.pairs_without_path", node=node.name, pairs=pairs)
            self._partitioned = partitioned

    async def follow_passwords(self) -> None:
        """Follow again whenever a file with a password that is in use, or missing, changes; runs until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if await asyncio.to_thread(self._passwords.changed):
                self._log.info("password.changed")
                await self.follow()

    async def follow_workloads(self, name: str, store: ResourceStore, outages: Outages) -> None:
        """Follow the endpoints of the pods of node ``name`` as soon as a BGPPeer is about pods."""
        await self._pods_peer.wait()
        async for anew, batch in through_outages("workloads", partial(store.watch, WorkloadEndpoint), outages):
            if self._take(name, batch, anew=anew):
                await self.follow()

    def _take(self, name: str, batch: ResourceBatch, *, anew: bool) -> bool:
        """Take in a batch; tell whether an endpoint of the node has changed."""
        before = dict(self._workloads)
        if anew:
            self._workloads.clear()
        for change in batch.changes:
            resource = change.resource
            self._workloads.pop(resource.qualified_name, None)
            if isinstance(change.new, WorkloadEndpoint) and change.new.spec.node == name:
                self._workloads[resource.qualified_name] = change.new
        return self._workloads != before


def _cut_off(
    cluster: Cluster, node: Node, partitioned: tuple[tuple[str, str], ...]
) -> frozenset[IPv4Address | IPv6Address]:
    """Return the addresses of the nodes to which ``node`` is to have no path."""
    lost = {name for pair in partitioned if node.name in pair for name in pair} - {node.name}
    return frozenset(interface.ip for one in cluster.nodes if one.name in lost for interface in one.interfaces)

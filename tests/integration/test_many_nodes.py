"""Nodes that join a cluster through two reflectors: the agents' own logic, the network and the clock are simulated."""

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final

import pytest
from structlog.testing import capture_logs

from bgpkit import IPV4_UNICAST, Speaker, State
from bgpkit.testing import LinkConditions, Simulation
from bgpkit_node.peering import Cluster, cluster_of, pairs_without_path, plan_peerings
from bgpkit_node.peering.session_config import Terms
from bgpkit_node.peering.sessions import Sessions
from bgpkit_node.resources import IPPool, IPPoolSpec, Metadata, Node
from tests.support.clusters import all_with_reflectors, configuration, node, reflector

REFLECTORS: Final = 2
BATCH: Final = 20
"""Nodes that join at the same time."""
POOL: Final = IPPool(metadata=Metadata(name="p"), spec=IPPoolSpec(cidr="10.244.0.0/16"))
PATIENCE: Final = 120.0
"""Virtual seconds."""


@dataclass
class Machine:
    """A node's speaker with its sessions, and its block."""

    name: str
    speaker: Speaker
    sessions: Sessions
    block: str

    async def follow(self, cluster: Cluster) -> None:
        """Take in the resources as they are, as an agent does."""
        own = cluster.node(self.name)
        assert own is not None
        names = frozenset(one.name for one in cluster.nodes)
        await self.sessions.follow(plan_peerings(cluster, own), Terms.of(cluster, own), names)

    def has_all(self, blocks: set[str]) -> bool:
        """Tell whether it has a route to every block, its own among them, each by the node that has it."""
        found = {str(route.prefix) for route in self.speaker.routes(IPV4_UNICAST)}
        return found == blocks

    def is_up(self) -> bool:
        """Tell whether every session that it should have is Established, and there is no other."""
        peers = {peer.address: peer.state for peer in self.speaker.peers()}
        return peers.keys() == self.sessions.wanted.keys() and set(peers.values()) <= {State.ESTABLISHED}


def nodes(count: int) -> list[Node]:
    """Return so many nodes, the first of which reflect."""
    addresses = [f"10.4.{number >> 8}.{number & 255}" for number in range(1, count + 1)]
    return [
        reflector(f"n{number:03}", f"{address}/16", "244.0.0.1")
        if number < REFLECTORS
        else node(f"n{number:03}", f"{address}/16")
        for number, address in enumerate(addresses)
    ]


async def _joined(lab: Simulation, count: int) -> tuple[list[Machine], Cluster, list[float]]:
    """Let the nodes join, some at a time; return them, and the virtual seconds that each time took to converge."""
    everyone, peers, off = nodes(count), all_with_reflectors(), configuration(mesh=False)
    machines: list[Machine] = []
    took: list[float] = []
    async with AsyncExitStack() as running:
        tasks = await running.enter_async_context(asyncio.TaskGroup())
        lasting: list[asyncio.Task[None]] = []
        cluster = cluster_of((*everyone[:REFLECTORS], peers, off, POOL))
        for start in range(0, count, BATCH):
            for one in everyone[start : start + BATCH]:
                machines.append(await _started(lab, running, one, len(machines)))
                lasting.append(tasks.create_task(machines[-1].sessions.run()))
            cluster = cluster_of((*everyone[: start + BATCH], peers, off, POOL))
            began = lab.now
            for machine in machines:
                await machine.follow(cluster)
            await _converged(lab, machines)
            took.append(lab.now - began)
        assert all(machine.is_up() for machine in machines)
        for task in lasting:
            task.cancel()
        told = [(machine.name, len(machine.sessions.wanted)) for machine in machines]
        assert [number for _, number in told] == [count - 1] * REFLECTORS + [REFLECTORS] * (count - REFLECTORS)
        _assert_reflected(machines)
        return machines, cluster, took


async def _started(lab: Simulation, running: AsyncExitStack, one: Node, number: int) -> Machine:
    assert one.ipv4 is not None
    address = str(one.ipv4.ip)
    host = lab.network.host(address)
    speaker = Speaker(asn=64512, bgp_identifier=address, listen=[(address, 179)], network=host, jitter=host.random)
    await running.enter_async_context(speaker)
    block = f"10.244.{number >> 2}.{(number & 3) * 64}/26"
    await speaker.announce(block, next_hop=address)
    return Machine(one.name, speaker, Sessions(speaker), block)


async def _converged(lab: Simulation, machines: list[Machine]) -> None:
    blocks, deadline = {machine.block for machine in machines}, lab.now + PATIENCE
    for machine in machines:
        while not (machine.is_up() and machine.has_all(blocks)):
            assert lab.now < deadline, f"{machine.name}: {machine.speaker.peers()}"
            await asyncio.sleep(0.1)


def _assert_reflected(machines: list[Machine]) -> None:
    """Every route of a client has its node's address as next hop, and comes by both reflectors."""
    reflectors = {machine.speaker.bgp_identifier for machine in machines[:REFLECTORS]}
    owners = {machine.block: machine.speaker.bgp_identifier for machine in machines}
    last, client = machines[-1], machines[REFLECTORS]
    for machine in (last, client):
        for route in machine.speaker.routes(IPV4_UNICAST):
            assert str(route.attributes.next_hop) == str(owners[str(route.prefix)])
    paths = last.speaker.paths(client.block)
    assert {path.peer for path in paths} == {str(address) for address in reflectors}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("count", [30, pytest.param(200, marks=pytest.mark.soak)])
def test_nodes_join_through_two_reflectors_and_each_reaches_each(count: int) -> None:
    """A client has a session with each reflector and no other; every kernel would have every block. walkthrough 24."""
    lab = Simulation(1, conditions=LinkConditions(delay=0.002, jitter=0.002), log=False)
    began = time.process_time()
    with capture_logs():
        machines, cluster, took = lab.run(lambda lab: _joined(lab, count))
    spent = time.process_time() - began
    print(
        f"{count} nodes, {BATCH} at a time: {max(took):.1f} virtual seconds at most to converge, {spent:.1f} s of CPU"
    )
    assert pairs_without_path(cluster) == ()
    assert len(machines) == count
    assert max(took) < 30

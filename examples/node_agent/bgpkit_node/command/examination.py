"""An examination of this machine, the datastore and the cluster: what there is to look at, looked at in turn."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

import click

from bgpkit_node.agent.backend import Backend
from bgpkit_node.cni.conflists import conflist_before
from bgpkit_node.command.asking import ask
from bgpkit_node.command.policy_look import policy_look
from bgpkit_node.command.reachability import cluster_resources, in_use
from bgpkit_node.command.surroundings import opened_store
from bgpkit_node.command.underlay_look import underlay
from bgpkit_node.datastore.schema import read_state
from bgpkit_node.datastore.settings import DatastoreSettings, SqliteSettings
from bgpkit_node.doctor import (
    Finding,
    Machine,
    agent_findings,
    failure,
    feature_findings,
    flannel_findings,
    mtu_findings,
    overlap_findings,
    pod_findings,
    pool_findings,
    port_finding,
    read_machine,
    reflection_findings,
    sysctl_findings,
    topology_findings,
    underlay_findings,
    unknown,
    warning,
    well,
)
from bgpkit_node.errors import CniError, DatastoreError, NodeError
from bgpkit_node.ipam import IPNetwork, load_snapshot
from bgpkit_node.kernel import KernelError
from bgpkit_node.node_status import Told, ask_nodes, is_left_over
from bgpkit_node.peering import Cluster, cluster_of
from bgpkit_node.peering.cluster import DEFAULT_PORT
from bgpkit_node.resources import CalicoNodeStatus, Node, ResourceStore
from bgpkit_node.startup.control_plane import KUBERNETES, read_control_plane

_KEPT_OUT: Final = "kept out"
"""What an agent says of strangers where all is as it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the examination was asked for."""

    node: str | None
    cluster_cidrs: tuple[IPNetwork, ...]
    conflist: Path
    seconds: float
    underlay: bool = False
    """Whether the network between the nodes is probed, too."""


class _Own(NamedTuple):
    """The agent that runs on this machine; it has no name when none answers."""

    name: str = ""
    speaks_bgp: bool = True


async def examine(wish: Wish, datastore: DatastoreSettings, run_dir: Path) -> list[Finding]:
    """Look at this machine, at the datastore, and at what the cluster is made of; return all that was found."""
    found: list[Finding] = []
    machine = await asyncio.to_thread(_machine, found)
    agent = await asyncio.to_thread(_agent, run_dir, found)
    found += _conflists(wish.conflist)
    try:
        async with opened_store(datastore) as store:
            state, _ = await read_state(store.datastore)
            found.append(well("datastore", str(datastore), f"answers; schema version {state.version}"))
            found += [finding async for finding in _cluster(store, wish, machine, agent)]
    except NodeError as error:
        found.append(_unusable(datastore, error))
        if machine is not None:
            found += sysctl_findings(machine, (4,), agent=bool(_runs(agent)))
            found.append(_port(machine, DEFAULT_PORT, agent))
    return found


def _unusable(datastore: DatastoreSettings, error: NodeError) -> Finding:
    """Return what is wrong with the datastore; its name is told once."""
    said = str(error).removeprefix(f"datastore {datastore} ").removeprefix(f"{datastore}: ")
    if _is_denied(datastore):
        return unknown("datastore", str(datastore), said, "run doctor as root")
    return failure("datastore", str(datastore), said, "see --datastore, --config and their variables")


def _is_denied(datastore: DatastoreSettings) -> bool:
    """Tell whether it is only that whoever asks may not use the datastore."""
    if not isinstance(datastore, SqliteSettings):
        return False
    try:
        datastore.path.stat()
    except PermissionError:
        return True
    except OSError:
        return False
    return not os.access(datastore.path, os.R_OK | os.W_OK)


def _machine(found: list[Finding]) -> Machine | None:
    try:
        return read_machine()
    except KernelError as error:
        found.append(unknown("kernel", "this machine", str(error)))
        return None


def _agent(run_dir: Path, found: list[Finding]) -> _Own | None:
    """Return the agent that runs here; None when it may not be asked."""
    try:
        status = ask(run_dir, {"request": "status"})
    except CniError as error:
        found.append(warning("agent", "this machine", str(error), "start it: bgpkit-node agent"))
    except NodeError as error:
        found.append(unknown("agent", "this machine", str(error)))
        return None
    else:
        agent = _Own(str(status.get("node", "")), status.get("backend") != Backend.VXLAN.value)
        without = "" if agent.speaks_bgp else ", without BGP"
        found.append(well("agent", "this machine", f"runs, for node {agent.name}{without}"))
        found += _unguarded(status)
        return agent
    return _Own()


def _unguarded(status: Mapping[str, object]) -> Iterator[Finding]:
    why = status.get("strangers", _KEPT_OUT)
    if why != _KEPT_OUT:
        yield warning("tunnel", "this machine", f"strangers' wrapped packets are let in: {why}", "see the agent's log")


def _runs(agent: _Own | None) -> bool | None:
    """Tell whether an agent runs here, or None when that is not known."""
    return None if agent is None else bool(agent.name)


def _port(machine: Machine, port: int, agent: _Own | None) -> Finding:
    if agent is not None and not agent.speaks_bgp:
        return well("port", f"TCP port {port}", "is not needed: the agent has no BGP")
    return port_finding(machine, port, agent=_runs(agent))


def _conflists(ours: Path) -> Iterator[Finding]:
    if not ours.parent.is_dir():
        yield unknown("CNI", str(ours.parent), "is not there: pods are not made here, or it is elsewhere (--cni-conf)")
        return
    before = conflist_before(ours)
    if before:
        yield failure("CNI", str(ours.parent), before, "remove it: the runtime takes the first one")
    if not ours.exists():
        yield warning("CNI", str(ours), "is not there: pods are not put on this network", "bgpkit-node install")
    elif not before:
        yield well("CNI", str(ours), "is the first configuration, which the runtime takes")


async def _cluster(
    store: ResourceStore, wish: Wish, machine: Machine | None, agent: _Own | None
) -> AsyncIterator[Finding]:
    resources = await cluster_resources(store)
    cluster = cluster_of(resources.values())
    for finding in _of_resources(cluster, wish):
        yield finding
    for finding in overlap_findings(resources.values(), machine):
        yield finding
    if agent is None or agent.speaks_bgp:
        for finding in (*topology_findings(cluster, await in_use(store)), *reflection_findings(cluster)):
            yield finding
    if machine is not None:
        versions = {pool.network.version for pool in cluster.pools} | {4}
        for finding in sysctl_findings(machine, versions, agent=bool(_runs(agent))):
            yield finding
        for finding in feature_findings(machine, cluster.pools, cluster.peers):
            yield finding
        async for finding in _node(store, cluster, machine, wish.node, agent):
            yield finding
    for finding in await policy_look(store):
        yield finding
    silent: dict[str, str] = {}
    async for finding in _others(store, cluster, wish.seconds, silent):
        yield finding
    if wish.underlay:
        looks, silent = await underlay(store, cluster, wish.seconds, silent)
        for finding in underlay_findings(looks, silent, cluster.pools):
            yield finding


def _of_resources(cluster: Cluster, wish: Wish) -> Iterable[Finding]:
    if wish.cluster_cidrs:
        return pool_findings(cluster, wish.cluster_cidrs, "--cluster-cidr")
    try:
        pods = read_control_plane(KUBERNETES).pods
    except NodeError as error:
        return pool_findings(cluster, (), "", why=str(error))
    return pool_findings(cluster, pods, f"--cluster-cidr below {KUBERNETES}")


async def _node(
    store: ResourceStore, cluster: Cluster, machine: Machine, named: str | None, agent: _Own | None
) -> AsyncIterator[Finding]:
    """Yield what concerns this node: its port, its interfaces and its pods."""
    for finding in flannel_findings(machine, cluster.pools):
        yield finding
    node = _this_node(cluster, machine, named, None if agent is None else agent.name)
    if node is None:
        yield unknown(
            "node",
            "this machine",
            "is no node of the cluster, as far as its addresses and name tell",
            "say which: --node",
        )
        yield _port(machine, DEFAULT_PORT, agent)
        return
    yield well("node", node.name, "is this machine")
    yield _port(machine, cluster.port(node), agent)
    for finding in (
        *mtu_findings(machine, node, cluster.pools),
        *pod_findings(machine, node, await load_snapshot(store.datastore)),
    ):
        yield finding


def _this_node(cluster: Cluster, machine: Machine, named: str | None, agent: str | None) -> Node | None:
    own = {address.ip for interface in machine.interfaces for address in interface.addresses}
    by_address = next((node for node in cluster.nodes if own & {each.ip for each in node.interfaces}), None)
    if named is not None and cluster.node(named) is None:
        known = ", ".join(node.name for node in cluster.nodes) or "none at all"
        raise click.BadParameter(f"there is no node {named}, only {known}", param_hint="--node")
    return cluster.node(named or agent or "") or by_address or cluster.node(socket.gethostname())


async def _others(
    store: ResourceStore, cluster: Cluster, seconds: float, silent: dict[str, str]
) -> AsyncIterator[Finding]:
    """Yield what the agents of all nodes answer, and what questions others have left; fill ``silent`` with the rest."""
    now = datetime.now(UTC)
    left = [each.name for each in await store.list(CalicoNodeStatus) if is_left_over(each, now)]
    for name in left:
        said = "is a question that nobody waits for; it is removed with the next one"
        yield warning("leftover", f"CalicoNodeStatus({name})", said, f"bgpkit-node delete caliconodestatus {name}")
    if not cluster.nodes:
        return
    try:
        told = await _asked(store, cluster, seconds)
    except DatastoreError as error:
        silent.update(dict.fromkeys((node.name for node in cluster.nodes), f"cannot be asked: {error}"))
        yield unknown("agent", "all nodes", f"cannot be asked: {error}")
        return
    silent.update(told.silent)
    for finding in agent_findings(told):
        yield finding


async def _asked(store: ResourceStore, cluster: Cluster, seconds: float) -> Told:
    return await ask_nodes(store, [node.name for node in cluster.nodes], {"request": "clock"}, seconds=seconds)

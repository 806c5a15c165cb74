"""What there is of flannel on this node, and what the datastore and the agent know of the cluster."""

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bgpkit_node.command.asking import ask
from bgpkit_node.command.surroundings import opened_store
from bgpkit_node.datastore.settings import DatastoreSettings
from bgpkit_node.errors import CniError, NodeError
from bgpkit_node.flannel import (
    Known,
    Machine,
    Plan,
    Remains,
    Settings,
    cached_pods,
    plan_of,
    read_conflists,
    read_machine,
    read_settings,
    recognise,
)
from bgpkit_node.kernel import Address, Network
from bgpkit_node.resources import IPPool, Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where everything is."""

    cni_bin: Path
    cni_conf: Path
    subnet_env: Path
    net_conf: Path
    runtime_cache: Path
    record: Path
    run_dir: Path

    @property
    def conflist(self) -> Path:
        """Our own configuration."""
        return self.cni_conf / "10-bgpkit.conflist"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """All that was seen."""

    machine: Machine
    settings: Settings | None
    remains: Remains
    plan: Plan
    unknown: str
    """Why nothing is known of other nodes and of pools; empty when it is."""
    agent: bool
    """Whether an agent runs here."""


def look(places: Places, datastore: DatastoreSettings, node: str | None, keep: Sequence[Network]) -> Look:
    """Look at it all; NodeError when something cannot be read, or this machine is not ``node``."""
    settings = read_settings(places.subnet_env, places.net_conf)
    machine = read_machine(cached_pods(places.runtime_cache))
    remains = recognise(machine, settings, read_conflists(places.cni_conf), keep)
    agent = agent_here(places.run_dir)
    nodes: dict[Address, str] = {}
    pools: tuple[Network, ...] = ()
    unknown = ""
    try:
        nodes, pools = asyncio.run(_cluster(datastore))
    except NodeError as error:
        unknown = f"nodes have no names here, and pools are not looked at: {error}"
    own = {address.ip for addresses in machine.addresses.values() for address in addresses}
    here = agent or next((name for address, name in nodes.items() if address in own), "") or socket.gethostname()
    if node is not None and node != here:
        raise NodeError(f"this machine is {here}, not {node}: run the command on {node}")
    known = Known(node=here, nodes=nodes, pools=pools)
    plan = plan_of(remains, machine, settings, known, (places.conflist, places.record))
    return Look(machine=machine, settings=settings, remains=remains, plan=plan, unknown=unknown, agent=bool(agent))


def agent_here(run_dir: Path) -> str:
    """Return the name of the node whose agent runs here; empty when none answers, or it may not be asked."""
    try:
        return str(ask(run_dir, {"request": "status"}).get("node", ""))
    except (CniError, NodeError):
        return ""


async def _cluster(datastore: DatastoreSettings) -> tuple[dict[Address, str], tuple[Network, ...]]:
    async with opened_store(datastore) as store:
        nodes = await store.list(Node)
        pools = await store.list(IPPool)
    addresses: dict[Address, str] = {}
    for node in nodes:
        addresses.update({each.ip: node.name for each in (node.ipv4, node.ipv6) if each is not None})
    return addresses, tuple(pool.network for pool in pools if not pool.spec.disabled)

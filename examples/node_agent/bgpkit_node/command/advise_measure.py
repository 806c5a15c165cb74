"""What advice needs and a machine can find out: nodes and subnets in the datastore, BGP between nodes, the kernel."""

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bgpkit_node.command.surroundings import opened_store
from bgpkit_node.datastore.settings import DatastoreSettings
from bgpkit_node.diagnosis import Probe, probe
from bgpkit_node.diagnosis.tcp_probe import Reply
from bgpkit_node.doctor.machine import tunnel_modules
from bgpkit_node.errors import NodeError
from bgpkit_node.peering import Cluster, cluster_of
from bgpkit_node.resources import BGPConfiguration, Node

_MOST_PROBED: Final = 50
_PASSES: Final = frozenset({Reply.ACCEPTED, Reply.REFUSED})
"""A refusal, too, is an answer that has come through the underlay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was found out; None where it could not be."""

    nodes: int | None = None
    subnets: int | None = None
    bgp: bool | None = None
    notes: tuple[str, ...] = ()
    """What a person should know about how it was found out, or why not."""


async def measure(datastore: DatastoreSettings, seconds: float, *, reach: bool) -> Measured:
    """Look at the datastore, and, with ``reach``, whether BGP gets from here to the other nodes."""
    try:
        async with opened_store(datastore) as store:
            cluster = cluster_of([*await store.list(Node), *await store.list(BGPConfiguration)])
    except NodeError as error:
        return Measured(notes=(f"nodes are not known: {error}",))
    networks = {node.ipv4.network for node in cluster.nodes if node.ipv4 is not None}
    bgp, notes = await _reached(cluster, seconds) if reach else (None, ())
    return Measured(nodes=len(cluster.nodes) or None, subnets=len(networks) or None, bgp=bgp, notes=tuple(notes))


def has_ipip() -> bool:
    """Tell whether the kernel of this machine has IPIP; yes where nothing says so."""
    return tunnel_modules(Path("/")).get("ipip") is not False


async def _reached(cluster: Cluster, seconds: float) -> tuple[bool | None, Sequence[str]]:
    targets = [
        (node.name, str(node.ipv4.ip), cluster.port(node))
        for node in cluster.nodes
        if node.ipv4 is not None and not is_own(str(node.ipv4.ip))
    ][:_MOST_PROBED]
    probes: list[Probe] = await asyncio.gather(*(probe(address, port, seconds=seconds) for _, address, port in targets))
    return reach_of({name: found for (name, _, _), found in zip(targets, probes, strict=True)})


def reach_of(probes: dict[str, Probe]) -> tuple[bool | None, Sequence[str]]:
    """Return whether the underlay carries BGP, None without other nodes; and a sentence for each node not reached.

    One node that answers shows that it does: the others may be down.
    """
    silent = [f"{name}: {found.sentence}" for name, found in probes.items() if found.reply not in _PASSES]
    if not probes:
        return None, ()
    return len(silent) < len(probes), silent


def is_own(address: str) -> bool:
    """Tell whether this machine has an address: only then can a socket be bound to it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as anyone:
        try:
            anyone.bind((address, 0))
        except OSError:
            return False
    return True

"""Probing the network below from this node to every other one."""

import asyncio
import time
from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import Final

from bgpkit_node.command.advise_measure import is_own
from bgpkit_node.demo.pinger import Pinger
from bgpkit_node.diagnosis import Probe, probe, probe_ipip, probe_udp
from bgpkit_node.doctor import Underlay, pods_of
from bgpkit_node.ipam import Snapshot
from bgpkit_node.peering import Cluster
from bgpkit_node.resources import Node

_VXLAN_PORT: Final = 4789
_MOST_AT_ONCE: Final = 16
_PATIENCE: Final = 1.0


async def underlay(cluster: Cluster, snapshot: Snapshot, seconds: float) -> list[Underlay]:
    """Return what comes back from each node with an IPv4 address that is not this machine, in their order."""
    turn = asyncio.Semaphore(_MOST_AT_ONCE)
    others = [node for node in cluster.nodes if node.ipv4 is not None and not is_own(str(node.ipv4.ip))]

    async def look(node: Node) -> Underlay:
        """Probe one node when it is its turn."""
        async with turn:
            return await _look(cluster, snapshot, node, seconds)

    return await asyncio.gather(*map(look, others))


async def _look(cluster: Cluster, snapshot: Snapshot, node: Node, seconds: float) -> Underlay:
    address = "" if node.ipv4 is None else str(node.ipv4.ip)
    pod = next(_pods(snapshot, node.name), "")
    bgp, vxlan, ipip, answers = await asyncio.gather(
        probe(address, cluster.port(node), seconds=seconds),
        asyncio.to_thread(probe_udp, address, _VXLAN_PORT, seconds=seconds),
        asyncio.to_thread(_ipip, address, seconds),
        asyncio.to_thread(_answers, pod),
    )
    return Underlay(node=node.name, bgp=bgp, vxlan=vxlan, ipip=ipip, pod=pod, pod_answers=answers)


def _ipip(address: str, seconds: float) -> Probe | None:
    try:
        return probe_ipip(address, seconds=seconds)
    except PermissionError:
        return None


def _answers(address: str) -> bool | None:
    """Ping a pod once; None without the right to."""
    if not address:
        return None
    try:
        pinger = Pinger([address])
    except PermissionError:
        return None
    try:
        pinger.send(1)
        pinger.drain(time.monotonic() + _PATIENCE)
        return address in pinger.ttls
    finally:
        pinger.close()


def _pods(snapshot: Snapshot, node: str) -> Iterator[str]:
    """Yield the IPv4 addresses of the pods of a node, in order."""
    four = (address for address in pods_of(snapshot, node) if isinstance(address, IPv4Address))
    return map(str, sorted(four))

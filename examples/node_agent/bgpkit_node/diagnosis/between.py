"""All that is measured of the network between this machine and others: pings, BGP, VXLAN, IPIP, a pod of each."""

import asyncio
import math
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Final

from bgpkit_node.cni.own_thread import in_own_thread
from bgpkit_node.demo.pinger import Pinger
from bgpkit_node.diagnosis.path_probe import Path, probe_path
from bgpkit_node.diagnosis.tcp_probe import Probe, probe
from bgpkit_node.diagnosis.underlay_probe import probe_ipip, probe_udp

_VXLAN_PORT: Final = 4789
_MOST_AT_ONCE: Final = 32
_LONGEST: Final = 3.0
"""How often its patience the probing of one machine may take: a path that says nothing is searched in rounds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A node, where it is, and a pod of its own."""

    node: str
    address: str
    port: int
    """Of BGP."""
    pod: str = ""
    """Address of a pod there; empty when it has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """What came back from one node; None where whoever asked may not send such packets."""

    node: str
    bgp: Probe
    vxlan: Probe
    ipip: Probe | None
    path: Path | None = None
    """None, too, when pings are not answered: ``pings`` tells."""
    pings: bool = True
    """Whether pings could be sent."""
    pod: str = ""
    pod_answers: bool | None = None
    """Whether the pod answers pings."""


async def measure(targets: Sequence[Target], *, seconds: float) -> list[Between]:
    """Probe every target, some at once, each answer waited for no longer than ``seconds``; in their order."""
    turn = asyncio.Semaphore(_MOST_AT_ONCE)

    async def measured(target: Target) -> Between:
        """Probe one target when it is its turn."""
        async with turn:
            return await _measured(target, seconds)

    return await asyncio.gather(*map(measured, targets))


def longest(count: int, seconds: float) -> float:
    """Return the time in which so many targets are measured, however silent they are."""
    return math.ceil(count / _MOST_AT_ONCE) * _LONGEST * seconds


async def _measured(target: Target, seconds: float) -> Between:
    bgp, vxlan, ipip, (path, pings), answers = await asyncio.gather(
        probe(target.address, target.port, seconds=seconds),
        in_own_thread(partial(probe_udp, target.address, _VXLAN_PORT, seconds=seconds)),
        in_own_thread(partial(_ipip, target.address, seconds)),
        in_own_thread(partial(_path, target.address, seconds)),
        in_own_thread(partial(_answers, target.pod, seconds)),
    )
    return Between(
        node=target.node,
        bgp=bgp,
        vxlan=vxlan,
        ipip=ipip,
        path=path,
        pings=pings,
        pod=target.pod,
        pod_answers=answers,
    )


def _ipip(address: str, seconds: float) -> Probe | None:
    try:
        return probe_ipip(address, seconds=seconds)
    except PermissionError:
        return None


def _path(address: str, seconds: float) -> tuple[Path | None, bool]:
    try:
        return probe_path(address, seconds=seconds), True
    except PermissionError:
        return None, False


def _answers(address: str, seconds: float) -> bool | None:
    """Ping a pod once; None without one, or without the right to."""
    if not address:
        return None
    try:
        pinger = Pinger([address])
    except PermissionError:
        return None
    with closing(pinger):
        pinger.send(1)
        pinger.drain(time.monotonic() + seconds)
        return address in pinger.ttls

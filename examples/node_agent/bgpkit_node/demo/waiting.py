"""Waiting for the cluster to get somewhere, with a deadline and a sentence when it does not."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bgpkit_node.cni import request
from bgpkit_node.demo.cluster import Machine
from bgpkit_node.demo.processes import run, within
from bgpkit_node.errors import CniError, NodeError


async def until(
    what: str, condition: Callable[[], Awaitable[bool]], *, seconds: float = 30.0, pause: float = 0.05
) -> float:
    """Look every ``pause`` seconds until ``condition`` holds and return how long it took.

    NodeError names ``what`` did not come within ``seconds``.
    """
    started = time.monotonic()
    while not await condition():
        if time.monotonic() - started > seconds:
            raise NodeError(f"{what}: not within {seconds:.0f} seconds")
        await asyncio.sleep(pause)
    return time.monotonic() - started


async def sessions_of(machine: Machine) -> dict[str, Mapping[str, Any]]:
    """Return the sessions of a node by address, as its agent tells them; none while it does not answer."""
    try:
        answer = await asyncio.to_thread(request, machine.socket, {"request": "status"}, timeout=5)
    except CniError:
        return {}
    peers: Any = answer["peers"]
    return {peer["address"]: peer for peer in peers}


async def established(machine: Machine, addresses: set[str]) -> bool:
    """Tell whether the sessions of a node are exactly those to ``addresses``, all of them up."""
    sessions = await sessions_of(machine)
    up = {address for address, peer in sessions.items() if peer["info"] == "Established"}
    return up == addresses and sessions.keys() == addresses


async def kernel_routes(machine: Machine) -> list[dict[str, Any]]:
    """Return the routes of a node as the kernel tells them."""
    routes: list[dict[str, Any]] = json.loads(await run(*within(machine.name), "ip", "-j", "route"))
    return routes

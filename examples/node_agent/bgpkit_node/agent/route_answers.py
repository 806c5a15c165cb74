"""What an agent answers when it is asked for the routes of its node, or for those to one address."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import aclosing
from ipaddress import ip_address, ip_network
from typing import Final

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, Prefix, Speaker
from bgpkit.fib import Fib, FibState, FibStatus, RouteKind, read_table
from bgpkit_node.agent.hop_answers import POD_DEVICE, are_own, asked_address, in_words, longest_matches
from bgpkit_node.datastore import Datastore
from bgpkit_node.ipam import IPAddress, Snapshot, load_snapshot
from bgpkit_node.ipam.address import block_around
from bgpkit_node.running import Serving

MOST: Final = 1000
"""Differences that are told one by one; of more only the number."""
_POD_DEVICE: Final = f"dev {POD_DEVICE}"


class RouteAnswers:
    """Answers for one speaker and its forwarding table."""

    def __init__(self, node: str, serving: Serving, datastore: Datastore) -> None:
        """Answer for ``node``; ``datastore`` says which addresses and blocks are whose."""
        self._node = node
        self._serving = serving
        self._datastore = datastore

    async def routes(self, _request: Mapping[str, object]) -> dict[str, object]:
        """Count the routes by kind, wanted and present, and tell what differs from the kernel as it is now."""
        snapshot = await load_snapshot(self._datastore)
        kinds = _Kinds(snapshot, self._node)
        wanted: Counter[str] = Counter()
        present: Counter[str] = Counter()
        async with aclosing(self._serving.fib.states()) as states:
            async for state in states:
                kind = kinds.of(state)
                wanted[kind] += state.wanted is not None
                present[kind] += state.status in {FibStatus.INSTALLED, FibStatus.REDUCED}
        differing = [await _told(state, kinds) async for state in _differences(self._serving.fib)]
        pods = kinds.pods
        found = await _pod_routes()
        wanted["pod"], present["pod"] = len(pods), len(pods & found)
        differing += [_pod_difference(address, "missing") for address in sorted(pods - found, key=int)]
        differing += [_pod_difference(address, "unwanted") for address in sorted(found - pods, key=int)]
        return {
            "node": self._node,
            "counts": {kind: {"wanted": wanted[kind], "present": present[kind]} for kind in KINDS},
            "differing": len(differing),
            "differences": differing[:MOST],
        }

    async def explain(self, request: Mapping[str, object]) -> dict[str, object]:
        """Tell the BGP paths to the longest prefix that holds ``address``, and the kernel's route to it."""
        address = asked_address(request, "address")
        prefix = _longest(self._serving.speaker, address)
        bgp = "" if prefix is None else str(self._serving.speaker.explain(prefix, fib=self._serving.fib))
        (own,) = await asyncio.to_thread(are_own, address)
        (route,) = await longest_matches(address)
        kernel = "" if route is None else in_words(route)
        return {
            "node": self._node,
            "prefix": str(prefix or ""),
            "bgp": bgp,
            "kernel": f"local {address}: the node has it itself" if own else kernel,
        }


KINDS: Final = ("pod", "own block", "remote block", "borrowed", "external")
"""Kinds of routes, as they are counted."""


class _Kinds:
    """What kind a route is of, by what the datastore says."""

    def __init__(self, snapshot: Snapshot, node: str) -> None:
        self._blocks = {Prefix.from_network(network) for network in snapshot.blocks}
        self._taken = {
            Prefix.from_network(ip_network(address))
            for block in snapshot.blocks.values()
            for address, _ in block.allocations()
        }
        self.pods = frozenset(
            address
            for block in snapshot.blocks.values()
            for address, allocation in block.allocations()
            if allocation.owner.node == node and "pod" in dict(allocation.owner.attributes)
        )

    def of(self, state: FibState) -> str:
        if state.wanted is not None and state.wanted.kind is RouteKind.BLACKHOLE:
            return "own block"
        if state.prefix in self._blocks:
            return "remote block"
        return "borrowed" if state.prefix in self._taken else "external"


async def _differences(fib: Fib) -> AsyncIterator[FibState]:
    async with aclosing(fib.differences()) as states:
        async for state in states:
            yield state


async def _told(state: FibState, kinds: _Kinds) -> dict[str, str]:
    return {
        "prefix": str(state.prefix),
        "kind": kinds.of(state),
        "status": state.status.value,
        "wanted": state.wanted_words,
        "present": " and ".join(state.present),
        "reason": state.reason,
    }


def _pod_difference(address: IPAddress, status: str) -> dict[str, str]:
    there = "a route to a pod's interface" if status == "unwanted" else ""
    reason = "no pod has the address" if there else "a pod has the address, and no route leads to it"
    return {
        "prefix": f"{address}/{address.max_prefixlen}",
        "kind": "pod",
        "status": status,
        "wanted": "" if there else "dev cali...",
        "present": there,
        "reason": reason,
    }


async def _pod_routes() -> frozenset[IPAddress]:
    """Return the addresses to which the kernel has routes over a pod's interface."""
    found: set[IPAddress] = set()
    async with aclosing(read_table()) as routes:
        async for route in routes:
            if route.words.startswith(_POD_DEVICE) and route.prefix.length == route.prefix.width:
                found.add(ip_address(str(route.prefix).partition("/")[0]))
    return frozenset(found)


def _longest(speaker: Speaker, address: IPAddress) -> Prefix | None:
    """Return the longest prefix that holds ``address`` and to which there is a path."""
    family = IPV4_UNICAST if address.version == 4 else IPV6_UNICAST
    if family not in speaker.families:
        return None
    prefixes: Iterable[Prefix] = (
        Prefix.from_network(block_around(address, length)) for length in range(address.max_prefixlen, -1, -1)
    )
    return next((prefix for prefix in prefixes if speaker.paths(prefix)), None)

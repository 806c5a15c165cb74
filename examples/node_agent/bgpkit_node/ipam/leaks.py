"""Leaks: addresses that are taken and that nobody uses; how they are found, and when they are sure. Pure.

A handle is one thing: it leaks with all its addresses or not at all. What data do not tell of is in use.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from bgpkit_node.ipam.address import IPAddress, IPNetwork
from bgpkit_node.ipam.block import Owner
from bgpkit_node.ipam.snapshot import Snapshot

GRACE: Final = 900.0
"""Seconds for which a leak must have been seen before it is taken back."""
_RESERVED: Final = ("windows-reserved-ipam-handle", "lb-")
"""What the handles begin with that are nobody's on a node."""
_OF_A_POD: Final = frozenset({"namespace", "pod"})


@dataclass(frozen=True, slots=True)
class Taken:
    """One address that a handle has; ``sequence`` tells this taking from the next of the same address."""

    block: IPNetwork
    address: IPAddress
    sequence: int | None


@dataclass(frozen=True, slots=True)
class Holding:
    """All that one handle has, in the order of the addresses, on the nodes that use them."""

    handle: str
    taken: tuple[Taken, ...]
    nodes: frozenset[str]

    def counts(self) -> Counter[IPNetwork]:
        """Count the addresses in each block."""
        return Counter(one.block for one in self.taken)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of those that may use addresses, as ``node`` sees it."""

    node: str
    nodes: Collection[str]
    """Names of all nodes that exist, also of those whose resource cannot be read."""
    in_use: Collection[IPAddress]
    """Addresses that endpoints and tunnels have."""
    living: Collection[str]
    """Handles of the containers that the kernel of ``node`` has interfaces of."""


def leaks(snapshot: Snapshot, known: Known) -> dict[str, Holding]:
    """Return what seems to leak, by handle: of pods of the own node, and everything of nodes that do not exist.

    Other nodes look after their own. An address of a tunnel goes with its node only. An allocation that does not tell
    its node, or that is no pod's, is in use, and so is a handle with a block that cannot be read.
    """
    taken: defaultdict[str, list[Taken]] = defaultdict(list)
    nodes: defaultdict[str, set[str]] = defaultdict(set)
    used: set[str] = set()
    for network, block in snapshot.blocks.items():
        for address, allocation in block.allocations():
            owner = allocation.owner
            if owner.handle is None or owner.node is None or _is_used(address, owner, known):
                used.add(owner.handle or "")
            else:
                taken[owner.handle].append(Taken(network, address, allocation.sequence))
                nodes[owner.handle].add(owner.node)
    return {
        handle: Holding(handle, tuple(sorted(found, key=_place)), frozenset(nodes[handle]))
        for handle, found in taken.items()
        if handle not in used and not handle.startswith(_RESERVED) and _is_whole(snapshot, handle)
    }


def _is_used(address: IPAddress, owner: Owner, known: Known) -> bool:
    if owner.node not in known.nodes:
        return False
    if owner.node != known.node or not dict(owner.attributes).keys() >= _OF_A_POD:
        return True
    return address in known.in_use or owner.handle in known.living


def _is_whole(snapshot: Snapshot, handle: str) -> bool:
    index = snapshot.handles.get(handle)
    return index is None or all(network in snapshot.blocks for network in index.blocks)


def _place(taken: Taken) -> tuple[int, int]:
    return taken.address.version, int(taken.address)


class Suspicion:
    """Things that are wrong, and since when each is so without a change."""

    def __init__(self, grace: float) -> None:
        """Be sure of what has been wrong for ``grace`` seconds."""
        self._grace = grace
        self._since: dict[str, tuple[object, float]] = {}

    def look(self, present: Mapping[str, object], now: float) -> frozenset[str]:
        """Take in what is wrong ``now``, by name, and return the names of what has been so long enough."""
        before = self._since
        self._since = {
            name: before[name] if name in before and before[name][0] == thing else (thing, now)
            for name, thing in present.items()
        }
        return frozenset(name for name, (_, since) in self._since.items() if now - since >= self._grace)

    def __contains__(self, name: object) -> bool:
        """Tell whether something is suspected."""
        return name in self._since

    def forget(self, name: str) -> None:
        """Begin anew with one."""
        self._since.pop(name, None)


def spare_blocks(
    snapshot: Snapshot, node: str, before: Mapping[IPNetwork, int]
) -> tuple[dict[IPNetwork, int], tuple[IPNetwork, ...]]:
    """Return the empty blocks of ``node`` with their sequence numbers, and those that can be given up.

    These were empty ``before`` already, and nothing has happened in them since; of each IP version the node keeps one
    block.
    """
    own = snapshot.blocks_of(node)
    empty = {network: snapshot.blocks[network].sequence for network in own if snapshot.blocks[network].is_empty}
    left = Counter(network.version for network in own)
    spare: list[IPNetwork] = []
    for network, sequence in empty.items():
        if before.get(network) == sequence and left[network.version] > 1:
            left[network.version] -= 1
            spare.append(network)
    return empty, tuple(spare)

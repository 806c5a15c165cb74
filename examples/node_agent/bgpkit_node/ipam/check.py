"""Looking for contradictions in the allocation data."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from bgpkit_node.ipam.address import IPAddress, IPNetwork
from bgpkit_node.ipam.affinity import Settlement, is_held, settle
from bgpkit_node.ipam.assignment import describe
from bgpkit_node.ipam.block import Block, Owner
from bgpkit_node.ipam.pools import Pool, pool_of
from bgpkit_node.ipam.snapshot import Snapshot


class Verdict(Enum):
    """What can be wrong; the values are words for people."""

    LEAKED = "leaked"
    """Taken, and nobody uses it."""
    MULTIPLE_OWNERS = "multiple owners"
    NOT_IN_POOL = "not in a pool"
    NOT_ALLOCATED = "in use but not allocated"
    HANDLE_MISMATCH = "handle mismatch"
    """A handle counts other addresses than the blocks show, or there is none."""
    FALSE_AFFINITY = "false affinity"
    """A claim that was left half done, or that the block does not confirm."""
    BROKEN_BLOCK = "broken block"
    UNREADABLE = "unreadable"
    BORROWED = "borrowed"
    """Not a fault: a node uses an address of a block that is not its own."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: the address, block, handle or key it is about, and a sentence."""

    verdict: Verdict
    subject: str
    text: str

    @property
    def is_fault(self) -> bool:
        """Whether something is wrong, and not only worth knowing."""
        return self.verdict is not Verdict.BORROWED


def check(
    snapshot: Snapshot,
    pools: Sequence[Pool],
    nodes: Collection[str],
    in_use: Mapping[IPAddress, Sequence[str]] | None = None,
) -> tuple[Finding, ...]:
    """Return all that is found in one view of the data.

    ``nodes`` are the names of the nodes that exist; ``in_use`` maps each address that an endpoint or a tunnel has to
    the names of those. Without ``in_use`` only addresses of nodes that are gone count as leaked.
    """
    found: list[Finding] = []
    found += (Finding(Verdict.UNREADABLE, key, text) for key, text in snapshot.unreadable)
    found += _blocks(snapshot)
    found += _addresses(snapshot, pools, nodes, in_use)
    found += _handles(snapshot)
    found += _affinities(snapshot)
    return tuple(found)


def _blocks(snapshot: Snapshot) -> Iterator[Finding]:
    previous: IPNetwork | None = None
    for network, block in sorted(snapshot.blocks.items(), key=_by_place):
        for text in block.faults():
            yield Finding(Verdict.BROKEN_BLOCK, str(network), text)
        if previous is not None and previous.version == network.version and previous.overlaps(network):
            yield Finding(Verdict.BROKEN_BLOCK, str(network), f"overlaps block {previous}")
        if previous is None or previous.version != network.version or int(network[-1]) > int(previous[-1]):
            previous = network


def _by_place(pair: tuple[IPNetwork, Block]) -> tuple[int, int, int]:
    network, _ = pair
    return network.version, int(network.network_address), network.prefixlen


def _addresses(
    snapshot: Snapshot,
    pools: Sequence[Pool],
    nodes: Collection[str],
    in_use: Mapping[IPAddress, Sequence[str]] | None,
) -> Iterator[Finding]:
    owners: defaultdict[IPAddress, list[Owner]] = defaultdict(list)
    for network, block in snapshot.blocks.items():
        for address, allocation in block.allocations():
            owner = allocation.owner
            owners[address].append(owner)
            if owner.node is not None and owner.node != block.node:
                text = f"{describe(owner)} uses an address of block {network} of {block.node or 'no node'}"
                yield Finding(Verdict.BORROWED, str(address), text)
    for address, having in owners.items():
        if len(having) > 1:
            yield Finding(Verdict.MULTIPLE_OWNERS, str(address), " and ".join(map(describe, having)))
        if pool_of(pools, address) is None:
            yield Finding(Verdict.NOT_IN_POOL, str(address), f"taken by {describe(having[0])}, outside every IPPool")
        yield from _leak(address, having[0], nodes, in_use)
    for address, users in (in_use or {}).items():
        if len(users) > 1:
            yield Finding(Verdict.MULTIPLE_OWNERS, str(address), f"used by {' and '.join(users)}")
        if address not in owners and pool_of(pools, address) is not None:
            yield Finding(Verdict.NOT_ALLOCATED, str(address), f"used by {users[0]}, and not taken in its block")


def _leak(
    address: IPAddress, owner: Owner, nodes: Collection[str], in_use: Mapping[IPAddress, Sequence[str]] | None
) -> Iterator[Finding]:
    if owner.node is not None and owner.node not in nodes:
        yield Finding(Verdict.LEAKED, str(address), f"taken by {describe(owner)}, a node that does not exist")
    elif in_use is not None and address not in in_use:
        yield Finding(Verdict.LEAKED, str(address), f"taken by {describe(owner)}, and used by nobody")


def _handles(snapshot: Snapshot) -> Iterator[Finding]:
    real: defaultdict[str, Counter[IPNetwork]] = defaultdict(Counter)
    for network, block in snapshot.blocks.items():
        for name, count in block.counts().items():
            real[name][network] = count
    for name, handle in snapshot.handles.items():
        counted = Counter(dict(handle.counts))
        for network in sorted(counted.keys() | real[name].keys(), key=str):
            if counted[network] != real[name][network]:
                text = f"counts {counted[network]} addresses in block {network}, which shows {real[name][network]}"
                yield Finding(Verdict.HANDLE_MISMATCH, name, text)
        if not handle.total and not real[name]:
            yield Finding(Verdict.HANDLE_MISMATCH, name, "has no addresses")
    for name in real.keys() - snapshot.handles.keys():
        blocks = ", ".join(str(network) for network in real[name])
        yield Finding(Verdict.HANDLE_MISMATCH, name, f"has addresses in {blocks} and does not exist")


def _affinities(snapshot: Snapshot) -> Iterator[Finding]:
    for (node, network), state in snapshot.affinities.items():
        block = snapshot.blocks.get(network)
        if is_held(state, block, node):
            continue
        if block is None:
            text = f"is {state.value}, and there is no such block"
        elif settle(state, block, node) is Settlement.CONFIRM:
            text = f"is {state.value}, and the block belongs to the node"
        else:
            text = f"is {state.value}, and the block belongs to {block.node or 'no node'}"
        yield Finding(Verdict.FALSE_AFFINITY, str(network), f"affinity of {node} {text}")
    for network, block in snapshot.blocks.items():
        if block.node is not None and (block.node, network) not in snapshot.affinities:
            yield Finding(Verdict.FALSE_AFFINITY, str(network), f"belongs to {block.node}, which has no affinity to it")

"""Which node has which block and which borrowed address, as the allocation data say from one change to the next. Pure.

A change costs as much as the block that it is about, however many there are.
"""

from collections.abc import Iterable, Iterator
from ipaddress import ip_network

from bgpkit import Prefix
from bgpkit_node.datastore import WatchEvent
from bgpkit_node.ipam import Snapshot
from bgpkit_node.ipam.address import IPNetwork
from bgpkit_node.ipam.affinity import AffinityState, decode_affinity, is_held
from bgpkit_node.ipam.block import Block
from bgpkit_node.ipam.block_codec import decode_block_of
from bgpkit_node.ipam.keys import AFFINITIES, BLOCKS, parse_affinity_key, parse_block_key


class BlockOwners:
    """Knows the node of each prefix; what cannot be read stays as it was."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Begin with all that ``snapshot`` says."""
        self._blocks: dict[IPNetwork, Block] = dict(snapshot.blocks)
        self._affinities: dict[tuple[str, IPNetwork], AffinityState] = dict(snapshot.affinities)
        self._owners: dict[IPNetwork, dict[Prefix, str]] = {}
        self._settle(self._blocks)

    def owners(self) -> dict[Prefix, str]:
        """Return the node of each block, and of each address that is used on another node than its block's."""
        return {prefix: node for found in self._owners.values() for prefix, node in found.items()}

    def take(self, events: Iterable[WatchEvent]) -> bool:
        """Take changes in; tell whether an owner may have changed."""
        touched = {network for network in map(self._taken, events) if network is not None}
        before = {network: self._owners.get(network) for network in touched}
        self._settle(touched)
        return any(self._owners.get(network) != found for network, found in before.items())

    def _taken(self, event: WatchEvent) -> IPNetwork | None:
        """Take one change in, and return the block that it is about."""
        try:
            if event.key.startswith(BLOCKS):
                network = parse_block_key(event.key)
                if event.value is None:
                    self._blocks.pop(network, None)
                else:
                    self._blocks[network] = decode_block_of(network, event.value)
                return network
            if event.key.startswith(AFFINITIES):
                node, network = parse_affinity_key(event.key)
                if event.value is None:
                    self._affinities.pop((node, network), None)
                else:
                    self._affinities[node, network] = decode_affinity(event.value)
                return network
        except ValueError:
            pass
        return None

    def _settle(self, networks: Iterable[IPNetwork]) -> None:
        for network in networks:
            block = self._blocks.get(network)
            found = {} if block is None else dict(self._owned(network, block))
            self._owners[network] = found
            if not found:
                del self._owners[network]

    def _owned(self, network: IPNetwork, block: Block) -> Iterator[tuple[Prefix, str]]:
        holder = block.node or ""
        state = self._affinities.get((holder, network))
        if state is None or not is_held(state, block, holder):
            holder = ""
        if holder:
            yield Prefix.from_network(network), holder
        for address, allocation in block.allocations():
            node = allocation.owner.node
            if node and node != holder:
                yield Prefix.from_network(ip_network(address)), node

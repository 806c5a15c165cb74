"""Pools, nodes and a clock as a test says they are, over a datastore in memory."""

from collections.abc import Mapping, Sequence
from ipaddress import ip_network

from bgpkit_node.datastore.port import Put
from bgpkit_node.ipam import Assigned, Block, Ipam, IpamConfig, Pool, encode_config
from bgpkit_node.ipam.address import IPNetwork
from tests.support.ipam_documents import assert_affinities_agree, assert_sound
from tests.support.memory_datastore import MemoryDatastore

NODES = ("a", "b", "c")


def pool(cidr: str, block_length: int, name: str = "") -> Pool:
    """Make an enabled pool for all nodes; it is named by its range unless told otherwise."""
    return Pool(name=name or cidr, network=ip_network(cidr), block_length=block_length)


class FixedPools:
    """A PoolSource that a test changes at will."""

    def __init__(self, *pools: Pool, nodes: Sequence[str] | Mapping[str, Mapping[str, str]]) -> None:
        """Start with ``pools`` and ``nodes``: names, or names with labels."""
        self.all = list(pools)
        self.labels: dict[str, Mapping[str, str]] = dict(nodes) if isinstance(nodes, Mapping) else {}
        self.labels.update({name: {} for name in nodes if name not in self.labels})
        self.kept: list[IPNetwork] = []

    async def pools(self) -> Sequence[Pool]:
        """Return the pools."""
        return tuple(self.all)

    async def node_labels(self, node: str) -> Mapping[str, str] | None:
        """Return the labels of ``node``; None when the test knows no such node."""
        return self.labels.get(node)

    async def reserved(self) -> Sequence[IPNetwork]:
        """Return what the test keeps back."""
        return tuple(self.kept)


class Cluster:
    """Nodes a, b and c with the given pools, and a clock that a test moves."""

    def __init__(self, *pools: Pool) -> None:
        """Start with an empty store."""
        self.datastore = MemoryDatastore()
        self.pools = FixedPools(*pools, nodes=NODES)
        self.now = 1_700_000_000.0
        self.ipam = Ipam(self.datastore, self.pools, clock=lambda: self.now)
        self.handles = 0

    async def give(self, node: str, count: int = 1, pools: Sequence[str] = ()) -> tuple[Assigned, ...]:
        """Give addresses to a new handle."""
        self.handles += 1
        handle = f"pod{self.handles}"
        return await self.ipam.auto_assign(node=node, handle=handle, attributes={}, count=count, pools=pools)

    async def configure(
        self, *, strict: bool = False, automatic: bool = True, most: int = 0, cooldown: int = 0
    ) -> None:
        """Store settings."""
        config = IpamConfig(
            strict_affinity=strict, auto_allocate_blocks=automatic, max_blocks_per_host=most, cooldown=cooldown
        )
        await self.store({"/calico/ipam/v2/config": encode_config(config)})

    async def store(self, documents: Mapping[str, bytes]) -> None:
        """Write documents as another program would."""
        await self.datastore.transact([Put(key, value) for key, value in documents.items()])

    def assert_in_order(self) -> None:
        """Fail unless the documents agree with each other."""
        assert_sound(self.datastore.entries)
        assert_affinities_agree(self.datastore.entries)


def host(network: IPNetwork, node: str, sequence: int = 1) -> Block:
    """Return an empty block of a node."""
    return Block.empty(network, sequence=sequence).with_affinity(node)

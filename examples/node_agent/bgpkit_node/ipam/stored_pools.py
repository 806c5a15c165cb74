"""The pools and nodes that stand in the resource store."""

from collections.abc import Mapping, Sequence

from bgpkit_node.ipam.address import IPNetwork
from bgpkit_node.ipam.pools import Pool
from bgpkit_node.resources import AssignmentMode, IPPool, IPReservation, Node, ResourceStore, parse_selector


class StoredPools:
    """A PoolSource that reads the IPPool and Node resources at each call."""

    def __init__(self, store: ResourceStore) -> None:
        """Read from ``store``."""
        self._store = store

    async def pools(self) -> Sequence[Pool]:
        """Return all pools, disabled ones too, in the order of their names."""
        return tuple(pool_from(resource) for resource in await self._store.list(IPPool))

    async def node_labels(self, node: str) -> Mapping[str, str] | None:
        """Return the labels of ``node``; None when there is no such Node."""
        found = await self._store.get(Node, node)
        return None if found is None else found.labels

    async def reserved(self) -> Sequence[IPNetwork]:
        """Return the networks of all IPReservations."""
        return tuple(network for each in await self._store.list(IPReservation) for network in each.reserved_cidrs)


def pool_from(resource: IPPool) -> Pool:
    """Make a Pool from a resource.

    A pool with a namespaceSelector is for some pods only; whoever knows the namespace names the pool.
    """
    spec = resource.spec
    return Pool(
        name=resource.name,
        network=resource.network,
        block_length=spec.block_size,
        disabled=spec.disabled,
        manual=spec.assignment_mode is AssignmentMode.MANUAL or bool(spec.namespace_selector),
        uses=frozenset(spec.allowed_uses),
        selects=parse_selector(spec.node_selector).matches,
    )

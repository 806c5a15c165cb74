"""What address management asks about pools and nodes: a port that the resources fill."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bgpkit_node.ipam.address import IPAddress, IPNetwork
from bgpkit_node.resources.ip_pool import PoolUse


def _everywhere(_labels: Mapping[str, str]) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """One IPPool as address management sees it."""

    name: str
    network: IPNetwork
    block_length: int
    """Prefix length of the pool's blocks: 26 is 64 IPv4 addresses."""
    disabled: bool = False
    manual: bool = False
    """Used only by requests that name the pool or an address in it."""
    uses: frozenset[PoolUse] = frozenset({PoolUse.WORKLOAD, PoolUse.TUNNEL})
    selects: Callable[[Mapping[str, str]], bool] = _everywhere
    """Whether the pool's nodeSelector matches a node's labels."""


class PoolSource(Protocol):
    """Gives the cluster's pools and the labels of its nodes as they are now."""

    async def pools(self) -> Sequence[Pool]:
        """Return all pools, disabled ones too, in the order of their names."""
        ...

    async def node_labels(self, node: str) -> Mapping[str, str] | None:
        """Return the labels of ``node``; None when there is no such Node."""
        ...

    async def reserved(self) -> Sequence[IPNetwork]:
        """Return the addresses that are given only to who names them, as networks in any order."""
        ...


def usable_pools(pools: Sequence[Pool], labels: Mapping[str, str]) -> tuple[Pool, ...]:
    """Return the enabled pools that select a node with ``labels``."""
    return tuple(pool for pool in pools if not pool.disabled and pool.selects(labels))


def requested_pools(
    usable: Sequence[Pool], *, version: int, use: PoolUse, names: Sequence[str] = ()
) -> tuple[Pool, ...]:
    """Return those of the ``usable`` pools of an IP ``version`` that a request may use.

    ``names`` are names or CIDRs of pools, and the only way to a manual pool; none: any pool that is not manual.
    """
    fitting = (pool for pool in usable if pool.network.version == version and use in pool.uses)
    if names:
        return tuple(pool for pool in fitting if pool.name in names or str(pool.network) in names)
    return tuple(pool for pool in fitting if not pool.manual)


def pool_of(pools: Sequence[Pool], inside: IPAddress | IPNetwork) -> Pool | None:
    """Return the pool that an address, or the first address of a block, lies in."""
    address = inside if isinstance(inside, IPAddress) else inside.network_address
    return next((pool for pool in pools if address in pool.network), None)

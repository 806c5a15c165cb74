"""Addresses and blocks as metrics, under the names that operators of Calico know."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from prometheus_client.core import GaugeMetricFamily, Metric

from bgpkit_node.ipam import IPNetwork, Snapshot
from bgpkit_node.ipam.leak_collector import LeakTally
from bgpkit_node.resources import IPPool

_LABELS = ("ippool", "node")
_NO_POOL = "no_ippool"
"""What addresses outside of every pool are counted under."""


@dataclass(frozen=True, slots=True)
class Allocations:
    """The allocation data and the pools at one moment."""

    snapshot: Snapshot
    pools: Sequence[IPPool]


def ipam_metrics(node: str, allocations: Allocations, leaks: LeakTally) -> Iterator[Metric]:
    """Yield what there is to measure of the pools, of the addresses of ``node``, and of the ``leaks`` it has found."""
    sizes = GaugeMetricFamily("ipam_ippool_size", "Addresses in the pool.", labels=("ippool",))
    for pool in allocations.pools:
        sizes.add_metric((pool.name,), pool.network.num_addresses)
    yield sizes
    snapshot = allocations.snapshot
    own = snapshot.blocks_of(node)
    blocks = Counter(_pool_of(network, allocations.pools) for network in own)
    used: Counter[str] = Counter()
    borrowed: Counter[str] = Counter()
    for network, block in snapshot.blocks.items():
        count = sum(allocation.owner.node == node for _, allocation in block.allocations())
        used[_pool_of(network, allocations.pools)] += count
        if network not in own:
            borrowed[_pool_of(network, allocations.pools)] += count
    names = [pool.name for pool in allocations.pools]
    for metric, text, counts in (
        ("ipam_blocks", "Blocks that the node has.", blocks),
        ("ipam_allocations_in_use", "Addresses in use on the node.", used),
        ("ipam_allocations_borrowed", "Addresses in use on the node out of blocks that it has not.", borrowed),
    ):
        family = GaugeMetricFamily(metric, text, labels=_LABELS)
        for name in dict.fromkeys([*names, *(name for name, count in counts.items() if count)]):
            family.add_metric((name, node), counts[name])
        yield family
    yield GaugeMetricFamily(
        "bgpkit_ipam_unreadable", "Allocation data that cannot be read.", value=len(snapshot.unreadable)
    )
    candidates, reclaimed = leaks.candidates, leaks.reclaimed
    # Calico's name of the second has no _total, which the type counter would append.
    yield _by_pool("ipam_allocations_gc_candidates", "Addresses that seem to leak.", "gauge", candidates, allocations)
    yield _by_pool("ipam_allocations_gc_reclamations", "Leaks taken back.", "unknown", reclaimed, allocations)


def _by_pool(
    name: str, text: str, kind: str, counts: Mapping[tuple[str, IPNetwork], int], allocations: Allocations
) -> Metric:
    metric = Metric(name, text, kind)
    found: Counter[tuple[str, str]] = Counter()
    for (node, network), count in counts.items():
        found[_pool_of(network, allocations.pools), node] += count
    for (pool, node), count in found.items():
        metric.add_sample(name, {"ippool": pool, "node": node}, count)
    return metric


def _pool_of(network: IPNetwork, pools: Sequence[IPPool]) -> str:
    for pool in pools:
        if pool.network.version == network.version and network.network_address in pool.network:
            return pool.name
    return _NO_POOL

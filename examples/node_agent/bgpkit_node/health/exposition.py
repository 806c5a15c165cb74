"""All metrics of an agent in the format that Prometheus reads."""

from collections.abc import Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bgpkit_node.health.bgp_metrics import bgp_metrics
from bgpkit_node.health.fib_metrics import fib_metrics
from bgpkit_node.health.ipam_metrics import Allocations, ipam_metrics
from bgpkit_node.health.policy_metrics import policy_metrics
from bgpkit_node.health.verdict import liveness, readiness
from bgpkit_node.running import RunningNode


def exposition(running: RunningNode, allocations: Allocations | None, now: datetime) -> bytes:
    """Return everything as it is ``now``; without ``allocations`` the datastore could not be read."""
    registry = CollectorRegistry()
    registry.register(_Collector(running, allocations, now))
    ProcessCollector(registry=registry)
    return generate_latest(registry)


class _Collector(Collector):
    """Measures one agent once."""

    def __init__(self, running: RunningNode, allocations: Allocations | None, now: datetime) -> None:
        self._running = running
        self._allocations = allocations
        self._now = now

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics."""
        running = self._running
        yield GaugeMetricFamily("bgpkit_node_alive", "1 while the agent works.", value=float(not liveness(running)))
        yield GaugeMetricFamily(
            "bgpkit_node_ready", "1 when the node may have traffic.", value=float(not readiness(running, self._now))
        )
        reachable = running.datastore is not None and not running.outages.reason
        yield GaugeMetricFamily(
            "bgpkit_datastore_reachable", "1 while the datastore can be read.", value=float(reachable)
        )
        yield CounterMetricFamily(
            "bgpkit_datastore_outages", "Times in which the datastore could not be read.", value=running.outages.count
        )
        yield from bgp_metrics(running)
        yield from fib_metrics(running)
        yield from policy_metrics(running.policies)
        if self._allocations is not None:
            yield from ipam_metrics(running.name, self._allocations, running.leaks)

"""The metrics of the controllers in the format that Prometheus reads."""

from collections import Counter
from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bgpkit_node.controllers.tally import Tally


def exposition(tally: Tally) -> bytes:
    """Return everything as it is now."""
    registry = CollectorRegistry()
    registry.register(_Collector(tally))
    ProcessCollector(registry=registry)
    return generate_latest(registry)


class _Collector(Collector):
    """Measures the controllers once."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics."""
        tally = self._tally
        ready = float(not tally.why_not_ready)
        yield GaugeMetricFamily("bgpkit_controllers_ready", "1 while the datastore is as Kubernetes is.", value=ready)
        yield GaugeMetricFamily(
            "bgpkit_controllers_waiting", "Objects that may differ and have not been looked at.", value=tally.waiting
        )
        for name, service, outages in (
            ("kubernetes", "Kubernetes' API", tally.kubernetes),
            ("datastore", "the datastore", tally.datastore),
        ):
            reachable = float(not outages.reason)
            yield GaugeMetricFamily(f"bgpkit_{name}_reachable", f"1 while {service} answers.", value=reachable)
            yield CounterMetricFamily(
                f"bgpkit_{name}_outages", f"Times in which {service} did not answer.", value=outages.count
            )
        objects = GaugeMetricFamily(
            "bgpkit_controllers_objects", "Objects that Kubernetes has of a kind.", labels=["kind"]
        )
        yield _labelled(objects, tally.objects)
        refused = GaugeMetricFamily(
            "bgpkit_controllers_refused", "Objects of a kind that cannot be copied.", labels=["kind"]
        )
        yield _labelled(refused, Counter(kind for kind, _ in tally.refused))
        writes = CounterMetricFamily(
            "bgpkit_controllers_writes", "Objects of a kind that were brought into the datastore.", labels=["kind"]
        )
        yield _labelled(writes, tally.writes)
        retries = CounterMetricFamily(
            "bgpkit_controllers_retries", "Times in which another writer was first.", labels=["kind"]
        )
        yield _labelled(retries, tally.retries)


def _labelled(family: GaugeMetricFamily | CounterMetricFamily, counts: Mapping[str, int]) -> Metric:
    for kind, count in sorted(counts.items()):
        family.add_metric([kind], count)
    return family

"""How an agent does, for probes and scrapers: ``/liveness``, ``/readiness`` and ``/metrics`` over HTTP.

``verdict`` judges (pure); ``bgp_metrics``, ``fib_metrics``, ``ipam_metrics`` and ``policy_metrics`` measure;
``exposition`` is all of it.
"""

from bgpkit_node.health.server import HealthServer
from bgpkit_node.health.verdict import liveness, readiness

__all__ = ["HealthServer", "liveness", "readiness"]

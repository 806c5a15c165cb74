"""The log's word of routes that would go out but cannot: their attributes fit no message, or have no next hop there."""

import structlog

from bgpkit.adj_rib_out import ExportKey
from bgpkit_rib import Path


def log_refused(key: ExportKey, path: Path, reason: str) -> None:
    """Log that ``path`` does not go to the peers of ``key``; who calls this sees to it that it is not said often."""
    log = structlog.get_logger("bgpkit.speaker")
    towards = f"{key.kind.name.lower()} peers"
    log.warning("route.not_sent", family=str(key.family), source=path.source.name, towards=towards, reason=reason)

"""The answers about the whole daemon: ``show status`` and ``show memory``."""

import resource
import socket
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version
from typing import Final

from bgpkit_node.bird_socket.framing import END, Line
from bgpkit_node.bird_socket.layout import Layout
from bgpkit_node.running import RunningNode

_STATUS: Final = 1011
_RECOVERY: Final = 24


def status_lines(node: RunningNode, layout: Layout, now: datetime) -> Iterator[Line]:
    """Yield what BIRD tells of itself; a graceful restart that is not over is told, too."""
    yield Line(1000, f"BIRD {layout.version}")
    if node.serving is not None:
        yield Line(_STATUS, f"Router ID is {node.serving.speaker.bgp_identifier}")
    if layout is Layout.BIRD_2:
        yield Line(_STATUS, f"Hostname is {socket.gethostname()}")
    yield Line(_STATUS, f"Current server time is {_time(now, layout)}")
    yield Line(_STATUS, f"Last reboot on {_time(node.started, layout)}")
    yield Line(_STATUS, f"Last reconfiguration on {_time(node.started, layout)}")
    yield Line(_STATUS, f"Served by bgpkit-node {version('bgpkit')} on {node.name}")
    if node.serving is not None:
        deferral = node.serving.speaker.deferral
        if deferral.active:
            yield Line(_RECOVERY, "Graceful restart recovery in progress")
            yield Line(_RECOVERY, f"  Waiting for {len(deferral.awaited)} protocols to recover")
            yield Line(_RECOVERY, f"  Wait timer is {deferral.seconds_left:.0f} s")
    yield Line(13, "Shutdown in progress" if node.stopping else "Daemon is up and running", last=True)


def memory_lines() -> Iterator[Line]:
    """Yield how much memory the process has; its parts are not known."""
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield Line(1018, "BIRD memory usage")
    yield Line(1018, f"Total:           {kilobytes:>5} kB")
    yield END


def _time(moment: datetime, layout: Layout) -> str:
    local = moment.astimezone()
    text = local.strftime("%Y-%m-%d %H:%M:%S")
    return text if layout is Layout.BIRD_1_6 else f"{text}.{local.microsecond // 1000:03d}"

"""Virtual time for unit tests: the one of `bgpkit.testing`, under a short name."""

from bgpkit.testing import VirtualTimeLoop as VirtualTimeLoop
from bgpkit.testing import run_in_virtual_time as run

__all__ = ["VirtualTimeLoop", "run"]

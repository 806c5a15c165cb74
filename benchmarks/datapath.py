"""Packets from pod to pod on two nodes: unwrapped, by VXLAN, by IPIP, with policies and without, in turns, in one run.

    python benchmarks/datapath.py [--rounds 3] [--seconds 0.5] [--policies 100] [--quick] [--json FILE]

Beside them a veth alone, a bridge, and two nodes with plain static routes as flannel's host-gw makes them. Our nodes
are real agents. The work is done by _datapath_run.py, in namespaces that the kernel drops with all that runs in them.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn

_PROJECT: Final = Path(__file__).resolve().parents[1]


def main(arguments: Sequence[str]) -> NoReturn:
    """Become the program that measures."""
    folders = os.pathsep.join((str(_PROJECT), str(_PROJECT / "setup")))
    home = str(Path("/proc/self/ns/net").readlink())
    isolated = [sys.executable, str(_PROJECT / "setup" / "isolate.py")]
    argv = [*isolated, sys.executable, "-m", "benchmarks._datapath_run", *arguments]
    os.execve(sys.executable, argv, {**os.environ, "PYTHONPATH": folders, "BGPKIT_DATAPATH_HOME": home})


if __name__ == "__main__":
    main(sys.argv[1:])

"""Network policies on a node: the engine, the kernel's table, and traffic through it with iptables beside.

    python benchmarks/network_policy.py [--endpoints 100,1000,10000] [--policies 10,100,1000] [--local 110]
                                        [--changes 30] [--rounds 5] [--seconds 1] [--only-traffic] [--no-traffic]
                                        [--quick] [--json FILE]

A row of the first table is a cluster of so many endpoints and policies, of which ``--local`` endpoints are on the
measured node: its program from nothing and its table from nothing, then single changes. The second is traffic to one
pod through so many policies. The work is done by _network_policy_run.py, in network and process namespaces that the
kernel drops with all that runs in them, however this ends.
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
    isolated = [sys.executable, str(_PROJECT / "setup" / "isolate.py")]
    argv = [*isolated, sys.executable, "-m", "benchmarks._network_policy_run", *arguments]
    os.execve(sys.executable, argv, {**os.environ, "PYTHONPATH": folders})


if __name__ == "__main__":
    main(sys.argv[1:])

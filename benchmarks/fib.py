"""Routes into the kernel: bgpkit.fib beside BIRD, FRR's zebra, ``ip -batch`` and pyroute2, in turns, in one run.

    python benchmarks/fib.py [--routes 100000,1000000] [--rounds 3] [--programs bgpkit,bgpkit-objects,bird,frr,ip]
                             [--steps add,adopt] [--limit 120] [--json FILE] [--readme]

Each program has its table full before the clock starts; when it has stopped, the kernel's routes are read by `ip` and
compared with what was asked for. See README.md beside this file for what is measured and how. The work is done by
_fib_run.py, in network and process namespaces that the kernel drops with all that runs in them, however this ends.
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
    variables = {**os.environ, "PYTHONPATH": folders, "BGPKIT_FIB_HOME": home}
    isolated = [sys.executable, str(_PROJECT / "setup" / "isolate.py")]
    os.execve(sys.executable, [*isolated, sys.executable, "-m", "benchmarks._fib_run", *arguments], variables)


if __name__ == "__main__":
    main(sys.argv[1:])

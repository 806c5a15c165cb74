"""bgpkit's route reflector beside BIRD, FRR, OpenBGPD, GoBGP and os-ken: the same octets, in turns, in one run.

    python benchmarks/peers.py [--scenario reflect-1,churn] [--daemons bgpkit,bird] [--routes N] [--rounds 3]
                               [--limit 120] [--python PATH] [--json FILE] [--plot FILE.png] [--readme]

Feeder and sinks are one process that knows nothing of the library; what the sinks got is decoded and compared after
the clock has stopped. See README.md beside this file for what is measured and how. The work is done by _peers_run.py,
in network and process namespaces that the kernel drops with all that runs in them, however this ends.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn

_PROJECT: Final = Path(__file__).resolve().parents[1]


def become(module: str, arguments: Sequence[str]) -> NoReturn:
    """Become a program that measures, in namespaces of its own."""
    folders = os.pathsep.join((str(_PROJECT), str(_PROJECT / "setup")))
    home = str(Path("/proc/self/ns/net").readlink())
    variables = {**os.environ, "PYTHONPATH": folders, "BGPKIT_PEERS_HOME": home}
    isolated = [sys.executable, str(_PROJECT / "setup" / "isolate.py")]
    os.execve(sys.executable, [*isolated, sys.executable, "-m", module, *arguments], variables)


if __name__ == "__main__":
    become("benchmarks._peers_run", sys.argv[1:])

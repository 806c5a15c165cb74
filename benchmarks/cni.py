"""Adding pods: the CNI plugin beside Debian's ``bridge`` with ``host-local``, in turns, in one run.

    python benchmarks/cni.py [--rounds 100] [--together 20] [--pods 500] [--quick]

Both are called as a container runtime calls them: one process an ADD, in the node's network namespace. Ours answers
by a real agent with its datastore on disk. The work is done by _cni_run.py, in network and process namespaces that the
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
    argv = [*isolated, sys.executable, "-m", "benchmarks._cni_run", *arguments]
    os.execve(sys.executable, argv, {**os.environ, "PYTHONPATH": folders})


if __name__ == "__main__":
    main(sys.argv[1:])

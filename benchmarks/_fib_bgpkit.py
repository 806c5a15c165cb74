"""This project's Fib in a process of its own, which follows a full table; the table's routes are withheld at first."""

import os
import sys
from collections.abc import Sequence

from benchmarks._fib_program import Step, Word
from benchmarks._fib_worker import Worker
from bgpkit_setup.preparation import COMPILED, PROJECT


class Bgpkit(Worker):
    """Routes with their gateways in themselves."""

    objects = False

    def start(self, *, again: bool) -> None:
        """Start the process; once again, it is ready when the kernel's routes are its own and as wanted."""
        self._again(again=again)

    def restart(self) -> Word:
        """End the process and start another, which tells how many changes it has asked of the kernel."""
        self._kill()
        return self._again(again=True)

    @classmethod
    def lacks(cls) -> str:
        """Return nothing: it is this project."""
        return ""

    def _again(self, *, again: bool) -> Word:
        words = [*(["--adopt"] if again else []), *(["--objects"] if self.objects else [])]
        return self._call("benchmarks._fib_bgpkit_process", *words)


class BgpkitObjects(Bgpkit):
    """Routes that share next-hop objects of the kernel's."""

    objects = True


class Compiled(Bgpkit):
    """The first with its hot modules compiled, as ``make compiled`` leaves them."""

    @classmethod
    def lacks(cls) -> str:
        """Return that there are no compiled modules, or nothing."""
        return "" if COMPILED.site.is_dir() else "make compiled, or make bench, has not been run"

    def _python(self) -> Sequence[str]:
        folders = os.pathsep.join(map(str, (COMPILED.site, PROJECT, PROJECT / "setup")))
        return ("env", "PYTHONSAFEPATH=1", f"PYTHONPATH={folders}", sys.executable)


class CompiledObjects(Compiled):
    """The second likewise."""

    objects = True


class PyRoute2(Worker):
    """pyroute2, a call for each route; far fewer routes are enough to tell its rate."""

    most = 5000
    steps = tuple(step for step in Step if step is not Step.ADOPT)

    @classmethod
    def lacks(cls) -> str:
        """Return nothing: this project needs it."""
        return ""

    def start(self, *, again: bool) -> None:
        """Start the process."""
        self._call("benchmarks._fib_pyroute2_process")

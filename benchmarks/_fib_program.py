"""What all programs that are measured have in common: routes, a folder, a process, and steps."""

import os
import shutil
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from tempfile import mkdtemp
from typing import ClassVar, Final

from benchmarks._fib_place import inside
from benchmarks._fib_routes import Routes
from benchmarks._peers_daemon import find_item
from benchmarks._peers_processes import resident
from bgpkit_setup.daemons import Program as Executable
from bgpkit_setup.preparation import PROJECT

STARTING: Final = 120.0
"""Seconds that a program may take until its table is full."""


class Step(Enum):
    """What is asked of a program."""

    ADD = "add"
    ADOPT = "adopt"
    REPLACE = "replace"
    MOVE = "move"
    DUMP = "dump"
    DELETE = "delete"


class ProgramError(Exception):
    """A program is not there or did not do as told; the message says how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a program says of a step that it ends itself."""

    seconds: float | None = None
    """How long the step took, where the time until the answer is not it."""
    processor: float | None = None
    """Seconds of processor time, where the program's processes do not tell it."""
    stall: float | None = None
    """The most seconds of processor time from one turn of its event loop to the next."""
    writes: int | None = None
    """Route changes asked of the kernel."""


class Program(ABC):
    """One program with its table: what is in the table comes into the kernel with Step.ADD."""

    package: ClassVar[str] = ""
    """The Debian package that brings it, if one does."""
    programs: ClassVar[tuple[str, ...]] = ()
    """What must be there of the package."""
    protocol: ClassVar[str] = "12"
    """Its routing protocol number."""
    steps: ClassVar[tuple[Step, ...]] = tuple(Step)
    """What it can do, in the order in which it is asked."""
    most: ClassVar[int | None] = None
    """Routes that it is measured with at most; what it takes is told as if it were all."""

    def __init__(self, routes: Routes) -> None:
        """Start with a full table and no route in the kernel; ProgramError when that is not possible."""
        self.routes = routes
        self.folder = Path(mkdtemp(prefix="bgpkit-fib-"))
        self._log = (self.folder / "log").open("wb")
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self.start(again=False)
        except BaseException:
            self.stop()
            raise

    @classmethod
    def lacks(cls) -> str:
        """Return why the program cannot be measured, or nothing."""
        lacking = [item for item in cls.programs if find_item(cls.package, item) is None]
        return f"{cls.package} does not bring {', '.join(lacking)}: make bench unpacks it" if lacking else ""

    @abstractmethod
    def start(self, *, again: bool) -> None:
        """Start the process and wait until its table is full; ``again``: over its own routes in the kernel."""

    def prepare(self, step: Step) -> None:
        """Do what does not belong to a step, before the clock starts."""
        del step  # most have all they need

    @abstractmethod
    def do(self, step: Step) -> Word | None:
        """Begin a step; what is returned tells that it has ended, None that the kernel's routes will."""

    def restart(self) -> Word | None:
        """End the process as a crash does, and start another over its routes in the kernel."""
        self._kill()
        self.start(again=True)
        return None

    @property
    def processor(self) -> float:
        """Seconds of processor time that the process has used, all its threads; 0 where there is none."""
        return 0.0 if self._process is None else time.clock_gettime((~self._process.pid << 3) | 2)

    @property
    def peak(self) -> int:
        """Octets of memory at the highest; 0 where there is no process."""
        return 0 if self._process is None else resident((self._process.pid,), peak=True)

    @property
    def is_alive(self) -> bool:
        """Whether the program can still be asked for something."""
        return self._process is None or self._process.poll() is None

    def words(self) -> str:
        """Return the last line that the program has written."""
        lines = (self.folder / "log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"

    def stop(self) -> None:
        """End the process and remove its files."""
        self._kill()
        self._log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, argv: Sequence[str]) -> subprocess.Popen[bytes]:
        """Start the process in the namespace; its standard input and output are pipes."""
        self._process = subprocess.Popen(
            inside(argv), cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log
        )
        return self._process

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.communicate()

    def _wait_for(self, path: Path) -> None:
        """Wait until a socket takes connections, which is a moment after it is there."""
        deadline = time.monotonic() + STARTING
        while not _is_listening(path):
            if not self.is_alive or time.monotonic() > deadline:
                raise ProgramError(f"it does not start: {self.words()}")
            time.sleep(0.005)

    def _item(self, number: int) -> Executable:
        """Return one of the package's programs."""
        found = find_item(self.package, self.programs[number])
        if found is None:
            raise ProgramError(f"{self.programs[number]} has gone")
        return found


def children_processor() -> float:
    """Return the seconds of processor time of all processes that were waited for."""
    used = os.times()
    return used.children_user + used.children_system


def _is_listening(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as asking:
        try:
            asking.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            return False
    return True

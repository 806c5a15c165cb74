"""What all daemons that are measured have in common: a folder, a namespace, a process with what descends from it."""

import os
import shutil
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from tempfile import mkdtemp
from typing import ClassVar, Final

from benchmarks._peers_links import CLIENTS, DAEMON, inside
from benchmarks._peers_octets import Family
from benchmarks._peers_processes import family_of
from bgpkit_setup.daemons import Program, find_program
from bgpkit_setup.packages import read_packages
from bgpkit_setup.preparation import DAEMON_CACHE, PROJECT

ASN: Final = 64512
CLUSTER_ID: Final = "10.200.0.99"
PORT: Final = 179
_TEMPLATES: Final = Path(__file__).parent / "peers"


class DaemonError(Exception):
    """A daemon is not there or did not do as told; the message says which and how."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a scenario asks of the reflector."""

    family: Family
    policy: bool
    """Whether a prefix filter judges what comes in: the feed passes, bogons do not."""


class Daemon(ABC):
    """One reflector that runs: a folder for its files, one process with what descends from it."""

    package: ClassVar[str] = ""
    """The Debian package that brings it, if one does."""
    programs: ClassVar[tuple[str, ...]] = ()
    """What must be there of the package: the daemon, and what asks it."""
    counts: ClassVar[bool] = True
    """Whether it can tell how many prefixes it has."""

    def __init__(self, settings: Settings) -> None:
        """Start the daemon; DaemonError when it is not there."""
        self.folder = Path(mkdtemp(prefix="bgpkit-peers-"))
        self._settings = settings
        self._log = (self.folder / "log").open("wb")
        try:
            self._process = self._start(self._command())
        except BaseException:
            self._log.close()
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    @classmethod
    def lacks(cls, settings: Settings) -> str:
        """Return why the daemon cannot be measured so, or nothing."""
        del settings  # each of these can do all
        lacking = [item for item in cls.programs if find_item(cls.package, item) is None]
        return f"{cls.package} does not bring {', '.join(lacking)}: make bench unpacks it" if lacking else ""

    @abstractmethod
    def count(self) -> int:
        """Return how many prefixes the daemon says that it has."""

    @property
    def pids(self) -> tuple[int, ...]:
        """The daemon's processes as they are now."""
        return family_of(self._process.pid)

    @property
    def is_alive(self) -> bool:
        """Whether the daemon still runs."""
        return self._process.poll() is None

    def words(self) -> str:
        """Return what the daemon has written of its end: the line that tells of something fatal, else the last."""
        lines = (self.folder / "log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
        fatal = [line for line in lines if "fatal" in line.lower()]
        return (fatal or lines or ["it said nothing"])[-1]

    def stop(self) -> None:
        """End the daemon and remove its files."""
        pids = self.pids if self.is_alive else ()
        self._process.kill()
        self._process.wait()
        for pid in pids[1:]:
            try:
                os.kill(pid, 9)
            except ProcessLookupError:
                continue
        self._log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def stall(self) -> float | None:
        """The longest time in seconds that an event loop was busy with one thing; None when the daemon tells none."""
        return None

    @abstractmethod
    def _command(self) -> Sequence[str]:
        """Write what the daemon reads, and return its command line."""

    def _start(self, argv: Sequence[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            inside(argv),
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )

    def _fill(self, template: str, **values: str) -> Path:
        """Fill one of the committed configurations in; return the file."""
        common: Mapping[str, object] = {
            "asn": ASN,
            "router_id": DAEMON,
            "address": DAEMON,
            "cluster_id": CLUSTER_ID,
            "clients": CLIENTS,
            "family": self._settings.family.name,
        }
        file = self.folder / template
        text = Template((_TEMPLATES / template).read_text(encoding="utf-8")).safe_substitute({**common, **values})
        file.write_text(text, encoding="utf-8")
        return file

    def _ask(self, argv: Sequence[str]) -> str:
        answer = subprocess.run(inside(argv), capture_output=True, text=True, check=False, timeout=120)
        return answer.stdout

    def _program(self, number: int) -> Program:
        """Return one of the package's programs."""
        found = find_item(self.package, self.programs[number])
        if found is None:
            raise DaemonError(f"{self.programs[number]} has gone")
        return found


def find_item(package: str, item: str) -> Program | None:
    """Find an executable of a package of setup/debian.txt."""
    listed = next(each for each in read_packages() if each.name == package)
    return find_program(listed, item, DAEMON_CACHE)

"""What runs in Python: this project's reflector, os-ken, and the mirror that shows our own ceiling."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from benchmarks._peers_daemon import ASN, CLUSTER_ID, PORT, Daemon, Settings
from benchmarks._peers_feed import BOGONS
from benchmarks._peers_links import CLIENTS, DAEMON, FIRST_SINK, client
from bgpkit_setup.preparation import COMPILED, PEERS, PROJECT

_INTERPRETER: Final = "BGPKIT_PEERS_PYTHON"
"""The variable that names the interpreter of this project's reflector."""
_MAIN: Final = "import sys; from bgpkit.command.main import main; sys.argv[0] = 'bgpkit'; sys.exit(main())"
PACKAGES: Final = tuple(str(PROJECT / folder) for folder in (".", "fsm", "rib"))
_OS_KEN: Final = PEERS / "bin" / "python"
_EXABGP: Final = PEERS / "bin" / "exabgp"
_OS_KEN_CLIENTS: Final = (0, 1, *range(FIRST_SINK, FIRST_SINK + 10))
"""os-ken must be told each client: two feeders and ten sinks."""
_SETTLED: Final = 1.2
"""Seconds after which a file that is written once a second tells what is."""


class Bgpkit(Daemon):
    """This project's reflector, as its own command."""

    @classmethod
    def lacks(cls, settings: Settings) -> str:
        """Return which of the command's options is missing, or nothing."""
        if not _knows("--count-file"):
            return "bgpkit reflect does not run"
        return "bgpkit reflect has no option --policy" if settings.policy and not _knows("--policy") else ""

    def count(self) -> int:
        """Read the file that the command writes once a second."""
        return int(_number_in(self.folder / "count", -1))

    @property
    def stall(self) -> float | None:
        """The longest time in seconds that the event loop was busy with one thing, when the command tells it."""
        if not _knows("--stall-file"):
            return None
        return _number_in(self.folder / "stall", 0) / 1000

    def _command(self) -> Sequence[str]:
        family = f"{self._settings.family.name}-unicast"
        words = ["reflect", "--listen", f"{DAEMON}:{PORT}", "--asn", str(ASN), "--router-id", DAEMON]
        words += ["--clients", CLIENTS, "--cluster-id", CLUSTER_ID, "--families", family]
        words += ["--count-file", str(self.folder / "count"), "--log", "quiet"]
        if _knows("--stall-file"):
            words += ["--stall-file", str(self.folder / "stall")]
        if self._settings.policy:
            bogons = ", ".join(f'"{text} le 32"' for text in BOGONS)
            words += ["--policy", str(self._fill("bgpkit.toml", bogons=bogons)), "--import-policy", "feed"]
        return [*self._start_of_command(), *words]

    def _start_of_command(self) -> Sequence[str]:
        return ours()


class BgpkitCompiled(Bgpkit):
    """The same with its hot modules compiled, as ``make compiled`` leaves them."""

    @classmethod
    def lacks(cls, settings: Settings) -> str:
        """Return that there are no compiled modules, or what the command lacks."""
        return super().lacks(settings) if COMPILED.site.is_dir() else "make compiled, or make bench, has not been run"

    def _start_of_command(self) -> Sequence[str]:
        return ["env", "PYTHONSAFEPATH=1", f"PYTHONPATH={COMPILED.site}", sys.executable, "-c", _MAIN]


class OsKen(Daemon):
    """os-ken's BGPSpeaker, in a small program of its own."""

    @classmethod
    def lacks(cls, settings: Settings) -> str:
        """Return why it cannot be measured so, or nothing."""
        if settings.policy:
            return "its filters are for what goes out"
        return "" if _OS_KEN.exists() else "it is not in .cache/peers: make bench brings it"

    def count(self) -> int:
        """Read the file that the program writes once a second."""
        return int(_number_in(self.folder / "count", -1))

    def _command(self) -> Sequence[str]:
        program = Path(__file__).parent / "_peers_os_ken.py"
        clients = ",".join(map(client, _OS_KEN_CLIENTS))
        words = (DAEMON, str(PORT), str(ASN), CLUSTER_ID, self._settings.family.name, str(self.folder / "count"))
        return ["env", "OSKEN_HUB_TYPE=eventlet", str(_OS_KEN), str(program), *words, clients]


class ExaBgp(Daemon):
    """ExaBGP, which reflects nothing: it takes what one feeder sends into its Adj-RIB-In, and tells a program of it."""

    @classmethod
    def lacks(cls, settings: Settings) -> str:
        """Return why it cannot be measured so, or nothing."""
        del settings  # it is asked for where it can do it only
        return "" if _EXABGP.exists() else "it is not in .cache/peers: make bench brings it"

    def count(self) -> int:
        """Read the file that the program writes."""
        return int(_number_in(self.folder / "count", -1))

    def _command(self) -> Sequence[str]:
        counter = f"{sys.executable} {Path(__file__).parent / '_peers_exabgp.py'} {self.folder / 'count'}"
        file = self._fill("exabgp.conf", client=client(0), count=counter)
        settings = ("daemon.user=root", f"tcp.bind={DAEMON}", "log.enable=false", "api.cli=false", "api.ack=false")
        return ["env", *(f"exabgp.{each}" for each in settings), str(_EXABGP), "server", str(file)]


class Mirror(Daemon):
    """No reflector: a program that copies the octets of each session into all others, and so shows our own ceiling."""

    counts = False

    def count(self) -> int:
        """Return that it counts nothing."""
        return -1

    def _command(self) -> Sequence[str]:
        words = (DAEMON, str(PORT), str(ASN), self._settings.family.name)
        return [sys.executable, "-m", "benchmarks._peers_mirror", *words]


def ours() -> Sequence[str]:
    """Return how ``bgpkit`` is run: by the interpreter that was asked for, with the packages of this one."""
    chosen = os.environ.get(_INTERPRETER, "")
    if not chosen:
        return [str(Path(sys.executable).parent / "bgpkit")]
    packages = [path for path in sys.path if path.endswith("site-packages")]
    return ["env", f"PYTHONPATH={os.pathsep.join((*PACKAGES, *packages))}", chosen, "-c", _MAIN]


def use_interpreter(path: str) -> None:
    """Run this project's reflector with another interpreter, of the same minor version; ValueError if it is not."""
    words = [path, "-c", "import sys; print(*sys.version_info[:2])"]
    try:
        answer = subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()
    except (OSError, subprocess.CalledProcessError) as error:
        raise ValueError(f"{path} does not run: {error}") from None
    if answer != [str(number) for number in sys.version_info[:2]]:
        wanted = ".".join(map(str, sys.version_info[:2]))
        raise ValueError(f"{path} is Python {'.'.join(answer)}, and the packages here are for {wanted}")
    os.environ[_INTERPRETER] = path


@cache
def _help() -> str:
    """Return what ``bgpkit reflect --help`` says, nothing when there is no such command."""
    try:
        answer = subprocess.run([*ours(), "reflect", "--help"], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return answer.stdout if answer.returncode == 0 else ""


def _knows(option: str) -> bool:
    return option in _help()


def _number_in(file: Path, otherwise: float) -> float:
    time.sleep(_SETTLED)
    try:
        return float(file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return otherwise

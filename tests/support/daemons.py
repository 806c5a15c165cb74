"""Real BGP daemons, each started in a namespace with a configuration of the test's and stopped by its own id."""

import grp
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from bgpkit_setup.daemons import Program, find_program
from bgpkit_setup.preparation import DAEMON_CACHE
from tests.support.netns import Namespace
from tests.support.processes import RunningProcess
from tests.support.skips import package, require_package

# FRR looks its vty group up in /etc/group and writes below /run and /var/tmp: it gets its own,
# in the mount namespace that `ip netns exec` makes for each command.
_FRR_HOME = 'mount -t tmpfs own /run && mount -t tmpfs own /var/tmp && mount --bind "$0" /etc/group && exec "$@"'


def program(package_name: str, item: str) -> Program:
    """Return an executable of a package of the list; skip (with CI=true: fail) the test when it is not there."""
    require_package(package_name)
    found = find_program(package(package_name), item, DAEMON_CACHE)
    if found is None:
        raise AssertionError(f"{package_name} does not bring {item}")
    return found


class Daemon:
    """What the daemons have in common: a namespace, a folder for files, a short one for sockets, processes."""

    def __init__(self, namespace: Namespace, folder: Path) -> None:
        """Take the namespace to run in and a folder of the test's for configuration and logs."""
        self.namespace = namespace
        self.folder = folder
        self._sockets = Path(tempfile.mkdtemp(prefix="bgpkit-"))  # a socket's path is short
        self._processes: list[RunningProcess] = []

    def stop(self) -> None:
        """End the daemon as its operator would (SIGTERM), and drop its sockets."""
        for process in reversed(self._processes):
            process.stop()
        self._close()

    def kill(self) -> None:
        """End the daemon as a crash does (SIGKILL)."""
        for process in reversed(self._processes):
            process.kill()
        self._close()

    def log(self) -> str:
        """Return what the daemon's processes have written until now."""
        return "\n".join(process.words() for process in self._processes)

    def _start(self, name: str, argv: Sequence[str], ready: Callable[[], bool]) -> None:
        """Start one process of the daemon inside the namespace and wait until it is ready."""
        log = self.folder / f"{self._sockets.name}-{name}.log"
        process = RunningProcess(self.namespace.command(argv), log)
        self._processes.append(process)
        try:
            process.wait_ready(ready)
        except AssertionError:
            self.stop()
            raise

    def _file(self, name: str, text: str) -> Path:
        """Write a file of the daemon's."""
        path = self.folder / f"{self._sockets.name}-{name}"
        path.write_text(text, encoding="utf-8")
        return path

    def _close(self) -> None:
        """Forget the processes and remove the sockets."""
        self._processes.clear()
        shutil.rmtree(self._sockets, ignore_errors=True)


class Bird(Daemon):
    """BIRD 2, started in the foreground."""

    def __init__(self, namespace: Namespace, folder: Path, configuration: str, *, recovering: bool = False) -> None:
        """Start BIRD with a configuration and wait until it answers its control socket.

        ``recovering`` says to it that forwarding went on meanwhile (``-R``). RFC 4724, section 4.1.
        """
        self._client, bird = program("bird2", "birdc"), program("bird2", "bird")
        super().__init__(namespace, folder)
        self._configuration = self._file("bird.conf", configuration)
        self._socket = self._sockets / "bird.ctl"
        options = ("-f", *(["-R"] if recovering else []))
        argv = bird.argv(*options, "-c", str(self._configuration), "-s", str(self._socket))
        self._start("bird", argv, lambda: "Daemon is up and running" in self.ask("show", "status", check=False))

    def ask(self, *words: str, check: bool = True) -> str:
        """Return birdc's answer to a command: ``bird.ask("show", "route", "all")``."""
        return self.namespace.run(self._client.argv("-r", "-s", str(self._socket), *words), check=check).stdout

    def command(self, *words: str) -> str:
        """Return birdc's answer to a command that changes something: ``bird.command("disable", "peer")``."""
        return self.namespace.run(self._client.argv("-s", str(self._socket), *words)).stdout

    def reconfigure(self, configuration: str, *, soft: bool = False) -> str:
        """Give BIRD another configuration while it runs; return its answer. ``soft``: no routes are asked for again."""
        self._configuration.write_text(configuration, encoding="utf-8")
        return self.command("configure", *(["soft"] if soft else []))

    def protocol_state(self, name: str) -> str:
        """Return the information column of a protocol, "Established" for a session that is up."""
        for line in self.ask("show", "protocols", name, check=False).splitlines():
            columns = line.split()
            if columns and columns[0] == name:
                return " ".join(columns[5:]) or columns[3]
        return ""

    def is_established(self, name: str) -> bool:
        """Tell whether a BGP protocol's session is up."""
        return self.protocol_state(name).startswith("Established")


class GoBgp(Daemon):
    """gobgpd, asked over its API by gobgp."""

    def __init__(self, namespace: Namespace, folder: Path, configuration: str) -> None:
        """Start gobgpd with a configuration (TOML) and wait until it answers its API."""
        self._client, gobgpd = program("gobgpd", "gobgp"), program("gobgpd", "gobgpd")
        super().__init__(namespace, folder)
        file = self._file("gobgpd.toml", configuration)
        argv = gobgpd.argv("-f", str(file), "-t", "toml", "--api-hosts", "127.0.0.1:50051", "--pprof-disable")
        self._start("gobgpd", argv, lambda: "Router-ID" in self.ask("global", check=False))

    def ask(self, *words: str, check: bool = True) -> str:
        """Return gobgp's answer: ``gobgp.ask("global", "rib", "add", "10.0.0.0/24")``."""
        return self.namespace.run(self._client.argv("-u", "127.0.0.1", "-p", "50051", *words), check=check).stdout

    def ask_json(self, *words: str) -> Any:
        """Return gobgp's answer as it prints it with ``-j``."""
        return json.loads(self.ask("-j", *words))

    def is_established(self, address: str) -> bool:
        """Tell whether the session with a neighbour is up."""
        return "BGP state = ESTABLISHED" in self.ask("neighbor", address, check=False)


class Frr(Daemon):
    """FRR: zebra and bgpd, asked by vtysh."""

    def __init__(self, namespace: Namespace, folder: Path, configuration: str, *, zebra: str = "") -> None:
        """Start both with a configuration each and wait until vtysh hears them."""
        self._shell = program("frr", "vtysh")
        super().__init__(namespace, folder)
        self._group = self._file("group", _group_file())
        (self._sockets / "vtysh.conf").write_text("username root nopassword\n", encoding="utf-8")
        for name, text in (("zebra", zebra), ("bgpd", configuration)):
            file = self._file(f"{name}.conf", text)
            argv = program("frr", f"/usr/lib/frr/{name}").argv(*self._options(name, file))
            self._start(name, self._at_home(argv), partial(self._answers, name))

    def ask(self, *commands: str, check: bool = True) -> str:
        """Return vtysh's answer to commands of a line each: ``frr.ask("show bgp summary")``."""
        folder = str(self._sockets)
        words = [word for command in commands for word in ("-c", command)]
        argv = self._shell.argv("--vty_socket", folder, "--config_dir", folder, *words)
        return self.namespace.run(self._at_home(argv), check=check).stdout

    def ask_json(self, command: str) -> Mapping[str, Any]:
        """Return vtysh's answer to a show command with " json" put after it."""
        answer: dict[str, Any] = json.loads(self.ask(f"{command} json"))
        return answer

    def is_established(self, address: str) -> bool:
        """Tell whether the session with a neighbour is up."""
        neighbours = self.ask_json("show bgp neighbors")
        return bool(neighbours.get(address, {}).get("bgpState") == "Established")

    def _options(self, name: str, file: Path) -> tuple[str, ...]:
        """Return the options of one of FRR's daemons: no telnet port, files of ours only."""
        folder = self._sockets
        own = ("-u", "root", "-g", "root", "-P", "0", "--log", "stdout", "-f", str(file))
        return (*own, "--vty_socket", str(folder), "-z", f"{folder}/zserv.api", "-i", f"{folder}/{name}.pid")

    def _answers(self, name: str) -> bool:
        """Tell whether one of the daemons hears vtysh."""
        return (self._sockets / f"{name}.vty").exists() and name in self.ask("show daemons", check=False)

    def _at_home(self, argv: Sequence[str]) -> list[str]:
        """Return the command line that runs a program with the group file and folders that FRR expects."""
        return ["sh", "-c", _FRR_HOME, str(self._group), *argv]


def _group_file() -> str:
    """Return the machine's group file, with FRR's group in it."""
    text = Path("/etc/group").read_text(encoding="utf-8")
    known = {group.gr_name for group in grp.getgrall()}
    return text if "frrvty" in known else f"{text}frrvty:x:0:root\n"

"""A router that runs ``bgpkit run`` between two hosts, behind a BIRD without which neither host reaches the other."""

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from tests.support.daemons import Bird
from tests.support.netns import Namespace, Namespaces, connect
from tests.support.processes import RunningProcess, wait_until

OURS, THEIRS = "10.9.0.1", "10.9.0.2"
CLIENT, SERVER = "10.1.0.2", "10.2.0.2"
BEHIND_BIRD: Final = "10.2.0.0/24"
BEHIND_US: Final = "10.1.0.0/24"
PATIENCE: Final = 60.0
_COMMAND: Final = (sys.executable, "-m", "bgpkit.command.main")
_FILE: Final = f"""\
[speaker]
asn = 64512
bgp_identifier = "{OURS}"
listen = "{OURS}"
stop = "graceful"
[control]
socket = "s"
[fib]
mode = "install"
sweep_time = 3600
[[peers]]
address = "{THEIRS}"
asn = 64513
connect_retry_time = 1
import_policy = "all"
export_policy = "all"
[[announcements]]
prefixes = ["{BEHIND_US}"]
[policies.all]
default = "accept"
"""
_BIRD: Final = f"""\
log stderr all;
router id {THEIRS};
protocol device {{}}
protocol direct {{ ipv4; }}
protocol kernel {{ scan time 1; ipv4 {{ import none; export where source = RTS_BGP; }}; }}
%s
protocol bgp peer {{
  local {THEIRS} as 64513; neighbor {OURS} as 64512;
  passive on; # the Cease of a connection collision ends what BIRD keeps for a graceful restart
  connect delay time 1; connect retry time 1; error wait time 1, 1;
  graceful restart on;
  ipv4 {{ import all; export where source = RTS_STATIC || net = {BEHIND_BIRD}; next hop self; }};
}}
"""


def with_statics(**protocols: list[str]) -> str:
    """Return BIRD's configuration with static routes: the prefixes of each protocol by its name."""
    return _BIRD % "\n".join(
        f"protocol static {name} {{ ipv4; {' '.join(f'route {prefix} blackhole;' for prefix in prefixes)} }}"
        for name, prefixes in protocols.items()
    )


class RestartPath:
    """The four machines: client, router, BIRD's, server, in a row."""

    def __init__(self, namespaces: Namespaces, folder: Path, stack: ExitStack) -> None:
        """Lay the cables; ``stack`` ends what runs on the router."""
        self.folder = folder
        self._file = folder / "speaker.toml"
        self._file.write_text(_FILE)
        self._stack = stack
        self.client, self.router, self.theirs, self.server = map(
            namespaces.node, ("client", "router", "bird", "server")
        )
        ends = (("eth0", "client"), ("eth0", "eth0"), ("server", "eth0"))
        networks = ((f"{CLIENT}/24", "10.1.0.1/24"), (f"{OURS}/24", f"{THEIRS}/24"), ("10.2.0.1/24", f"{SERVER}/24"))
        row = (self.client, self.router, self.theirs, self.server)
        for one, other, interfaces, (here, there) in zip(row, row[1:], ends, networks, strict=False):
            connect(one, other, interfaces=interfaces, addresses=((here,), (there,)))
        self.client.ip("route", "add", "default", "via", "10.1.0.1")
        self.server.ip("route", "add", "default", "via", "10.2.0.1")
        for router in (self.router, self.theirs):
            router.sysctl("net.ipv4.ip_forward", 1)

    def configure(self, line: str) -> None:
        """Add a line to the table of the speaker."""
        self._file.write_text(_FILE.replace("[control]", f"{line}\n[control]"))

    def start(self) -> RunningProcess:
        """Start the daemon and wait until it serves; the command line is always the same, as that of a service is."""
        argv = self.router.command([*_COMMAND, "run", str(self._file)])
        daemon = RunningProcess(argv, self.folder / f"log{len(list(self.folder.glob('log*')))}")
        self._stack.callback(daemon.stop)
        daemon.wait_ready(lambda: "daemon.started" in daemon.words(), PATIENCE)
        return daemon

    def in_step(self) -> bool:
        """Tell whether the daemon says that the kernel has what is wanted, and nothing that nobody has asked for."""
        argv = [*_COMMAND, "fib", "diff", "--socket", str(self.folder / "s")]
        return self.router.run(argv, check=False).returncode == 0

    def kernel_routes(self) -> set[str]:
        """Return the destinations of the daemon's routes."""
        return {route["dst"] for route in self.router.ip_json("route", "show", "proto", "bgp")}

    def wait_complete(self, bird: Bird) -> None:
        """Wait until the session is up, BIRD holds nothing stale, and every route in the kernel is asked for."""

        def complete() -> bool:
            session = bird.ask("show", "protocols", "all", "peer", check=False)
            return "Established" in session and "Stale" not in session and self.in_step()

        wait_until(complete, "both sides have told all", PATIENCE)


class RouteMonitor:
    """Every change of a node's routes of one protocol, as ``ip monitor route`` tells."""

    def __init__(self, node: Namespace, protocol: str) -> None:
        """Begin."""
        self._node = node
        self._protocol = protocol
        self._process = node.popen(["stdbuf", "-oL", "ip", "monitor", "route"])

    def changes(self) -> list[str]:
        """Stop, and return the lines until now; a route of our own tells when all have been read."""
        mark = "192.0.2.99"
        self._node.ip("route", "add", "blackhole", mark, "proto", "static")
        lines: list[str] = []
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if mark in line:
                break
            lines.append(line.strip())
        self._process.terminate()
        self._node.ip("route", "del", "blackhole", mark)
        return [line for line in lines if f"proto {self._protocol}" in line]


def end(process: RunningProcess, number: int) -> None:
    """Send a signal and wait for the end."""
    subprocess.run(["kill", f"-{number}", str(process.pid)], check=True)
    wait_until(lambda: not process.is_running, "the end", PATIENCE)

"""``bgpkit reflect`` in a process of its own, on a kernel of its own, with BIRD as its clients."""

import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.support.daemons import Bird
from tests.support.netns import Namespace, Namespaces
from tests.support.processes import RunningProcess, wait_until

pytestmark = pytest.mark.netns

StartBird = Callable[[Namespace, str], Bird]
PATIENCE = 60.0
OURS, ONE, TWO, STRANGER = "10.9.0.1", "10.9.0.2", "10.9.0.3", "10.9.0.77"
COMMAND = [sys.executable, "-m", "bgpkit.command.main", "reflect"]
WORDS = ["--listen", f"{OURS}:179", "--asn", "64512", "--router-id", OURS, "--clients", "10.9.0.0/28"]
BIRD = """
log stderr all;
router id {address};
protocol device {{}}
protocol direct {{ ipv4; }}
protocol static {{ ipv4; {routes} }}
protocol bgp reflector {{
  local {address} as 64512; neighbor 10.9.0.1 as 64512;
  connect delay time 1; connect retry time 1; error wait time 1, 2;
  ipv4 {{ import all; export where source = RTS_STATIC; }};
}}
"""


class Lab:
    """A segment with the reflector's node and those of two clients and a stranger."""

    def __init__(self, namespaces: Namespaces, folder: Path, stack: ExitStack) -> None:
        """Lay the cables; ``stack`` ends what runs."""
        self.folder = folder
        self.count_file = folder / "count"
        self._stack = stack
        switch = namespaces.segment()
        self.ours, self.one, self.two, self.stranger = map(namespaces.node, ("ours", "one", "two", "stranger"))
        for node, address in ((self.ours, OURS), (self.one, ONE), (self.two, TWO), (self.stranger, STRANGER)):
            switch.attach(node, f"{address}/24")

    def run(self, *words: str, before: str = "", within: str = "") -> RunningProcess:
        """Run the command; ``before`` is what a shell does first in its mounts, ``within`` a program that runs it."""
        argv = self.ours.command(["sh", "-c", f'{before} exec {within} "$@"', "sh", *COMMAND, *WORDS, *words])
        process = RunningProcess(argv, self.folder / f"reflector-{len(list(self.folder.glob('reflector-*')))}")
        self._stack.callback(process.stop)
        return process

    def started(self, *words: str, before: str = "") -> RunningProcess:
        """Run the command and wait until it listens."""
        process = self.run(*words, before=before)
        process.wait_ready(lambda: "reflector.started" in process.words(), PATIENCE)
        return process

    def kernel_routes(self) -> dict[str, dict[str, Any]]:
        """Return the routes of protocol bgp that the reflector's kernel has."""
        return {route["dst"]: route for route in self.ours.ip_json("route", "show", "proto", "bgp")}

    def counts(self, number: int) -> None:
        """Wait until the file has a number."""
        wait_until(lambda: self.count_file.read_text() == f"{number}\n", f"{number} prefixes", PATIENCE)


@pytest.fixture
def lab(namespaces: Namespaces, tmp_path: Path) -> Generator[Lab]:
    """Give a laboratory; what runs in it is ended."""
    with ExitStack() as stack:
        yield Lab(namespaces, tmp_path, stack)


def configuration(address: str, *prefixes: str) -> str:
    """Return BIRD's configuration."""
    return BIRD.format(address=address, routes=" ".join(f"route {prefix} blackhole;" for prefix in prefixes))


def said_of(bird: Bird, prefix: str) -> str:
    """Return all that BIRD says of its routes to a prefix."""
    return bird.ask("show", "route", "all", prefix, check=False)


def end(process: RunningProcess, number: signal.Signals) -> None:
    """Send a signal and wait for the end."""
    subprocess.run(["kill", f"-{int(number)}", str(process.pid)], check=True)
    wait_until(lambda: not process.is_running, "the end", PATIENCE)


def test_bird_clients_get_each_others_routes_and_the_kernel_has_them(lab: Lab, start_bird: StartBird) -> None:
    """Reflected, counted, installed; a clean end tells the clients and leaves no route; a crash leaves all."""
    reflector = lab.started("--count-file", str(lab.count_file), "--install")
    assert f"listen={OURS}:179" in reflector.words().replace("'", "")
    one = start_bird(lab.one, configuration(ONE, "10.77.1.0/24", "10.77.2.0/24"))
    two = start_bird(lab.two, configuration(TWO, "10.77.3.0/24"))
    wait_until(lambda: "BGP.originator_id: 10.9.0.2" in said_of(two, "10.77.1.0/24"), "one's route", PATIENCE)
    wait_until(lambda: "BGP.cluster_list: 10.9.0.1" in said_of(one, "10.77.3.0/24"), "two's route", PATIENCE)
    lab.counts(3)
    wait_until(lambda: len(lab.kernel_routes()) == 3, "three routes in the kernel", PATIENCE)
    assert {prefix: route["gateway"] for prefix, route in lab.kernel_routes().items()} == {
        "10.77.1.0/24": ONE,
        "10.77.2.0/24": ONE,
        "10.77.3.0/24": TWO,
    }
    two.command("disable", "reflector")
    lab.counts(2)
    wait_until(lambda: len(lab.kernel_routes()) == 2, "two routes in the kernel", PATIENCE)
    reflector.kill()
    assert len(lab.kernel_routes()) == 2
    again = lab.started("--count-file", str(lab.count_file), "--install")
    assert len(lab.kernel_routes()) == 2
    lab.counts(2)
    end(again, signal.SIGTERM)
    assert (again.status, lab.kernel_routes()) == (0, {})
    wait_until(lambda: "Administrative shutdown" in one.ask("show", "protocols", "all", "reflector"), "Cease", PATIENCE)


def stranger_connects(lab: Lab) -> None:
    """See that a stranger's connection is reset, or ends, without a word."""
    where = (OURS, 179)
    with suppress(ConnectionError), lab.stranger.entered(), socket.create_connection(where, timeout=PATIENCE) as opened:
        assert opened.recv(1) == b""


def test_strangers_are_refused_and_named_once(lab: Lab) -> None:
    """The connection ends at once; the log says who it was, and not again."""
    reflector = lab.started()
    for _ in range(3):
        stranger_connects(lab)
    wait_until(lambda: f"peer={STRANGER}" in reflector.words(), "a line", PATIENCE)
    end(reflector, signal.SIGINT)
    assert reflector.words().count("connection.refused") == 1
    assert reflector.status == 0


@pytest.mark.parametrize("before", ["exec >/dev/full 2>&1;", "exec >&- 2>&-;"])
def test_a_log_that_nobody_takes_ends_nothing(lab: Lab, before: str) -> None:
    """Standard error closed or full: it serves, and ends cleanly."""
    reflector = lab.run("--count-file", str(lab.count_file), before=before)
    wait_until(lambda: lab.count_file.exists() or not reflector.is_running, "it runs", PATIENCE)
    stranger_connects(lab)
    end(reflector, signal.SIGTERM)
    assert reflector.status == 0


def test_a_full_disk_is_told_once_and_ends_nothing(lab: Lab) -> None:
    """The file is on a file system of one page, which the next version of it does not fit beside the first."""
    folder = lab.folder / "small"
    folder.mkdir()
    reflector = lab.started("--count-file", f"{folder}/count", before=f"mount -t tmpfs -o size=4k small {folder};")
    wait_until(lambda: "count_file.failed" in reflector.words(), "a line", PATIENCE)
    end(reflector, signal.SIGTERM)
    assert (reflector.status, reflector.words().count("No space left on device")) == (0, 1)


def test_without_the_right_to_the_port_it_says_so(lab: Lab) -> None:
    """The sentence names the right that is missing; without that to change routes it runs all the same."""
    refused = lab.run(within="setpriv --bounding-set -net_bind_service")
    wait_until(lambda: not refused.is_running, "the end", PATIENCE)
    assert refused.status == 1
    assert refused.words().splitlines() == [
        f"bgpkit: listen {OURS} port 179: Permission denied; ports below 1024 need root or CAP_NET_BIND_SERVICE"
    ]
    powerless = lab.run("--install", within="setpriv --bounding-set -net_admin")
    wait_until(lambda: "reflector.started" in powerless.words(), "it runs", PATIENCE)
    (sentence,) = [line for line in powerless.words().splitlines() if "error" in line]
    assert "kernel.unavailable" in sentence

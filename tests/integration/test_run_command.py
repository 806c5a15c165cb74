"""``bgpkit run`` from a file, on a kernel of its own, with BIRD as its peer; changed by SIGHUP, asked by commands."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.support.daemons import Bird
from tests.support.netns import Namespace, Namespaces
from tests.support.processes import RunningProcess, wait_until

pytestmark = pytest.mark.netns

StartBird = Callable[[Namespace, str], Bird]
PATIENCE = 60.0
OURS, THEIRS = "10.9.0.1", "10.9.0.2"
COMMAND = [sys.executable, "-m", "bgpkit.command.main"]
FILE = f"""\
[speaker]
asn = 64512
bgp_identifier = "{OURS}"
listen = "{OURS}"
[control]
socket = "s"
[fib]
mode = "install"
[groups.upstream]
asn = 64513
import_policy = "in"
export_policy = "out"
transport.md5_key_file = "key"
connect_retry_time = 1
[[peers]]
address = "{THEIRS}"
group = "upstream"
description = "the bird"
[[announcements]]
prefixes = ["198.51.100.0/24", "198.51.101.0/24"]
communities = ["64512:1"]
[policies.in]
default = "accept"
[policies.out]
default = "accept"
"""
BIRD = f"""
log stderr all;
router id {THEIRS};
protocol device {{}}
protocol direct {{ ipv4; }}
protocol static {{ ipv4; route 10.77.1.0/24 blackhole; route 10.77.2.0/24 blackhole; }}
protocol bgp peer {{
  local {THEIRS} as 64513; neighbor {OURS} as 64512; password "s3cret"; hold time 60;
  connect delay time 1; connect retry time 1; error wait time 1, 2; graceful restart on;
  ipv4 {{ import all; export where source = RTS_STATIC; }};
}}
"""


class Lab:
    """The daemon's node, with its file, and BIRD's."""

    def __init__(self, namespaces: Namespaces, folder: Path, stack: ExitStack) -> None:
        """Lay the cable; ``stack`` ends what runs."""
        self.folder = folder
        self.file = folder / "speaker.toml"
        self.file.write_text(FILE)
        (folder / "key").write_text("s3cret\n")
        self._stack = stack
        switch = namespaces.segment()
        self.ours, self.theirs = map(namespaces.node, ("ours", "theirs"))
        switch.attach(self.ours, f"{OURS}/24")
        switch.attach(self.theirs, f"{THEIRS}/24")

    def run(self, *words: str, before: str = "", within: str = "") -> RunningProcess:
        """Start the daemon."""
        line = f'{before} exec {within} "$@"'
        argv = self.ours.command(["sh", "-c", line, "sh", *COMMAND, "run", str(self.file), *words])
        process = RunningProcess(argv, self.folder / f"log{len(list(self.folder.glob('log*')))}")
        self._stack.callback(process.stop)
        return process

    def started(self, *words: str) -> RunningProcess:
        """Start the daemon and wait until it serves."""
        process = self.run(*words)
        process.wait_ready(lambda: "daemon.started" in process.words(), PATIENCE)
        return process

    def ask(self, *words: str) -> str:
        """Return what a command says."""
        return self.ours.run([*COMMAND, *words, "--socket", str(self.folder / "s")]).stdout

    def peer(self) -> dict[str, Any]:
        """Return what the daemon says of BIRD."""
        (found,) = json.loads(self.ask("peers", "--json"))
        return dict(found)

    def change(self, process: RunningProcess, *changes: tuple[str, str], said: str = "configuration.applied") -> str:
        """Change the file, send SIGHUP and return what is logged until an outcome has been."""
        text = self.file.read_text()
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        self.file.write_text(text)
        before = len(process.words())
        subprocess.run(["kill", "-HUP", str(process.pid)], check=True)
        wait_until(lambda: said in process.words()[before:], said, PATIENCE)
        return process.words()[before:]

    def kernel_routes(self) -> set[str]:
        """Return the destinations of the daemon's routes."""
        return {route["dst"] for route in self.ours.ip_json("route", "show", "proto", "bgp")}


@pytest.fixture
def lab(namespaces: Namespaces) -> Generator[Lab]:
    """Give a laboratory with a short path; what runs in it is ended."""
    with TemporaryDirectory(prefix="bgpkit-") as folder, ExitStack() as stack:
        yield Lab(namespaces, Path(folder), stack)


def said_of(bird: Bird, prefix: str) -> str:
    """Return all that BIRD says of its routes to a prefix."""
    return bird.ask("show", "route", "all", prefix, check=False)


def end(process: RunningProcess, number: signal.Signals) -> None:
    """Send a signal and wait for the end."""
    subprocess.run(["kill", f"-{int(number)}", str(process.pid)], check=True)
    wait_until(lambda: not process.is_running, "the end", PATIENCE)


def test_a_daemon_from_a_file_serves_bird_and_follows_the_file(lab: Lab, start_bird: StartBird) -> None:
    """Announced, installed, asked; a soft change keeps the session, a costly one opens it anew, faults are told."""
    daemon = lab.started()
    bird = start_bird(lab.theirs, BIRD)
    wait_until(lambda: "BGP.community: (64512,1)" in said_of(bird, "198.51.100.0/24"), "our route", PATIENCE)
    wait_until(lambda: lab.kernel_routes() == {"10.77.1.0/24", "10.77.2.0/24"}, "kernel routes", PATIENCE)
    assert (lab.peer()["state"], lab.peer()["prefixes_received"], lab.peer()["hold_time"]) == ("established", 2, 60)
    assert "the bird" in lab.ask("peers")
    assert "10.77.1.0/24" in lab.ask("routes", "10.77.1.9")
    assert f"To {THEIRS}: the path from local." in lab.ask("explain", "198.51.100.0/24")
    assert "s3cret" not in daemon.words() + lab.ask("peers", "--json") + lab.ask("explain", "--peer", THEIRS)

    changes = (('"198.51.101.0/24"', '"198.51.102.0/24"'), ("64512:1", "64512:2"))
    assert lab.ask("run", "--diff", str(lab.file)) == "nothing changes\n"
    said = lab.change(daemon, *changes)
    assert "announce 198.51.102.0/24" in said
    wait_until(lambda: "(64512,2)" in said_of(bird, "198.51.100.0/24"), "the new community", PATIENCE)
    wait_until(lambda: "via" in said_of(bird, "198.51.102.0/24"), "the new prefix", PATIENCE)
    wait_until(lambda: "via" not in said_of(bird, "198.51.101.0/24"), "the old prefix withdrawn", PATIENCE)

    rule = '[policies.in]\n[[policies.in.rules]]\nmatch.prefix = "10.77.2.0/24"\nthen = "accept"\n'
    assert f"peer {THEIRS}: soft" in lab.change(daemon, ('[policies.in]\ndefault = "accept"\n', rule))
    wait_until(lambda: lab.kernel_routes() == {"10.77.2.0/24"}, "one kernel route", PATIENCE)
    assert lab.peer()["established_count"] == 1

    said = lab.change(daemon, ("asn = 64513", "asn = 64513\nhold_tme = 9"), said="configuration.refused")
    assert f"{lab.file}:11: unknown key" in said
    assert (lab.peer()["established_count"], lab.peer()["hold_time"]) == (1, 60)

    said = lab.change(daemon, ("hold_tme = 9", "hold_time = 9"))
    assert f"peer {THEIRS}: reset" in said
    wait_until(lambda: lab.peer()["hold_time"] == 9, "the new hold time", PATIENCE)
    wait_until(lambda: bird.is_established("peer"), "BIRD says so, too", PATIENCE)
    assert "Hold timer" in bird.ask("show", "protocols", "all", "peer")

    end(daemon, signal.SIGTERM)
    assert (daemon.status, lab.kernel_routes()) == (0, set())
    wait_until(lambda: "Administrative shutdown" in bird.ask("show", "protocols", "all", "peer"), "Cease", PATIENCE)
    assert not (lab.folder / "s").exists()


def test_a_graceful_end_leaves_routes_on_both_sides(lab: Lab, start_bird: StartBird) -> None:
    """In the kernel and at BIRD; the next start takes them over."""
    tracked = FILE.replace('mode = "install"', 'mode = "install"\ntrack_next_hops = true')
    lab.file.write_text(tracked.replace("[control]", 'stop = "graceful"\n[control]'))
    daemon = lab.started()
    bird = start_bird(lab.theirs, BIRD)
    wait_until(lambda: len(lab.kernel_routes()) == 2, "kernel routes", PATIENCE)
    wait_until(lambda: "via" in said_of(bird, "198.51.100.0/24"), "our route", PATIENCE)
    assert f"Next hop {THEIRS}: reachable" in lab.ask("explain", "10.77.1.0/24")
    end(daemon, signal.SIGINT)
    assert (daemon.status, len(lab.kernel_routes())) == (0, 2)
    assert "via" in said_of(bird, "198.51.100.0/24")
    lab.started("--restarting")
    wait_until(lambda: lab.peer()["state"] == "established", "the session is back", PATIENCE)
    assert len(lab.kernel_routes()) == 2


def test_what_stands_in_the_way_is_told_in_one_sentence(lab: Lab) -> None:
    """No right to the port, a full disk, a second copy; nothing is left behind, and the first copy goes on."""
    refused = lab.run(within="setpriv --bounding-set -net_bind_service")
    wait_until(lambda: not refused.is_running, "the end", PATIENCE)
    assert (refused.status, refused.words().splitlines()[-1]) == (
        1,
        f"bgpkit: listen {OURS} port 179: Permission denied; ports below 1024 need root or CAP_NET_BIND_SERVICE",
    )
    small = lab.folder / "small"
    small.mkdir()
    full = lab.run(
        "--socket", f"{small}/s", before=f"mount -t tmpfs -o size=4k,nr_inodes=8 small {small}; yes > {small}/full;"
    )
    wait_until(lambda: not full.is_running, "the end", PATIENCE)
    assert full.status == 1
    assert full.words().splitlines()[-1] == f"bgpkit: socket {small}/s: the disk with {small} is full"
    first = lab.started()
    second = lab.run()
    wait_until(lambda: not second.is_running, "the end", PATIENCE)
    assert second.status == 1
    assert "a speaker has it already, process" in second.words()
    assert "running" in lab.ask("status")
    end(first, signal.SIGTERM)


def test_a_reader_that_has_read_enough_ends_a_command_cleanly(lab: Lab) -> None:
    """And so does an interrupt of a watch; the daemon goes on."""
    prefixes = ", ".join(f'"10.{number >> 8}.{number & 255}.0/24"' for number in range(4000))
    lab.file.write_text(f"{FILE}\n[[announcements]]\nprefixes = [{prefixes}]\n")
    daemon = lab.started()
    line = f"{' '.join(COMMAND)} routes --socket {lab.folder}/s | head -n 2; exit ${{PIPESTATUS[0]}}"
    piped = lab.ours.run(["bash", "-c", line])
    assert (len(piped.stdout.splitlines()), piped.stderr) == (2, "")
    log = lab.folder / "watch"
    watching = RunningProcess(
        lab.ours.command([*COMMAND, "watch", "198.51.100.0/24", "--socket", str(lab.folder / "s")]), log
    )
    wait_until(lambda: "+ 198.51.100.0/24 from local" in watching.words(), "the picture", PATIENCE)
    end(watching, signal.SIGINT)
    assert (watching.status, watching.words().count("\n")) == (0, 1)
    assert daemon.is_running

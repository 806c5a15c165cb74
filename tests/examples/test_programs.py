"""The short programs, each run as its user runs it."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes import RunningProcess, wait_until

EXAMPLES = Path(__file__).parents[2] / "examples"
PATIENCE = 60.0

pytestmark = pytest.mark.timeout(180)

LISTENER = """
import asyncio, logging, structlog
from bgpkit import PeerConfig, Speaker
from bgpkit.policy import ACCEPT_ALL
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))

async def main():
    async with Speaker(asn=64513, bgp_identifier="192.0.2.2", listen=[("127.0.0.2", 0)]) as speaker:
        await speaker.announce("192.0.2.0/24", next_hop="192.0.2.9")
        config = dict(asn=64512, passive=True, import_policy=ACCEPT_ALL, export_policy=ACCEPT_ALL)
        await speaker.add_peer(PeerConfig(address="127.0.0.1", **config))
        print(speaker.addresses[0][1], flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


class Watching:
    """A running route_watch.py and the objects that it printed."""

    def __init__(self, folder: Path) -> None:
        """Start it; it waits for 127.0.0.1 of AS 64512."""
        words = ["--asn", "64513", "--identifier", "192.0.2.2", "--listen", "127.0.0.2:0", "--peer", "127.0.0.1=64512"]
        self.process = quiet([sys.executable, str(EXAMPLES / "route_watch.py"), *words], folder / "lines")
        wait_until(lambda: bool(self.objects()), "route_watch.py listens", PATIENCE)
        self.port = str(self.objects()[0]["listening"][0]).rpartition(":")[2]

    def objects(self) -> list[dict[str, Any]]:
        """Return what whole lines hold."""
        whole, _, _ = self.process.words().rpartition("\n")
        return [json.loads(line) for line in whole.splitlines()]


@pytest.fixture
def watching(tmp_path: Path) -> Generator[Watching]:
    """Run route_watch.py."""
    program = Watching(tmp_path)
    yield program
    program.process.stop()


def announce_to(watching: Watching, *words: str) -> RunningProcess:
    """Start announce.py as the peer of a running route_watch.py."""
    peer = ["--peer", "127.0.0.2", "--peer-asn", "64513", "--port", watching.port, "--local", "127.0.0.1"]
    argv = [sys.executable, str(EXAMPLES / "announce.py"), "--asn", "64512", "--identifier", "192.0.2.1", *peer, *words]
    return RunningProcess(argv, watching.process.log.with_name("announce"))


def test_route_watch_prints_what_announce_announces(watching: Watching) -> None:
    """A line of JSON for each route, and one without a next hop for each that goes when announce.py is interrupted."""
    announcing = announce_to(watching, "--next-hop", "192.0.2.77", "198.51.100.0/24", "203.0.113.0/24")
    wait_until(lambda: len(watching.objects()) == 3, "two routes", PATIENCE)
    route: dict[str, object] = {"peer": "127.0.0.1", "next_hop": "192.0.2.77", "as_path": "64512", "origin": "IGP"}
    route["communities"] = []
    told = sorted(watching.objects()[1:], key=lambda one: str(one["prefix"]))
    assert told == [{"prefix": "198.51.100.0/24", **route}, {"prefix": "203.0.113.0/24", **route}]
    signal_and_wait(announcing, signal.SIGINT)
    assert announcing.status == 0
    wait_until(lambda: len(watching.objects()) == 5, "two withdrawals", PATIENCE)
    assert sorted(str(one) for one in watching.objects()[3:]) == [
        "{'prefix': '198.51.100.0/24'}",
        "{'prefix': '203.0.113.0/24'}",
    ]
    signal_and_wait(watching.process, signal.SIGINT)
    assert watching.process.status == 0


def test_announce_prints_what_it_learns(tmp_path: Path) -> None:
    """Routes of the peer are printed in words; its own are not."""
    listener = quiet([sys.executable, "-c", LISTENER], tmp_path / "listener")
    announcing: RunningProcess | None = None
    try:
        wait_until(lambda: listener.words().endswith("\n"), "the peer listens", PATIENCE)
        words = ["--asn", "64512", "--identifier", "192.0.2.1", "--peer", "127.0.0.2", "--peer-asn", "64513"]
        words += ["--port", listener.words().strip(), "--local", "127.0.0.1", "198.51.100.0/24"]
        announcing = quiet([sys.executable, str(EXAMPLES / "announce.py"), *words], tmp_path / "announce")
        wait_until(lambda: bool(announcing and announcing.words()), "a route", PATIENCE)
        signal_and_wait(announcing, signal.SIGINT)
        assert announcing.status == 0
        assert announcing.words() == "192.0.2.0/24 from 127.0.0.2: next hop 192.0.2.9 AS path 64513\n"
    finally:
        for process in (listener, announcing):
            if process is not None:
                process.stop()


def test_announce_ends_when_its_time_is_over() -> None:
    """``--seconds`` bounds the run, whether or not the peer is there."""
    words = ["--asn", "64512", "--identifier", "192.0.2.1", "--peer", "127.0.0.9", "--peer-asn", "64513"]
    program = [sys.executable, str(EXAMPLES / "announce.py"), *words, "--port", "9", "--seconds", "0.1"]
    answer = subprocess.run(program, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (answer.returncode, answer.stdout) == (0, "")


def test_two_as_shows_both_tables_at_each_stage() -> None:
    """Walkthrough 34: alone, static routes, BGP, a new network, withdrawn; at last the same network on both sides."""
    answer = subprocess.run(
        [sys.executable, str(EXAMPLES / "two_as.py")], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert (answer.returncode, answer.stderr) == (0, "")
    stages = [tables(stage) for stage in re.split(r"^== .*\n", answer.stdout, flags=re.MULTILINE)[1:]]
    office, servers, new = "192.168.1.0/24", "172.17.0.0/16", "172.18.0.0/16"
    own, unreachable, by_two = "own network", "unreachable", "BGP via 172.17.1.20, AS path 2"
    static = {
        1: {office: own, servers: "static via 172.17.1.20"},
        2: {office: "static via 192.168.1.10", servers: own},
    }
    learned = {1: {office: own, servers: by_two}, 2: {office: "BGP via 192.168.1.10, AS path 1", servers: own}}
    assert stages == [
        {1: {office: own, servers: unreachable}, 2: {office: unreachable, servers: own}},
        static,
        {1: {**static[1], new: unreachable}, 2: {**static[2], new: own}},
        learned,
        {1: {**learned[1], new: by_two}, 2: {**learned[2], new: own}},
        learned,
        {1: learned[1], 2: {office: own, servers: own}},
    ]
    told = re.findall(r"^!! (\S+) is a network of AS (\d), and (\S+) of AS (\d)", answer.stdout, re.MULTILINE)
    assert told == [(office, "1", "172.17.1.20", "2"), (office, "2", "192.168.1.10", "1")]


def test_route_reflector_passes_routes_from_client_to_client(tmp_path: Path) -> None:
    """Two clients that it has never heard of; what one announces the other prints, and gone is gone."""
    program = EXAMPLES / "route_reflector.py"
    assert len(program.read_text().splitlines()) < 40
    words = ["127.0.0.1:0", "--asn", "64512", "--identifier", "192.0.2.1", "--clients", "127.0.0.0/24"]
    reflector = quiet([sys.executable, str(program), *words], tmp_path / "reflector")
    clients: list[RunningProcess] = []
    try:
        wait_until(lambda: reflector.words().endswith("\n"), "the reflector listens", PATIENCE)
        port = reflector.words().split()[-1]
        for number, prefixes in ((2, ["198.51.100.0/24"]), (3, ["203.0.113.0/24"])):
            peer = ["--peer", "127.0.0.1", "--peer-asn", "64512", "--port", port, "--local", f"127.0.0.{number}"]
            argv = ["--asn", "64512", "--identifier", f"192.0.2.{number}", *peer, *prefixes]
            clients.append(quiet([sys.executable, str(EXAMPLES / "announce.py"), *argv], tmp_path / f"client{number}"))
        wait_until(lambda: "203.0.113.0/24 from 127.0.0.1" in clients[0].words(), "a reflected route", PATIENCE)
        wait_until(lambda: "198.51.100.0/24 from 127.0.0.1" in clients[1].words(), "the other one", PATIENCE)
        signal_and_wait(clients[1], signal.SIGINT)
        wait_until(lambda: "203.0.113.0/24 is gone" in reflector.words(), "it is gone", PATIENCE)
        assert "198.51.100.0/24 from 127.0.0.2\n" in reflector.words()
        signal_and_wait(reflector, signal.SIGINT)
        assert reflector.status == 0
    finally:
        for process in (*clients, reflector):
            process.stop()


@pytest.mark.parametrize("program", ["announce.py", "route_watch.py", "route_reflector.py"])
def test_help_tells_the_arguments(program: str) -> None:
    """``--help`` names each argument."""
    answer = subprocess.run(
        [sys.executable, str(EXAMPLES / program), "--help"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    assert {"--asn", "--identifier"} <= set(re.findall(r"--[\w-]+", answer.stdout))


def tables(stage: str) -> dict[int, dict[str, str]]:
    """Read the tables that two_as.py prints: AS -> prefix -> way."""
    found: dict[int, dict[str, str]] = {}
    for asn, rows in re.findall(r"^ {3}router \S+ of AS (\d+)\n((?: {6}.*\n)*)", stage, re.MULTILINE):
        found[int(asn)] = dict(re.findall(r"^ +(\S+) +(.+)$", rows, re.MULTILINE))
    return found


def quiet(argv: Sequence[str], output: Path) -> RunningProcess:
    """Start a program whose log is kept apart from its output."""
    return RunningProcess(["sh", "-c", f'exec "$@" 2>{output}.log', "sh", *argv], output)


def signal_and_wait(process: RunningProcess, number: signal.Signals) -> None:
    """Send a signal and wait for the end."""
    subprocess.run(["kill", f"-{int(number)}", str(process.pid)], check=True)
    wait_until(lambda: not process.is_running, f"the end of {process.name}", PATIENCE)

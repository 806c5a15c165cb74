"""``bgpkit fib`` beside a daemon with BIRD as its peer, judged by what ``ip`` prints."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pytest

from bgpkit.command.main import main
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
protocol = "bgp"
[[peers]]
address = "{THEIRS}"
asn = 64513
connect_retry_time = 1
families = ["ipv4-unicast", "ipv6-unicast"]
import_policy = "accept-all"
export_policy = "reject-all"
"""
BIRD = """
log stderr all;
router id 10.9.0.2;
protocol device {{}}
protocol direct {{ ipv4; ipv6; }}
protocol static {{ ipv4; {routes} }}
protocol static six {{ ipv6; {routes6} }}
protocol bgp peer {{
  local 10.9.0.2 as 64513; neighbor 10.9.0.1 as 64512; hold time 60;
  connect delay time 1; connect retry time 1; error wait time 1, 2;
  ipv4 {{ import none; export where source = RTS_STATIC; }};
  ipv6 {{ import none; next hop address 2001:db8::2; export where source = RTS_STATIC; }};
}}
"""
LONG = "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff/128"


class Answer(NamedTuple):
    """What a command has said, and its status."""

    returncode: int
    stdout: str
    stderr: str


def said(*words: str) -> Answer:
    """Run a command in this process, which is faster by far."""
    with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
        status = main(words)
    return Answer(status, out.getvalue(), err.getvalue())


class Lab:
    """The daemon's node, with its file, and BIRD's."""

    def __init__(self, namespaces: Namespaces, folder: Path, stack: ExitStack) -> None:
        """Lay the cable; ``stack`` ends what runs."""
        self.folder = folder
        self.file = folder / "speaker.toml"
        self.file.write_text(FILE)
        self._stack = stack
        switch = namespaces.segment()
        self.ours, self.theirs = map(namespaces.node, ("ours", "theirs"))
        switch.attach(self.ours, f"{OURS}/24", "2001:db8::1/64")
        switch.attach(self.theirs, f"{THEIRS}/24", "2001:db8::2/64")

    def started(self, *, within: str = "") -> RunningProcess:
        """Start the daemon and wait until it serves."""
        argv = self.ours.command(["sh", "-c", f'exec {within} "$@"', "sh", *COMMAND, "run", str(self.file)])
        process = RunningProcess(argv, self.folder / f"log{len(list(self.folder.glob('log*')))}")
        self._stack.callback(process.stop)
        process.wait_ready(lambda: "daemon.started" in process.words(), PATIENCE)
        return process

    def ask(self, *words: str) -> Answer:
        """Return what a command that asks the daemon says, and its status."""
        return said(*words, "--socket", str(self.folder / "s"))

    def rows(self, *words: str) -> list[dict[str, Any]]:
        """Return the rows that a command writes for machines."""
        answer = self.ask(*words, "--json")
        assert answer.stderr == ""
        rows: list[dict[str, Any]] = json.loads(answer.stdout)
        return rows

    def statuses(self, *words: str) -> dict[str, str]:
        """Return the status of each prefix."""
        return {row["prefix"]: row["status"] for row in self.rows("fib", "show", *words)}

    def kernel_routes(self) -> dict[str, dict[str, Any]]:
        """Return the daemon's routes as ip shows them."""
        rows = [*self.ours.ip_json("-4", "route", "show", "proto", "bgp")]
        rows += self.ours.ip_json("-6", "route", "show", "proto", "bgp")
        return {row["dst"]: row for row in rows}


@pytest.fixture
def lab(namespaces: Namespaces) -> Generator[Lab]:
    """Give a laboratory with a short path; what runs in it is ended."""
    with TemporaryDirectory(prefix="bgpkit-") as folder, ExitStack() as stack:
        yield Lab(namespaces, Path(folder), stack)


def announcing(*prefixes: str) -> str:
    """Return BIRD's configuration."""
    routes = [f"route {prefix} blackhole;" for prefix in prefixes]
    return BIRD.format(
        routes=" ".join(route for route in routes if ":" not in route),
        routes6=" ".join(route for route in routes if ":" in route),
    )


def end(process: RunningProcess, number: signal.Signals = signal.SIGTERM) -> None:
    """Send a signal and wait for the end."""
    subprocess.run(["kill", f"-{int(number)}", str(process.pid)], check=True)
    wait_until(lambda: not process.is_running, "the end", PATIENCE)


def test_what_is_wanted_there_foreign_and_different(lab: Lab, start_bird: StartBird) -> None:
    """As ip shows it; the status of diff is 1 while a static route stands in the way, 0 before and after."""
    lab.started()
    start_bird(lab.theirs, announcing("10.77.1.0/24", "10.77.2.0/24", LONG))
    wait_until(lambda: len(lab.kernel_routes()) == 3, "kernel routes", PATIENCE)
    same = lab.ask("fib", "diff")
    assert (same.returncode, same.stdout) == (0, "nothing differs: 3 wanted, 3 present\n")
    assert lab.rows("fib", "diff") == []
    lab.ours.ip("route", "replace", "10.77.2.0/24", "dev", "lo", "proto", "static")
    wait_until(lambda: lab.statuses()["10.77.2.0/24"] == "conflict", "the conflict", PATIENCE)
    assert lab.statuses() == {"10.77.1.0/24": "installed", "10.77.2.0/24": "conflict", LONG: "installed"}
    told = lab.ask("fib", "diff")
    assert (told.returncode, told.stderr) == (1, "")
    assert told.stdout == (
        "10.77.2.0/24  conflict: wanted via 10.9.0.2, a route of protocol static has its place: dev lo\n"
        "1 prefix differs: 1 conflict (3 wanted, 2 present)\n"
    )
    assert {row["prefix"].removesuffix("/128") for row in lab.rows("fib", "show", "--present")} == set(
        lab.kernel_routes()
    )
    assert len(lab.rows("fib", "show", "--wanted")) == 3
    assert lab.rows("fib", "show", "--failed") == []
    others = [row for row in lab.ours.ip_json("-4", "route", "show") if row["protocol"] != "bgp"]
    shown = {row["prefix"]: row for row in lab.rows("fib", "show", "--foreign") if ":" not in row["prefix"]}
    assert set(shown) == {row["dst"] for row in others}
    assert shown["10.77.2.0/24"]["present"] == ["dev lo proto static"]
    assert list(lab.statuses("10.77.1.9")) == ["10.77.1.0/24"]
    assert list(lab.statuses("10.77.1.0/24")) == ["10.77.1.0/24"]
    assert lab.statuses("10.78.0.0/16") == {}
    assert "the kernel has" not in lab.ask("fib", "show", "10.77.2.0/24").stdout

    lab.ours.ip("route", "del", "10.77.2.0/24", "proto", "static")
    wait_until(lambda: lab.ask("fib", "diff").returncode == 0, "the end of the conflict", PATIENCE)
    assert len(lab.kernel_routes()) == 3


def test_what_happens_to_the_table_is_watched(lab: Lab, start_bird: StartBird) -> None:
    """Among what happens to peers: a conflict and its end, another hand, each once."""
    lab.started()
    start_bird(lab.theirs, announcing("10.77.1.0/24", "10.77.2.0/24"))
    wait_until(lambda: len(lab.kernel_routes()) == 2, "kernel routes", PATIENCE)
    command = [*COMMAND, "watch", "--events", "--json", "--socket", str(lab.folder / "s")]
    watching = RunningProcess(command, lab.folder / "watch")

    def told() -> dict[str, dict[str, Any]]:
        """Return the last event of each type."""
        return {event["type"]: event for event in map(json.loads, watching.words().splitlines())}

    try:
        wait_until(lambda: drifted(lab) in told(), "another hand", PATIENCE)
        lab.ours.ip("route", "replace", "10.77.2.0/24", "dev", "lo", "proto", "static")
        wait_until(lambda: "route-conflict" in told(), "the conflict", PATIENCE)
        assert {key: told()["route-conflict"][key] for key in ("protocol", "prefixes", "count")} == {
            "protocol": 4,
            "prefixes": ["10.77.2.0/24"],
            "count": 1,
        }
        lab.ours.ip("route", "del", "10.77.2.0/24", "proto", "static")
        wait_until(lambda: "conflict-ended" in told(), "its end", PATIENCE)
        assert watching.words().count('"route-conflict"') == watching.words().count('"conflict-ended"') == 1
    finally:
        watching.stop()


def drifted(lab: Lab) -> str:
    """Delete a route of the daemon's and return the type of the event that tells of it."""
    if "10.77.1.0/24" in lab.kernel_routes():
        lab.ours.ip("route", "del", "10.77.1.0/24")
    return "route-drifted"


def test_the_table_as_people_see_it(lab: Lab, start_bird: StartBird) -> None:
    """By address, those of IPv6 in columns of their own; a hundred routes are a hundred lines."""
    lab.started()
    prefixes = [f"10.77.{number}.0/24" for number in range(100)]
    start_bird(lab.theirs, announcing(*prefixes, LONG))
    wait_until(lambda: len(lab.kernel_routes()) == 101, "kernel routes", PATIENCE)
    lines = lab.ask("fib", "show").stdout.splitlines()
    assert [line.split()[0] for line in lines[:101]] == ["PREFIX", *prefixes]
    assert lines[101:103] == ["", f"{'PREFIX':<{len(LONG)}}  STATUS     ROUTE"]
    assert re.fullmatch(rf"{LONG}  installed  via 2001:db8::2( dev eth0)? metric 1024", lines[-1])
    assert lab.ask("fib", "show", "192.0.2.1").stdout == "there are no such routes\n"


def test_a_daemon_that_only_reads_tells_what_it_would_change(lab: Lab, start_bird: StartBird) -> None:
    """Without any right; the kernel's table stays as it is, at the end too."""
    lab.file.write_text(FILE.replace('mode = "install"', 'mode = "read-only"'))
    lab.ours.ip("route", "add", "10.77.1.0/24", "via", THEIRS, "proto", "bgp")
    lab.ours.ip("route", "add", "10.77.2.0/24", "via", "10.9.0.9", "proto", "bgp")
    lab.ours.ip("route", "add", "10.77.4.0/24", "via", THEIRS, "proto", "bgp")
    before = lab.kernel_routes()
    daemon = lab.started(within="setpriv --bounding-set -net_admin --inh-caps -net_admin")
    assert "kernel.unavailable" not in daemon.words()
    start_bird(lab.theirs, announcing("10.77.1.0/24", "10.77.2.0/24", "10.77.3.0/24"))
    wait_until(lambda: len(lab.statuses()) == 4, "the wishes", PATIENCE)
    expected = {"10.77.2.0/24": "altered", "10.77.3.0/24": "missing", "10.77.4.0/24": "unwanted"}
    wait_until(lambda: {row["prefix"]: row["status"] for row in lab.rows("fib", "diff")} == expected, "all", PATIENCE)
    assert lab.ask("fib", "diff").returncode == 1
    assert "kernel         table 254 is only read" in lab.ask("status").stdout
    end(daemon)
    assert (daemon.status, lab.kernel_routes()) == (0, before)


def test_without_the_right_to_change_routes_all_else_runs(lab: Lab, start_bird: StartBird) -> None:
    """One sentence says so, in the log, in the status and to who asks for the kernel's routes."""
    daemon = lab.started(within="setpriv --bounding-set -net_admin")
    start_bird(lab.theirs, announcing("10.77.1.0/24"))
    wait_until(lambda: lab.rows("routes") != [], "a route from BIRD", PATIENCE)
    (sentence,) = [line for line in daemon.words().splitlines() if "error" in line]
    why = "changing the kernel's routes needs the capability CAP_NET_ADMIN; run as root"
    assert why in sentence
    assert f"kernel         no routes: {why}" in lab.ask("status").stdout
    for words in (("fib", "show"), ("fib", "diff")):
        refused = lab.ask(*words)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert refused.stderr == f"bgpkit: this daemon keeps no routes in the kernel: {why}\n"
    assert lab.kernel_routes() == {}


def test_a_daemon_without_a_table_says_so(lab: Lab) -> None:
    """In one sentence, with what would change it."""
    lab.file.write_text(FILE.replace('mode = "install"', 'mode = "off"'))
    lab.started()
    refused = lab.ask("fib", "diff")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("bgpkit: this daemon keeps no routes in the kernel: mode in [fib]")
    assert "kernel" not in lab.ask("status").stdout


def test_the_kernel_itself_is_read_by_anybody(lab: Lab) -> None:
    """No daemon, no right: the rows are those of ip, in the main table and in another one."""
    lab.ours.ip("route", "add", "10.77.1.0/24", "via", THEIRS, "proto", "bgp", "metric", "7")
    lab.ours.ip("route", "add", "blackhole", "10.77.2.0/24", "proto", "bgp", "table", "77")

    def shown(*words: str) -> dict[str, list[str]]:
        """Return what is shown, by prefix."""
        with lab.ours.entered():
            answer = said("fib", "show", "--kernel", "--json", *words)
        assert (answer.returncode, answer.stderr) == (0, "")
        return {row["prefix"]: row["present"] for row in json.loads(answer.stdout)}

    assert shown("--protocol", "bgp") == {"10.77.1.0/24": ["via 10.9.0.2 dev eth0 metric 7 proto bgp"]}
    assert shown("--table", "77") == {"10.77.2.0/24": ["blackhole proto bgp"]}
    listed = lab.ours.ip_json("-4", "route", "show")
    assert {prefix for prefix in shown() if ":" not in prefix} == {row["dst"] for row in listed}
    assert "10.77.1.0/24" in said("fib", "show", "--kernel", "--protocol", "186", "--netns", lab.ours.name).stdout
    powerless = ["setpriv", "--bounding-set", "-all", "--inh-caps", "-all", *COMMAND, "fib", "show", "--kernel"]
    assert "10.77.1.0/24  present  via 10.9.0.2 dev eth0 metric 7 proto bgp\n" in lab.ours.run(powerless).stdout
    for status, words, sentence in (
        (2, ["--protocol", "bpg"], "there is no routing protocol 'bpg'; did you mean 'bgp'?"),
        (2, ["--protocol", "256"], "protocol 256 is no protocol number of a route"),
        (2, ["--table", "0"], "table 0 "),
        (2, ["--table", "7", "--vrf", "red"], "name one of them"),
        (1, ["--netns", "nowhere"], "fib: netns nowhere: "),
        (1, ["--vrf", "red"], "vrf red: "),
    ):
        answer = said("fib", "show", "--kernel", *words)
        assert (answer.returncode, answer.stdout, answer.stderr.count("\n")) == (status, "", 1)
        assert sentence in answer.stderr

"""The demonstration as its user starts it, and eyes of the test's own on what runs inside."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from tests.support.processes import RunningProcess, wait_until

COMMAND: Final = str(Path(sys.executable).with_name("bgpkit-node"))
MACHINES: Final = {"k8s-master1": "10.4.7.11", "k8s-node1": "10.4.7.12", "k8s-node2": "10.4.7.21"}
PODS: Final = tuple(f"{name.removeprefix('k8s-')}-pod{number}" for name in MACHINES for number in (1, 2))
STEPS: Final = ("nodes", "pods", "mesh", "reflectors", "example", "access", "isolation", "table")
INSIDE: Final = Path("/run/bgpkit-demo")
PATIENCE: Final = 90.0


class DemoProcess:
    """A running ``bgpkit-node demo --json`` and the processes inside of it."""

    def __init__(self, folder: Path, *options: str, prefix: Sequence[str] = ()) -> None:
        """Start it; ``prefix`` is a command that runs it."""
        self._errors = folder / "errors"
        self.guard = RunningProcess(
            ["sh", "-c", f'exec "$@" 2>{self._errors}', "sh", *prefix, COMMAND, "demo", "--json", *options],
            folder / "events",
        )

    def events(self) -> list[dict[str, Any]]:
        """Return the JSON objects of the whole lines printed until now."""
        whole, _, _ = self.guard.words().rpartition("\n")
        return [json.loads(line) for line in whole.splitlines()]

    def errors(self) -> str:
        """Return what was written to standard error."""
        return self._errors.read_text(encoding="utf-8")

    def wait_event(self, event: str, **fields: object) -> dict[str, Any]:
        """Wait for an event with these fields and return it; fail when the command ends before."""

        def found() -> dict[str, Any] | None:
            wanted = {"event": event, **fields}
            return next((one for one in self.events() if wanted.items() <= one.items()), None)

        wait_until(lambda: bool(found() or not self.guard.is_running), f"event {event} {fields}", PATIENCE)
        answer = found()
        assert answer, f"{self.guard.words()}\n{self.errors()}"
        return answer

    def wait_ended(self, seconds: float = PATIENCE) -> int:
        """Wait for the end of the command and return its status as a shell tells it."""
        wait_until(lambda: not self.guard.is_running, "the end of the demonstration", seconds)
        status = self.guard.status
        assert status is not None
        return status

    def first_process(self) -> int:
        """Return the id, outside, of the process that is number 1 inside."""
        wait_until(lambda: self._process_one() is not None, "a process namespace", PATIENCE)
        return self._process_one() or 0

    def _process_one(self) -> int | None:
        """Look for number 1 of a process namespace, the demonstration itself, among the descendants of the command."""
        pending = [self.guard.pid]
        while pending:
            pid = pending.pop()
            inner = numbers_of(pid)
            if len(inner) > len(numbers_of(self.guard.pid)) and inner[-1] == 1 and b"\0demo\0" in command_of(pid):
                return pid
            pending += children_of(pid)
        return None


class HeldCluster:
    """The cluster inside a held demonstration, entered from outside with nsenter."""

    def __init__(self, pid: int, printed: Sequence[str]) -> None:
        """Look at the cluster around process ``pid``; ``printed`` is how the demonstration says to enter it."""
        self.pid = pid
        self.printed = printed

    def command(self, place: str, argv: Sequence[str]) -> list[str]:
        """Return the command line that runs a command in the network namespace of a node or (``pod-``) a pod."""
        namespace = f"/proc/{self.pid}/root/run/netns/{place}"
        return ["nsenter", "-t", str(self.pid), "-m", f"--net={namespace}", "--", *argv]

    def run(self, place: str, *argv: str, check: bool = True) -> str:
        """Run a command in a node or a pod and return its output."""
        answer = subprocess.run(
            self.command(place, argv), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False
        )
        assert not check or answer.returncode == 0, f"{argv}: {answer.stdout}{answer.stderr}"
        return answer.stdout

    def ip_json(self, place: str, *words: str) -> list[dict[str, Any]]:
        """Return what ``ip -j`` says in a node or a pod."""
        rows: list[dict[str, Any]] = json.loads(self.run(place, "ip", "-j", *words))
        return rows

    def bgpkit_node(self, machine: str, *words: str) -> list[str]:
        """Return the command line of ``bgpkit-node`` on a node of the cluster."""
        settings = [
            f"BGPKIT_NODE_DATASTORE={INSIDE}/datastore.sqlite",
            f"BGPKIT_NODE_RUN_DIR={INSIDE}/{machine}",
        ]
        return self.command(machine, ["env", *settings, COMMAND, *words])

    def address(self, pod: str) -> str:
        """Return the address of a pod, as its own kernel tells it; a /32."""
        (link,) = self.ip_json(f"pod-{pod}", "-4", "addr", "show", "dev", "eth0")
        (address,) = link["addr_info"]
        assert address["prefixlen"] == 32
        return str(address["local"])

    def agent(self, machine: str) -> int:
        """Return the process id, outside, of the agent of a node."""
        wanted = f"\0agent\0--node\0{machine}\0".encode()
        (pid,) = [pid for pid in processes() if same_namespace("pid", pid, self.pid) and wanted in command_of(pid)]
        return pid

    def sessions(self, machine: str) -> dict[str, tuple[str, str]]:
        """Return the sessions that ``node status`` prints on a node: address -> (type, info)."""
        answer = subprocess.run(
            self.bgpkit_node(machine, "node", "status"), capture_output=True, text=True, timeout=60, check=False
        )
        rows = re.findall(r"^\| (\S+) +\| (.+?) +\| \w+ +\| \S+ +\| (.+?) +\|$", answer.stdout, re.MULTILINE)
        return {address: (kind, info) for address, kind, info in rows if address != "PEER"}


def is_local(pod: str, machine: str) -> bool:
    """Tell whether a pod is on a node, by their names."""
    return pod.startswith(machine.removeprefix("k8s-") + "-")


def machine_of(pod: str) -> str:
    """Return the node of a pod."""
    return next(machine for machine in MACHINES if is_local(pod, machine))


def processes() -> Iterator[int]:
    """Yield the ids of all processes that live."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):
                if (entry / "stat").read_text().rpartition(")")[2].split()[0] != "Z":
                    yield int(entry.name)


def namespace_of(kind: str, pid: int) -> str:
    """Return the identity of a process's namespace; empty when the process is no more."""
    try:
        return str(Path(f"/proc/{pid}/ns/{kind}").readlink())
    except OSError:
        return ""


def same_namespace(kind: str, one: int, other: int) -> bool:
    """Tell whether two processes share a namespace."""
    return namespace_of(kind, one) == namespace_of(kind, other) != ""


def command_of(pid: int) -> bytes:
    """Return the command line of a process, each word ended by a NUL."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def numbers_of(pid: int) -> list[int]:
    """Return the ids of a process, from our process namespace inwards."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return []
    return [int(word) for word in re.findall(r"^NSpid:(.*)$", status, re.MULTILINE)[0].split()]


def children_of(pid: int) -> list[int]:
    """Return the ids of a process's children."""
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def assert_gone(namespaces: Sequence[str], seconds: float = 10.0) -> None:
    """Fail when a process is left in one of these process namespaces, or a trace on this machine."""
    assert all(namespaces)

    def left() -> list[int]:
        return [pid for pid in processes() if namespace_of("pid", pid) in namespaces]

    wait_until(lambda: not left(), f"no process in {namespaces}", seconds)
    mounts = Path("/proc/mounts").read_text()
    names = [path.name for path in Path("/run/netns").iterdir()] if Path("/run/netns").exists() else []
    traces = [name for name in names if name.startswith(("k8s-", "pod-"))]
    assert (traces, INSIDE.exists(), "bgpkit-demo" in mounts) == ([], False, False)

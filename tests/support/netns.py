"""Network namespaces for tests: nodes, cables between them and segments that join many."""

import ctypes
import itertools
import json
import os
import re
import signal
import subprocess
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bgpkit_setup.packages import find_executable

FOLDER = Path("/run/netns")

_NAME = re.compile(r"^bgpkit-(\d+)-\d+-")  # process id of the test run, running number, the test's own word
_CLONE_NEWNET = 0x40000000
_numbers = itertools.count()


class Namespace:
    """A network namespace with its loopback up; a context manager that deletes it with all that runs inside."""

    def __init__(self, word: str) -> None:
        """Make the namespace; the word is for the reader of ``ip netns``, the name is unique without it."""
        self.name = f"bgpkit-{os.getpid()}-{next(_numbers)}-{word}"
        self._started: list[subprocess.Popen[str]] = []
        _ip("netns", "add", self.name)
        self.ip("link", "set", "lo", "up")
        if Path("/proc/sys/net/ipv6").exists():
            for scope in ("all", "default"):  # addresses are usable at once
                self.sysctl(f"net.ipv6.conf.{scope}.accept_dad", 0)

    def __enter__(self) -> Self:
        """Return the namespace itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Delete the namespace."""
        self.delete()

    @property
    def path(self) -> Path:
        """The file that stands for the namespace, as CNI_NETNS and setns want it."""
        return FOLDER / self.name

    def run(self, argv: Sequence[str], *, check: bool = True, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """Run a command inside and return its words; with check, a status other than 0 fails the test with them."""
        return _run(self.command(argv), check=check, timeout=timeout)

    def popen(self, argv: Sequence[str]) -> subprocess.Popen[str]:
        """Start a command inside, its output on pipes; it is killed when the namespace goes."""
        process = subprocess.Popen(
            self.command(argv),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._started.append(process)
        return process

    def command(self, argv: Sequence[str]) -> list[str]:
        """Return the command line that runs a command inside; the process id stays that of the command."""
        return [_program(), "netns", "exec", self.name, *argv]

    def ip(self, *arguments: str) -> None:
        """Run ip inside: ``node.ip("link", "set", "eth0", "up")``."""
        _ip("-n", self.name, *arguments)

    def ip_json(self, *arguments: str) -> list[dict[str, Any]]:
        """Return what ip prints as JSON: ``node.ip_json("-6", "route")``."""
        words = _ip("-n", self.name, "-j", *arguments).stdout
        rows: list[dict[str, Any]] = json.loads(words) if words.strip() else []
        return rows

    def sysctl(self, key: str, value: int | str) -> None:
        """Set a kernel parameter inside: ``node.sysctl("net.ipv4.ip_forward", 1)``."""
        file = "/proc/sys/" + key.replace(".", "/")
        self.run(["sh", "-c", 'printf %s "$1" > "$0"', file, str(value)])

    def ping(self, address: str, *, count: int = 1, timeout: int = 2) -> bool:
        """Tell whether every one of count pings from inside is answered within timeout seconds each."""
        argv = ["ping", "-n", "-q", "-i", "0.2", "-c", str(count), "-W", str(timeout), address]
        answer = self.run(argv, check=False)
        return answer.returncode == 0 and f"{count} received" in answer.stdout

    @contextmanager
    def entered(self) -> Generator[None]:
        """Put this thread into the namespace for a while: sockets opened meanwhile belong to it."""
        with Path("/proc/thread-self/ns/net").open("rb") as home, self.path.open("rb") as there:
            _setns(there.fileno())
            try:
                yield
            finally:
                _setns(home.fileno())

    def delete(self) -> None:
        """Kill what still runs inside, and delete the namespace; a second call does nothing."""
        for process in self._started:
            process.kill()
            process.communicate()
        self._started.clear()
        if self.path.exists():
            _delete(self.name)


class Segment(Namespace):
    """A switch: a bridge in a namespace of its own, to which nodes are attached."""

    def __init__(self, word: str = "segment") -> None:
        """Make the bridge."""
        super().__init__(word)
        self._ports = itertools.count()
        self.ip("link", "add", "bridge", "type", "bridge", "stp_state", "0")
        self.ip("link", "set", "bridge", "up")

    def attach(self, node: Namespace, *addresses: str, interface: str = "eth0") -> None:
        """Give a node an interface on the segment, with addresses such as "10.0.0.1/24"."""
        port = f"port{next(self._ports)}"
        self.ip("link", "add", port, "type", "veth", "peer", "name", interface, "netns", node.name)
        self.ip("link", "set", port, "master", "bridge", "up")
        _configure(node, interface, addresses)


def connect(
    a: Namespace,
    b: Namespace,
    *,
    interfaces: tuple[str, str] = ("eth0", "eth0"),
    addresses: tuple[Sequence[str], Sequence[str]] = ((), ()),
) -> None:
    """Lay a cable (veth) between two namespaces; interfaces and addresses are those of a, then those of b."""
    a.ip("link", "add", interfaces[0], "type", "veth", "peer", "name", interfaces[1], "netns", b.name)
    for node, interface, own in zip((a, b), interfaces, addresses, strict=True):
        _configure(node, interface, own)


class Namespaces:
    """The namespaces of one test: what the fixture ``namespaces`` gives."""

    def __init__(self) -> None:
        """Start with none."""
        self._all: list[Namespace] = []

    def node(self, word: str = "node") -> Namespace:
        """Make a namespace."""
        namespace = Namespace(word)
        self._all.append(namespace)
        return namespace

    def segment(self, word: str = "segment") -> Segment:
        """Make a switch."""
        segment = Segment(word)
        self._all.append(segment)
        return segment

    def close(self) -> None:
        """Delete them all, the last first."""
        while self._all:
            self._all.pop().delete()


def remove_leftovers() -> tuple[str, ...]:
    """Delete the namespaces of test runs that are no more; return their names."""
    if not FOLDER.is_dir() or os.geteuid() != 0:
        return ()
    names: list[str] = []
    for path in sorted(FOLDER.iterdir()):
        match = _NAME.match(path.name)
        if match and not Path("/proc", match[1]).exists():
            with suppress(AssertionError):  # another run was faster
                _delete(path.name)
                names.append(path.name)
    return tuple(names)


def _configure(node: Namespace, interface: str, addresses: Sequence[str]) -> None:
    """Bring an interface up with its addresses."""
    node.ip("link", "set", interface, "up")
    for address in addresses:
        node.ip("addr", "add", address, "dev", interface)


def _delete(name: str) -> None:
    """Kill the processes in a namespace of ours and delete it."""
    for pid in _run([_program(), "netns", "pids", name], check=False).stdout.split():
        if int(pid) != os.getpid():
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
    _ip("netns", "del", name)


def _program() -> str:
    """Return the path of ip."""
    return find_executable("ip") or "ip"


def _ip(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ip where this process is."""
    return _run([_program(), *arguments])


def _run(argv: Sequence[str], *, check: bool = True, timeout: float = 60) -> subprocess.CompletedProcess[str]:
    """Run a command; with check, fail with its words when its status is not 0."""
    answer = subprocess.run(
        list(argv), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=timeout
    )
    if check and answer.returncode != 0:
        raise AssertionError(f"{' '.join(argv)}: status {answer.returncode}\n{answer.stdout}{answer.stderr}")
    return answer


def _setns(descriptor: int) -> None:
    """Move this thread into the network namespace of an open file."""
    if ctypes.CDLL(None, use_errno=True).setns(descriptor, _CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))

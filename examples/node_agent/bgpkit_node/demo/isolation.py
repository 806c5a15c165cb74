"""The demonstration's own world: namespaces that vanish with it, whatever ends it.

Outside, a guard stays: it passes Ctrl-C and SIGTERM on through a pipe, and the kernel ends everything inside when the
guard itself is killed. Inside, the demonstration is process 1 of its own process namespace.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

from bgpkit_node.errors import NodeError

_MARK: Final = "BGPKIT_NODE_DEMO_ISOLATED"
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_TOOLS: Final = {
    "unshare": "util-linux",
    "nsenter": "util-linux",
    "setpriv": "util-linux",
    "mount": "util-linux",
    "ip": "iproute2",
    "ss": "iproute2",
    "nft": "nftables",
}


@dataclass(frozen=True, slots=True)
class Isolation:
    """What the demonstration knows of the world around it."""

    pid: int
    """Our process id as processes outside see it."""
    stop: int
    """A file that becomes readable when the demonstration is to end."""
    unprivileged: bool
    """Root only inside, by a user namespace."""


def ensure_isolated(arguments: Sequence[str]) -> Isolation:
    """Return inside namespaces of our own; outside of them, run this command anew inside and exit as it does.

    Network, mount and process namespaces, and a user namespace when not root: the kernel ends every process and
    removes every interface, route and mount when the first process ends, by Ctrl-C, SIGKILL or crash.
    NodeError when the machine lacks a program or refuses the namespaces.
    """
    mark = os.environ.pop(_MARK, None)
    if mark is None or os.getpid() != 1:
        _require_tools()
        _guard(arguments)
    return _enter(*map(int, mark.split(",")))


def search_path() -> str:
    """Return PATH with the directories of system tools, which ordinary users often lack."""
    return os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin", "/usr/bin", "/bin"))


def _require_tools() -> None:
    """Raise NodeError when programs are missing, with the Debian packages that bring them."""
    missing = sorted({package for tool, package in _TOOLS.items() if shutil.which(tool, path=search_path()) is None})
    if missing:
        raise NodeError(f"the demonstration needs the Debian packages {', '.join(missing)}: install them and try again")


def _guard(arguments: Sequence[str]) -> NoReturn:
    """Run the command inside, pass signals on, and exit with its status."""
    os.environ["PATH"] = search_path()
    unprivileged = os.geteuid() != 0
    namespaces = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    if unprivileged:
        namespaces += ["--user", "--map-root-user"]
    _probe(namespaces, unprivileged=unprivileged)
    reading, writing = os.pipe()
    proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)
    stopping: list[int] = []
    started: list[subprocess.Popen[bytes]] = []

    def pass_on(number: int, _frame: FrameType | None) -> None:
        os.write(writing, b"stop")
        stopping.append(number)
        if len(stopping) > 1:  # the person means it
            for process in started:
                process.kill()

    for number in _SIGNALS:
        signal.signal(number, pass_on)
    inside = subprocess.Popen(
        ["setpriv", "--pdeathsig", "KILL", *namespaces, "--", *_again(arguments)],
        env={**os.environ, _MARK: f"{reading},{proc},{int(unprivileged)}"},
        pass_fds=(reading, proc),
        start_new_session=True,  # the terminal sends Ctrl-C to the guard alone
    )
    started.append(inside)
    status = inside.wait()
    sys.exit(status if status >= 0 else 128 - status)


def _again(arguments: Sequence[str]) -> list[str]:
    """Return the command line of this very command."""
    return [sys.executable, "-P", "-m", "bgpkit_node.command.main", *arguments]


def _enter(stop: int, proc: int, unprivileged: int) -> Isolation:
    """Give the namespaces a private /run, for sockets and named network namespaces."""
    pid = int(os.readlink("self", dir_fd=proc))
    os.close(proc)
    os.set_inheritable(stop, False)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run"], check=True)
    Path("/run/netns").mkdir()
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    return Isolation(pid, stop, bool(unprivileged))


def _probe(namespaces: Sequence[str], *, unprivileged: bool) -> None:
    """Raise NodeError when the kernel does not let us have the namespaces."""
    answer = subprocess.run([*namespaces, "--", "true"], capture_output=True, text=True, check=False)
    if answer.returncode:
        who, cure = ("ordinary users", ": run the demonstration as root") if unprivileged else ("this root", "")
        reason = answer.stderr.strip() or f"unshare ended with {answer.returncode}"
        raise NodeError(f"this machine does not let {who} make namespaces of their own ({reason}){cure}")

"""The demonstration's own world: namespaces that vanish with it, whatever ends it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bgpkit_node.errors import NodeError

_MARK: Final = "BGPKIT_NODE_DEMO_ISOLATED"
_TOOLS: Final = {"unshare": "util-linux", "nsenter": "util-linux", "mount": "util-linux", "ip": "iproute2"}


def ensure_isolated(arguments: Sequence[str]) -> None:
    """Return inside namespaces of our own; outside of them, start this command anew inside and never return.

    Network, mount and PID namespaces, and a user namespace when not root: the kernel ends every process and removes
    every interface, route and mount when the first process ends, by Ctrl-C, SIGKILL or crash.
    """
    if os.environ.get(_MARK) == str(os.getpid()):
        _prepare()
        return
    missing = sorted({package for tool, package in _TOOLS.items() if shutil.which(tool, path=search_path()) is None})
    if missing:
        raise NodeError(f"the demonstration needs the Debian packages {', '.join(missing)}: install them and try again")
    flags = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    if os.geteuid() != 0:
        flags += ["--user", "--map-root-user"]
        _check_user_namespaces()
    inside = [sys.executable, "-m", "bgpkit_node.command.main", *arguments]
    environment = {**os.environ, _MARK: "1", "PATH": search_path()}
    os.execvpe("unshare", ["unshare", *flags, "--", *inside], environment)


def search_path() -> str:
    """Return PATH with the directories of system tools, which ordinary users often lack."""
    return os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin", "/usr/bin", "/bin"))


def _prepare() -> None:
    """Give the namespaces a private /run, for sockets and named network namespaces."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run"], check=True)
    Path("/run/netns").mkdir()
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def _check_user_namespaces() -> None:
    probe = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--net", "true"], capture_output=True, text=True, check=False
    )
    if probe.returncode:
        raise NodeError(
            "this kernel does not let ordinary users make user namespaces "
            f"({probe.stderr.strip() or 'unshare failed'}): run the demonstration as root"
        )

"""The reference library of CNI as a caller: a small Go program on Debian's libcni, built for the test."""

import json
import os
import subprocess
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from tests.interop.cni_machine import CniMachine, plugin_path
from tests.support.daemons import program
from tests.support.netns import Namespace

_LIBRARY: Final = "/usr/share/gocode/src/github.com/containernetworking/cni/libcni/api.go"
_SOURCE: Final = Path(__file__).with_name("libcni_caller.go")


def build_caller(folder: Path) -> Path:
    """Build the program in ``folder`` and return its path."""
    go = program("golang-go", "go").path.resolve()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GOROOT": str(go.parents[1]),
        "GOPATH": str(program("golang-github-appc-cni-dev", _LIBRARY).path.parents[5]),
        "GOCACHE": str(folder / "cache"),
        "GO111MODULE": "off",
        "CGO_ENABLED": "0",
    }
    target = folder / "libcni_caller"
    argv = [str(go), "build", "-o", str(target), str(_SOURCE)]
    built = subprocess.run(argv, env=environment, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert built.returncode == 0, built.stderr
    return target


class Libcni:
    """Makes the calls of a container runtime on a machine."""

    def __init__(self, machine: CniMachine, caller: Path) -> None:
        """Call by the program ``caller``."""
        self._machine = machine
        self._program = caller

    def call(self, command: str, pod: Namespace, **environment: str) -> subprocess.CompletedProcess[str]:
        """Make a call for a pod and return how it ended."""
        machine = self._machine
        container = sha256(pod.name.encode()).hexdigest()
        paths = (machine.conflist, pod.path, container, machine.bin, machine.folder / "libcni")
        argv = [str(self._program), command, *map(str, paths)]
        search = f"{_iptables()}{os.pathsep}{os.environ['PATH']}{os.pathsep}/usr/sbin{os.pathsep}/sbin"
        return subprocess.run(
            machine.command(argv),
            env={**environment, "PATH": search},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def add(self, pod: Namespace, **environment: str) -> dict[str, Any]:
        """ADD, which has to succeed; return its result as the library prints it."""
        answer = self.call("add", pod, **environment)
        assert answer.returncode == 0, answer.stderr
        return dict(json.loads(answer.stdout))

    def succeed(self, command: str, pod: Namespace) -> None:
        """Make a call that has to succeed."""
        answer = self.call(command, pod)
        assert answer.returncode == 0, answer.stderr


def _iptables() -> Path:
    """Return the folder of the iptables that was unpacked with the plugins."""
    return plugin_path("bridge").parents[2] / "sbin"

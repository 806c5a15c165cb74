"""The two plugins that benchmarks/cni.py measures, called as a container runtime calls them."""

import json
import os
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, perf_counter, sleep
from typing import Any, Final

from bgpkit_node.cni import install_shim, request
from bgpkit_node.errors import CniError
from bgpkit_setup.daemons import find_program
from bgpkit_setup.packages import read_packages
from bgpkit_setup.preparation import DAEMON_CACHE

PACKAGE: Final = "containernetworking-plugins"
ADDRESS: Final = "10.4.7.11/24"
_POOL: Final = """\
apiVersion: projectcalico.org/v3
kind: IPPool
metadata: {name: default-ipv4-ippool}
spec: {cidr: 10.244.0.0/16, blockSize: 26}
"""
_PATIENCE: Final = 30.0


class BenchmarkError(Exception):
    """The measurement cannot go on; the message says why."""


@dataclass(frozen=True, slots=True)
class Plugin:
    """One plugin: the executable and the configuration that it reads."""

    name: str
    executable: Path
    configuration: Mapping[str, object]

    def begin(self, command: str, pod: str) -> subprocess.Popen[bytes]:
        """Start a call for the pod of that namespace."""
        environment = {
            "PATH": os.environ["PATH"],
            "CNI_COMMAND": command,
            "CNI_CONTAINERID": f"container-{pod}",
            "CNI_NETNS": f"/run/netns/{pod}",
            "CNI_IFNAME": "eth0",
            "CNI_PATH": str(self.executable.parent),
            "CNI_ARGS": f"IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME={pod}",
        }
        pipe = subprocess.PIPE
        process = subprocess.Popen(
            [self.executable], env=environment, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT
        )
        assert process.stdin is not None
        # As libcni writes it: keys in their order, no white space.
        process.stdin.write(json.dumps(self.configuration, sort_keys=True, separators=(",", ":")).encode())
        process.stdin.close()
        process.stdin = None
        return process

    def end(self, process: subprocess.Popen[bytes]) -> str:
        """Wait for a call and return the pod's address, empty for DEL; BenchmarkError when it failed."""
        output, _ = process.communicate(timeout=_PATIENCE)
        if process.returncode != 0:
            raise BenchmarkError(f"{self.name}: {output.decode(errors='replace')}")
        answer: dict[str, Any] = json.loads(output) if output.strip() else {}
        return str(answer["ips"][0]["address"]).partition("/")[0] if answer else ""

    def call(self, command: str, pod: str) -> str:
        """Make a call and return the pod's address, empty for DEL."""
        return self.end(self.begin(command, pod))


def bridge(folder: Path) -> Plugin:
    """Return Debian's bridge with host-local; BenchmarkError when it was not unpacked."""
    package = next(package for package in read_packages() if package.name == PACKAGE)
    found = find_program(package, "/usr/lib/cni/bridge", DAEMON_CACHE)
    if found is None:
        raise BenchmarkError(f"the Debian package {PACKAGE} is missing: make bench unpacks it")
    ipam = {"type": "host-local", "subnet": "10.99.0.0/16", "dataDir": str(folder / "host-local")}
    own = {"type": "bridge", "bridge": "cni0", "isGateway": True, "ipam": ipam}
    return Plugin("bridge + host-local", found.path, {"cniVersion": "1.0.0", "name": "bridged", **own})


def shell_start() -> float:
    """Return how many seconds the system's shell takes to start and to end: what our plugin is never under."""
    start = perf_counter()
    subprocess.run(["/bin/sh", "-c", ":"], env={"PATH": os.environ["PATH"]}, check=True)
    return perf_counter() - start


@contextmanager
def bgpkit(folder: Path) -> Generator[Plugin]:
    """Start an agent in the calling process's network namespace, and yield our plugin."""
    datastore, run_dir = folder / "datastore.sqlite", folder / "run"
    command = [sys.executable, "-m", "bgpkit_node.command.main"]
    environment = {**os.environ, "BGPKIT_NODE_DATASTORE": str(datastore)}
    applied = subprocess.run(
        [*command, "apply", "-f", "-"], input=_POOL, env=environment, capture_output=True, text=True, check=False
    )
    if applied.returncode != 0:
        raise BenchmarkError(applied.stderr)
    words = ["agent", "--node", "node", "--ip", ADDRESS, "--run-dir", str(run_dir)]
    log = folder / "agent.log"
    with log.open("wb") as file:
        agent = subprocess.Popen([*command, *words], env=environment, stdout=file, stderr=subprocess.STDOUT)
    try:
        socket = run_dir / "agent.sock"
        _wait(socket, agent, log)
        configuration = {"cniVersion": "1.0.0", "name": "pods", "type": "bgpkit", "agent_socket": str(socket)}
        yield Plugin("bgpkit", install_shim(folder / "bin"), configuration)
    finally:
        agent.terminate()
        agent.wait()


def _wait(socket: Path, agent: subprocess.Popen[bytes], log: Path) -> None:
    deadline = monotonic() + _PATIENCE
    while monotonic() < deadline and agent.poll() is None:
        try:
            request(socket, {"request": "status"})
        except CniError:
            sleep(0.05)
        else:
            return
    raise BenchmarkError(f"the agent did not start:\n{log.read_text(errors='replace')}")

"""One node with the CNI path on it, for tests: the namespace, the agent's program and a runtime's calls."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bgpkit_node.cni import install_shim, request
from tests.support.libcni_json import as_libcni_writes
from tests.support.netns import Namespace
from tests.support.processes import RunningProcess

NETWORK = "k8s-pod-network"
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Answer:
    """What the executable answered: its exit status and the JSON it printed, empty when it printed none."""

    status: int
    document: dict[str, Any]


class CniNode:
    """A node's namespace with a running agent, called as a container runtime calls: through the executable."""

    def __init__(self, namespace: Namespace, folder: Path, *, delay: float = 0.0, python: str = "") -> None:
        """Install the executable, with that interpreter; the agent is started by ``start``."""
        self.namespace = namespace
        self.socket = folder / "agent.sock"
        self.shim = install_shim(folder / "bin", python=python)
        self._log = folder / "agent.log"
        self._delay = delay
        self.agent: RunningProcess | None = None

    def start(self, *, wait: bool = True) -> RunningProcess:
        """Start the agent inside the node's namespace."""
        program = [sys.executable, "-m", "tests.integration.cni_agent", str(self.socket), "--delay", str(self._delay)]
        argv = self.namespace.command(["env", "-C", str(ROOT), *program])
        self.agent = agent = RunningProcess(argv, self._log)
        if wait:
            agent.wait_ready(self._answers)
        return agent

    def stop(self) -> None:
        """Stop the agent."""
        if self.agent is not None:
            self.agent.stop()

    def handles(self) -> dict[str, object]:
        """Return the addresses that are held, by handle."""
        return request(self.socket, {"request": "handles"})

    def pod_links(self) -> list[str]:
        """Return the names of the pods' interfaces on the node."""
        return [row["ifname"] for row in self.namespace.ip_json("link") if row["ifname"].startswith("cali")]

    def begin(self, command: str, pod: Namespace | Path, name: str, **extra: object) -> subprocess.Popen[str]:
        """Start a CNI call for the pod called ``name``; ``extra`` goes into the network configuration."""
        environment, config = self._call(command, pod, name, extra)
        process = subprocess.Popen(
            [self.shim],
            env={"PATH": os.environ["PATH"], **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdin is not None
        process.stdin.write(as_libcni_writes(config))
        process.stdin.close()
        process.stdin = None
        return process

    def ask(self, command: str, pod: Namespace, name: str, **extra: object) -> dict[str, Any]:
        """Make the call without the executable, which is faster; CniError when it fails."""
        environment, config = self._call(command, pod, name, extra)
        return request(self.socket, {"request": "cni", "command": command, "env": environment, "config": config})

    def _call(
        self, command: str, pod: Namespace | Path, name: str, extra: dict[str, object]
    ) -> tuple[dict[str, str], dict[str, object]]:
        """Return environment and configuration of a call."""
        path = pod.path if isinstance(pod, Namespace) else pod
        environment = {
            "CNI_COMMAND": command,
            "CNI_CONTAINERID": str(extra.pop("container", f"cid-{name}")),
            "CNI_NETNS": str(path),
            "CNI_IFNAME": "eth0",
            "CNI_PATH": str(self.shim.parent),
            "CNI_ARGS": f"IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME={name}",
        }
        config = {"cniVersion": "1.1.0", "name": NETWORK, "type": "bgpkit", "agent_socket": str(self.socket), **extra}
        return environment, config

    def call(self, command: str, pod: Namespace | Path, name: str, **extra: object) -> Answer:
        """Make a CNI call and wait for its answer."""
        return finish(self.begin(command, pod, name, **extra))

    def add(self, pod: Namespace, name: str, **extra: object) -> dict[str, Any]:
        """ADD, which has to succeed; return its result."""
        answer = self.call("ADD", pod, name, **extra)
        assert answer.status == 0, answer
        return answer.document

    def _answers(self) -> bool:
        try:
            self.handles()
        except Exception:
            return False
        return True


def finish(process: subprocess.Popen[str]) -> Answer:
    """Wait for the end of a call."""
    output, _ = process.communicate(timeout=60)
    document: Mapping[str, Any] = json.loads(output) if output else {}
    return Answer(process.returncode, dict(document))


def address_of(result: Mapping[str, Any]) -> str:
    """Return the pod's address out of the result of ADD."""
    return str(result["ips"][0]["address"]).removesuffix("/32")

"""A cluster of real agents for tests: a namespace for each node on one segment, and one datastore file."""

import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bgpkit_node.cni import Code, install_shim, request
from bgpkit_node.errors import CniError
from tests.support.libcni_json import as_libcni_writes
from tests.support.netns import Namespace, Namespaces
from tests.support.processes import RunningProcess, wait_until

ADDRESSES: Final = {"k8s-master1": "10.4.7.11", "k8s-node1": "10.4.7.12", "k8s-node2": "10.4.7.21"}
POOL: Final = """\
apiVersion: projectcalico.org/v3
kind: IPPool
metadata: {name: default-ipv4-ippool}
spec: {cidr: 10.244.0.0/16, blockSize: 26}
---
apiVersion: projectcalico.org/v3
kind: BGPConfiguration
metadata: {name: default}
spec: {asNumber: 63400}
"""
PATIENCE: Final = 30.0
OLD_REGISTERS: Final = ("GLIBC_TUNABLES", "OPENSSL_ia32cap")
"""Variables without which no program lives in a guest kernel: see `tests.support.guest_kernel`."""


class Agents:
    """Up to three nodes on one segment, their agents and their pods."""

    addresses: Mapping[str, str] = ADDRESSES
    """The IPv4 address of each node."""

    def __init__(self, namespaces: Namespaces, folder: Path, names: tuple[str, ...] = tuple(ADDRESSES)) -> None:
        """Make the machines; agents are started one by one."""
        self._namespaces = namespaces
        self._folder = folder
        self.datastore = folder / "datastore.sqlite"
        self.where = [f"BGPKIT_NODE_DATASTORE={self.datastore}"]
        """What says to agents, in their environment, where the datastore is."""
        self.machines: dict[str, Namespace] = {}
        self.running: dict[str, RunningProcess] = {}
        self._logs = itertools.count(1)
        self._shim = install_shim(folder / "bin")
        for name in names:
            self.machines[name] = namespaces.node(name)
            self.directory(name).mkdir()
        self._connect()

    def _connect(self) -> None:
        """Lay the machines' cables."""
        segment = self._namespaces.segment()
        for name, machine in self.machines.items():
            segment.attach(machine, f"{self.addresses[name]}/24")

    def directory(self, name: str) -> Path:
        """Return where a node's agent keeps its socket."""
        return self._folder / name

    def start(self, name: str, *options: str, ready: bool = True) -> RunningProcess:
        """Start the agent of a node; it is ready when it answers."""
        words = self._program("agent", "--node", name, "--run-dir", str(self.directory(name)), *options)
        # Half a second of the machine's time for each agent; tests of health and metrics say an address.
        environment = [
            "NO_DEFAULT_POOLS=true",
            "BGPKIT_NODE_HEALTH_ADDRESS=none",
            *self.where,
            *self._surroundings(name),
        ]
        argv = self.machines[name].command(["env", *environment, *words])
        process = RunningProcess(argv, self._folder / f"{name}-{next(self._logs)}.log")
        if ready:
            self.running[name] = process
            process.wait_ready(lambda: self._answers(name), PATIENCE)
        return process

    def _program(self, *words: str) -> list[str]:
        """Return the command line of an agent."""
        return command(*words)

    def _surroundings(self, name: str) -> list[str]:
        """Return what else stands in the environment of a node's agent."""
        del name
        return []

    def stop(self) -> None:
        """Stop all agents."""
        for process in self.running.values():
            process.stop()

    def status(self, name: str) -> dict[str, Any]:
        """Return what a node's agent tells of itself; one that takes up another AS number is away for a moment."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return dict(request(self.directory(name) / "agent.sock", {"request": "status"}, timeout=PATIENCE))
            except CniError as error:
                away = error.code == Code.TRY_AGAIN_LATER and name in self.running and self.running[name].is_running
                if not away or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)

    def established(self, name: str) -> dict[str, str]:
        """Return the Established sessions of a node: address and type."""
        peers = self.status(name)["peers"]
        return {peer["address"]: peer["type"] for peer in peers if peer["info"] == "Established"}

    def wait_established(self, name: str, *others: str) -> None:
        """Wait until a node has Established sessions with these nodes, and no other sessions."""
        wanted = {self.addresses[other] for other in others}

        def as_wanted() -> bool:
            peers = {peer["address"] for peer in self.status(name)["peers"]}
            return peers == set(self.established(name)) == wanted

        wait_until(as_wanted, f"{name} with {others}", PATIENCE)

    def routes(self, name: str) -> dict[str, str]:
        """Return the routes of protocol bird in a node's kernel: their gateways, or ``blackhole``."""
        rows = self.machines[name].ip_json("route", "show", "proto", "bird")
        return {row["dst"]: row.get("gateway") or row["type"] for row in rows}

    def run(self, *words: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run ``bgpkit-node`` on this cluster."""
        environment = {**os.environ, "BGPKIT_NODE_DATASTORE": str(self.datastore)}
        return subprocess.run(
            command(*words), input=given, env=environment, capture_output=True, text=True, timeout=60, check=False
        )

    def apply(self, text: str, *options: str) -> None:
        """Apply resources, which has to succeed."""
        answer = self.run("apply", "-f", "-", *options, given=text)
        assert answer.returncode == 0, answer.stderr

    def add_pod(self, name: str, pod: str, *ips: str, **ipam: str) -> tuple[Namespace, str]:
        """Make a pod on a node as a container runtime does, and return its namespace and its first address.

        ``ipam`` goes into the configuration that the runtime has; with ``ips`` the pod is to have these addresses.
        """
        namespace = self._namespaces.node(pod)
        answer = self._call("ADD", name, pod, str(namespace.path), ipam, ips)
        return namespace, json.loads(answer)["ips"][0]["address"].removesuffix("/32")

    def delete_pod(self, name: str, pod: str) -> None:
        """Take a pod's network away as a container runtime does; its namespace may be gone."""
        self._call("DEL", name, pod, "", {})

    def _call(
        self, what: str, name: str, pod: str, netns: str, ipam: Mapping[str, str], ips: tuple[str, ...] = ()
    ) -> str:
        """Call the CNI executable, which has to succeed; return what it prints."""
        environment: Mapping[str, str] = {
            "PATH": os.environ["PATH"],
            "CNI_COMMAND": what,
            "CNI_CONTAINERID": f"cid-{pod}",
            "CNI_NETNS": netns,
            "CNI_IFNAME": "eth0",
            "CNI_PATH": str(self._shim.parent),
            "CNI_ARGS": f"IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME={pod}",
            **{key: os.environ[key] for key in OLD_REGISTERS if key in os.environ},
        }
        config = {
            "cniVersion": "1.0.0",
            "name": "k8s-pod-network",
            "type": "bgpkit",
            "agent_socket": str(self.directory(name) / "agent.sock"),
            "ipam": {"type": "calico-ipam", **ipam},
            "args": {"cni": {"ips": ips}},
        }
        answer = subprocess.run(
            [self._shim],
            input=as_libcni_writes(config),
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert answer.returncode == 0, answer.stdout + answer.stderr
        return answer.stdout

    def _answers(self, name: str) -> bool:
        try:
            self.status(name)
        except CniError:
            return False
        return True


def command(*words: str) -> list[str]:
    """Return the command line of ``bgpkit-node``."""
    return [sys.executable, "-m", "bgpkit_node.command.main", *words]

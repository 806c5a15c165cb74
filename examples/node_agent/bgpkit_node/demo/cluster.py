"""Machines and their pods on one: network namespaces, one real agent process for each node."""

import asyncio
import contextlib
import json
import os
import shlex
import shutil
import signal
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Interface
from pathlib import Path
from typing import Final

from bgpkit_node.cni import install_shim
from bgpkit_node.demo.processes import bgpkit_node, end, finished, ip_batch, run, within
from bgpkit_node.errors import NodeError

ROOT: Final = Path("/run/bgpkit-demo")
POOL: Final = "10.244.0.0/16"
ASN: Final = 63400
_NETWORK: Final = {"cniVersion": "1.0.0", "name": "k8s-pod-network", "type": "bgpkit"}

_ENTRANCE: Final = """\
#!/bin/sh
# on NODE|POD [COMMAND [ARGUMENT ...]]
place=$1
if [ $# -eq 0 ] || [ ! -e "/run/netns/$place" ]; then
    echo "usage: on NODE|POD [COMMAND [ARGUMENT ...]]; there is:" $(ls /run/netns) >&2
    exit 2
fi
shift
export BGPKIT_NODE_DATASTORE={datastore} BGPKIT_NODE_RUN_DIR="{root}/$place"
export PATH="{root}/bin:$PATH:/usr/sbin:/sbin:/usr/bin:/bin"
exec nsenter "--net=/run/netns/$place" -- "${{@:-${{SHELL:-/bin/sh}}}}"
"""


@dataclass(frozen=True, slots=True)
class Segment:
    """A bridge, outside of all machines, that some of them are on, and where its gateway is."""

    name: str
    gateway: IPv4Interface
    routed: bool = False
    """Whether a router has the gateway's address, and not the bridge itself."""


SEGMENT: Final = Segment("segment", IPv4Interface("10.4.7.1/24"))


@dataclass(frozen=True, slots=True)
class Machine:
    """A node of the cluster."""

    name: str
    address: IPv4Interface
    segment: Segment = SEGMENT

    @property
    def directory(self) -> Path:
        """Where the node's agent keeps its socket and its log."""
        return ROOT / self.name

    @property
    def socket(self) -> Path:
        """The agent's socket."""
        return self.directory / "agent.sock"


@dataclass(frozen=True, slots=True)
class Pod:
    """A pod, once it has its address."""

    name: str
    machine: Machine
    address: str = ""

    @property
    def namespace(self) -> str:
        """The name of the pod's network namespace."""
        return f"pod-{self.name}"


MACHINES: Final = (
    Machine("k8s-master1", IPv4Interface("10.4.7.11/24")),
    Machine("k8s-node1", IPv4Interface("10.4.7.12/24")),
    Machine("k8s-node2", IPv4Interface("10.4.7.21/24")),
)


@dataclass(slots=True)
class Cluster:
    """The running demonstration."""

    machines: tuple[Machine, ...] = MACHINES
    agents: dict[str, asyncio.subprocess.Process] = field(default_factory=dict[str, asyncio.subprocess.Process])
    pods: list[Pod] = field(default_factory=list[Pod])
    others: list[str] = field(default_factory=list[str])
    """Namespaces that are neither nodes nor pods."""

    @property
    def places(self) -> list[str]:
        """The network namespaces that one can look around in."""
        return [machine.name for machine in self.machines] + [pod.namespace for pod in self.pods] + self.others

    @property
    def datastore(self) -> Path:
        """The one file that all agents share."""
        return ROOT / "datastore.sqlite"

    async def build_segments(self) -> None:
        """Make the bridges, and a namespace with eth0 on one of them for each machine."""
        ROOT.mkdir(parents=True)  # at once: others put files there, too
        commands: list[str] = []
        for segment in dict.fromkeys(machine.segment for machine in self.machines):
            commands += [f"link add {segment.name} type bridge stp_state 0", f"link set {segment.name} up"]
            if not segment.routed:
                commands.append(f"addr add {segment.gateway} dev {segment.name}")
        for number, machine in enumerate(self.machines):
            machine.directory.mkdir()
            await run("ip", "netns", "add", machine.name)
            commands += plugged(f"port{number}", machine.name, "eth0", machine.segment)
        await ip_batch(commands)
        for machine in self.machines:
            inside = [
                "link set lo up",
                "link set eth0 up",
                f"addr add {machine.address} dev eth0",
                f"route add default via {machine.segment.gateway.ip} dev eth0",
            ]
            await ip_batch(inside, namespace=machine.name)
        install_shim(ROOT / "cni-bin")

    async def start_agent(self, machine: Machine) -> None:
        """Start the agent of ``machine`` and wait until it answers."""
        log = (machine.directory / "agent.log").open("ab")
        with log:
            self.agents[machine.name] = await asyncio.create_subprocess_exec(
                *within(machine.name),
                *bgpkit_node("agent", "--node", machine.name, "--run-dir", str(machine.directory)),
                env=self.environment(machine),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        for _ in range(600):  # 30 seconds
            if self.agents[machine.name].returncode is not None:
                break
            if machine.socket.exists():
                return
            await asyncio.sleep(0.05)
        raise NodeError(f"the agent of {machine.name} did not start; its log:\n{self.log_of(machine)}")

    async def kill_agent(self, machine: Machine) -> None:
        """End the agent of ``machine`` by SIGKILL, as a crash would."""
        agent = self.agents.pop(machine.name)
        end(agent, signal.SIGKILL)
        await agent.wait()
        machine.socket.unlink(missing_ok=True)

    async def add_pod(
        self, name: str, machine: Machine, *, within: str = "default", labels: Mapping[str, str] | None = None
    ) -> Pod:
        """Make a pod's namespace and call the CNI executable for it, as a container runtime would.

        The pod is in the namespace ``within`` of Kubernetes, and has labels.
        """
        pod = Pod(name, machine)
        await run("ip", "netns", "add", pod.namespace)
        await ip_batch(["link set lo up"], namespace=pod.namespace)
        environment = {
            "PATH": os.environ["PATH"],
            "CNI_COMMAND": "ADD",
            "CNI_CONTAINERID": f"{name}-container",
            "CNI_NETNS": f"/run/netns/{pod.namespace}",
            "CNI_IFNAME": "eth0",
            "CNI_PATH": str(ROOT / "cni-bin"),
            "CNI_ARGS": f"IgnoreUnknown=1;K8S_POD_NAMESPACE={within};K8S_POD_NAME={name}",
        }
        told = [{"key": key, "value": value} for key, value in (labels or {}).items()]
        network = {**_NETWORK, "agent_socket": str(machine.socket), "args": {"cni": {"labels": told}}}
        configuration = json.dumps(network, sort_keys=True, separators=(",", ":"))  # as runtimes write it
        shim = str(ROOT / "cni-bin" / "bgpkit")
        status, answer, errors = await finished(shim, environment=environment, given=configuration)
        if status:
            raise NodeError(
                f"CNI ADD for pod {name} failed with exit code {status}: {' '.join((answer + errors).split())}"
            )
        address = json.loads(answer)["ips"][0]["address"].partition("/")[0]
        added = Pod(name, machine, address)
        self.pods.append(added)
        return added

    def write_entrance(self) -> Path:
        """Write the script that runs a command, or a shell, in the namespace of a node or a pod."""
        script = ROOT / "on"
        script.write_text(_ENTRANCE.format(root=ROOT, datastore=self.datastore))
        script.chmod(0o755)
        launcher = ROOT / "bin" / "bgpkit-node"
        launcher.parent.mkdir(exist_ok=True)
        launcher.write_text(f'#!/bin/sh\nexec {shlex.join(bgpkit_node())} "$@"\n')
        launcher.chmod(0o755)
        return script

    def environment(self, machine: Machine | None = None) -> dict[str, str]:
        """Return the environment in which ``bgpkit-node`` finds this cluster, as seen from ``machine``."""
        environment = {**os.environ, "BGPKIT_NODE_DATASTORE": str(self.datastore)}
        if machine is not None:
            environment["BGPKIT_NODE_RUN_DIR"] = str(machine.directory)
        return environment

    async def command(
        self, *words: str, machine: Machine | None = None, given: str | None = None, statuses: Collection[int] = (0,)
    ) -> str:
        """Run ``bgpkit-node`` with ``words`` as an operator of the cluster would, and return what it printed."""
        environment = self.environment(machine)
        return await run(*bgpkit_node(*words), environment=environment, given=given, statuses=statuses)

    def log_of(self, machine: Machine) -> str:
        """Return the last lines of the log of ``machine``'s agent."""
        log = machine.directory / "agent.log"
        lines = log.read_text(errors="replace").splitlines() if log.exists() else ["(it was never started)"]
        return "\n".join(lines[-15:])

    async def stop(self) -> None:
        """End the agents; the namespaces vanish with the process."""
        for agent in self.agents.values():
            end(agent)
        for agent in self.agents.values():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(agent.wait(), 5)

    async def clear(self) -> None:
        """End the agents and take everything away: another cluster can be built here."""
        await self.stop()
        # cables and bridges first: with a namespace they go only later, when the kernel comes to it
        kinds = [json.loads(await run("ip", "-j", "link", "show", "type", kind) or "[]") for kind in ("veth", "bridge")]
        await ip_batch([f"link del {link['ifname']}" for links in kinds for link in links if link])
        for place in self.places:
            await run("ip", "netns", "del", place)
        shutil.rmtree(ROOT)


def plugged(port: str, namespace: str, interface: str, segment: Segment) -> list[str]:
    """Return the words for ip(8) that lay a cable from a bridge to an interface in a namespace."""
    return [
        f"link add {port} type veth peer name {interface} netns {namespace}",
        f"link set {port} master {segment.name} up",
    ]

"""The machines of benchmarks/datapath.py: pairs of pods, and what is between the two of each pair."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from ipaddress import ip_interface
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final, NamedTuple

from benchmarks._cni_plugins import BenchmarkError
from benchmarks._fib_place import ip, run
from bgpkit_node.cni import install_shim, request
from bgpkit_node.command.surroundings import opened_store
from bgpkit_node.datastore.settings import SqliteSettings
from bgpkit_node.errors import CniError
from bgpkit_node.resources import load_documents

_PATIENCE: Final = 30.0
_NODES: Final = {"a": "10.4.7.101/24", "b": "10.4.7.102/24"}
_TRACKING: Final = (
    "table ip tracking { chain forward { type filter hook forward priority filter; policy accept; "
    "ct state established accept; }; }"
)
_LAST: Final = "datapath-last"
"""The policy that lets the traffic pass; it is asked after the others."""
_POOL: Final = "10.244.0.0/16"


class Pair(NamedTuple):
    """Two network namespaces with traffic from the first to the second."""

    source: str
    destination: str
    address: str
    """That of the second."""


def veth_alone() -> Pair:
    """Make a veth between two namespaces."""
    for name in ("veth1", "veth2"):
        _namespace(name)
    _cable("veth1", "eth0", "veth2", "eth0")
    for name, address in (("veth1", "10.9.1.1/24"), ("veth2", "10.9.1.2/24")):
        run("-n", name, "addr", "add", address, "dev", "eth0")
    return Pair("veth1", "veth2", "10.9.1.2")


def bridge() -> Pair:
    """Make two namespaces on a bridge."""
    _segment("bridge")
    for number in (1, 2):
        _namespace(f"bridged{number}")
        _attach("bridge", f"bridged{number}", f"10.9.2.{number}/24")
    return Pair("bridged1", "bridged2", "10.9.2.2")


def host_gw(number: int, *, tracked: bool) -> Pair:
    """Make two nodes with a pod each and plain static routes, as flannel's host-gw has them.

    ``number`` tells several such pairs apart. With ``tracked`` a rule on the nodes asks for the state of connections,
    as masquerading and kube-proxy have it.
    """
    pods = [f"10.243.{number}.{last}" for last in (1, 2)]
    for pod, last in zip(pods, (1, 2), strict=True):
        node = f"plain{number}{last}"
        _node(node, f"10.4.7.{10 * number + last}/24")
        _namespace(f"pod-{node}")
        _cable(node, "pod0", f"pod-{node}", "eth0")
        run("-n", f"pod-{node}", "addr", "add", f"{pod}/32", "dev", "eth0")
        run("-n", node, "addr", "add", "169.254.1.1/32", "dev", "pod0")
        run("-n", node, "route", "add", pod, "dev", "pod0")
        run("-n", f"pod-{node}", "route", "add", "169.254.1.1", "dev", "eth0")
        run("-n", f"pod-{node}", "route", "add", "default", "via", "169.254.1.1")
        run("-n", node, "route", "add", pods[2 - last], "via", f"10.4.7.{10 * number + 3 - last}")
        if tracked:
            run("netns", "exec", node, "nft", _TRACKING)
    return Pair(f"pod-plain{number}1", f"pod-plain{number}2", pods[1])


class Cluster:
    """Two nodes with agents of ours, and on each a pod without policies and one with."""

    def __init__(self, folder: Path) -> None:
        """Prepare; :meth:`begin` makes the machines."""
        self._folder = folder
        self._datastore = folder / "datastore.sqlite"
        self._pods: dict[str, str] = {}

    @property
    def open_pair(self) -> Pair:
        """The pods without policies."""
        return Pair("open-a", "open-b", self._pods["open-b"])

    @property
    def guarded_pair(self) -> Pair:
        """The pods with policies."""
        return Pair("guarded-a", "guarded-b", self._pods["guarded-b"])

    def begin(self, stack: ExitStack, policies: int) -> None:
        """Start the agents, make the pods, and have so many policies; ``stack`` ends the agents."""
        self._apply(_document("IPPool", "pool", {"cidr": _POOL, "blockSize": 26}))
        for name, address in _NODES.items():
            _node(name, address)
            self._start(name, address, stack)
        shim = install_shim(self._folder / "bin")
        for name in _NODES:
            _wait(partial(_answers, self._socket(name)), f"the agent of {name}")
            for kind in ("open", "guarded"):
                self._pods[f"{kind}-{name}"] = _added(shim, self._socket(name), kind, f"{kind}-{name}")
        self._apply(*(_policy(f"datapath-{number}", f"10.200.0.{number}/32") for number in range(policies - 1)))
        self._apply(_policy(_LAST, _POOL))
        for name in _NODES:
            _wait(partial(_is_in_force, name), f"the policies on {name}")

    def set_mode(self, **modes: str) -> None:
        """Let the pool have a mode, such as ``vxlan="Always"``, and wait until the routes go so."""
        spec: dict[str, object] = {f"{kind}Mode": mode for kind, mode in modes.items()}
        self._apply(_document("IPPool", "pool", {"cidr": _POOL, "blockSize": 26, **spec}))
        device = {"vxlan": "vxlan.calico", "ipip": "tunl0"}.get(next(iter(modes), ""), "eth0")
        for node, other in (("a", "b"), ("b", "a")):
            block = str(ip_interface(f"{self._pods[f'open-{other}']}/26").network)
            _wait(partial(_goes_by, node, block, device), f"the route of {node} by {device}")

    def _start(self, name: str, address: str, stack: ExitStack) -> None:
        words = ["agent", "--node", name, "--ip", address, "--run-dir", str(self._folder / name)]
        words += ["--health-address", "none", "--bird-socket", "none"]
        command = [ip(), "netns", "exec", name, sys.executable, "-m", "bgpkit_node.command.main", *words]
        environment = {**os.environ, "BGPKIT_NODE_DATASTORE": str(self._datastore), "NO_DEFAULT_POOLS": "true"}
        log = stack.enter_context((self._folder / f"{name}.log").open("wb"))
        agent = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
        stack.callback(agent.wait)
        stack.callback(agent.terminate)

    def _socket(self, name: str) -> Path:
        return self._folder / name / "agent.sock"

    def _apply(self, *documents: str) -> None:
        asyncio.run(_apply(self._datastore, "---\n".join(documents)))


def segment() -> None:
    """Make the bridge that all nodes are on."""
    _segment("segment")


async def _apply(file: Path, text: str) -> None:
    async with opened_store(SqliteSettings(file), create=True) as store:
        if text:
            await store.apply(load_documents(text, "benchmark"))


def _document(kind: str, name: str, spec: dict[str, object]) -> str:
    head = {"apiVersion": "projectcalico.org/v3", "kind": kind, "metadata": {"name": name}}
    return json.dumps({**head, "spec": spec}) + "\n"


def _policy(name: str, source: str) -> str:
    """Return a policy that lets a range in to the guarded pods."""
    ingress = [{"from": [{"ipBlock": {"cidr": source}}]}]
    head = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy"}
    metadata = {"name": name, "namespace": "guarded"}
    return json.dumps({**head, "metadata": metadata, "spec": {"podSelector": {}, "ingress": ingress}}) + "\n"


def _added(shim: Path, socket: Path, namespace: str, pod: str) -> str:
    """Make a pod as a container runtime does, and return its address; BenchmarkError when that fails."""
    _namespace(pod)
    environment = {
        "PATH": os.environ["PATH"],
        "CNI_COMMAND": "ADD",
        "CNI_CONTAINERID": f"container-{pod}",
        "CNI_NETNS": f"/run/netns/{pod}",
        "CNI_IFNAME": "eth0",
        "CNI_PATH": str(shim.parent),
        "CNI_ARGS": f"IgnoreUnknown=1;K8S_POD_NAMESPACE={namespace};K8S_POD_NAME={pod}",
    }
    told = json.dumps({"cniVersion": "1.0.0", "name": "pods", "type": "bgpkit", "agent_socket": str(socket)})
    done = subprocess.run([shim], input=told, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchmarkError(f"{pod}: {done.stdout}{done.stderr}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return str(ip_interface(answer["ips"][0]["address"]).ip)


def _answers(socket: Path) -> bool:
    try:
        request(socket, {"request": "status"})
    except CniError:
        return False
    return True


def _is_in_force(node: str) -> bool:
    command = [ip(), "netns", "exec", node, "nft", "list", "table", "inet", "bgpkit"]
    return _LAST in subprocess.run(command, capture_output=True, text=True, check=False).stdout


def _goes_by(node: str, block: str, device: str) -> bool:
    words = run("-n", node, "route", "show", block, "proto", "bird").split()
    return "dev" in words and words[words.index("dev") + 1] == device


def _wait(there: Callable[[], bool], what: str) -> None:
    until = monotonic() + _PATIENCE
    while not there():
        if monotonic() > until:
            raise BenchmarkError(f"{what}: not there within {_PATIENCE:.0f} seconds")
        sleep(0.02)


def _node(name: str, address: str) -> None:
    _namespace(name)
    run("netns", "exec", name, "sysctl", "-qw", "net.ipv4.ip_forward=1")
    _attach("segment", name, address)


def _segment(name: str) -> None:
    _namespace(name)
    run("-n", name, "link", "add", "bridge", "type", "bridge")
    run("-n", name, "link", "set", "bridge", "up")


def _attach(bridge_of: str, name: str, address: str) -> None:
    _cable(bridge_of, f"to-{name}", name, "eth0")
    run("-n", bridge_of, "link", "set", f"to-{name}", "master", "bridge")
    run("-n", name, "addr", "add", address, "dev", "eth0")


def _namespace(name: str) -> None:
    run("netns", "add", name)
    run("-n", name, "link", "set", "lo", "up")


def _cable(one: str, interface: str, other: str, peer: str) -> None:
    run("-n", one, "link", "add", interface, "type", "veth", "peer", "name", peer, "netns", other)
    run("-n", one, "link", "set", interface, "up")
    run("-n", other, "link", "set", peer, "up")

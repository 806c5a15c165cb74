"""Clusters of real agents of many shapes: 3 to 12 nodes, one segment or two, either datastore, either IP version."""

import itertools
import os
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_interface, ip_network
from pathlib import Path
from typing import Any, Final

from tests.integration.agents import PATIENCE, Agents, command
from tests.integration.cluster_shape import POOLS, Shape, document, peering, pool
from tests.support.etcd_cluster import EtcdCluster
from tests.support.netns import Namespace, Namespaces
from tests.support.own_clock import OwnClock, built_library
from tests.support.processes import RunningProcess, wait_until

CONTROL: Final = ("10.4.7.2/24", "fd00:4:7::2/64")
"""The addresses of the machine with etcd, from which the operator works."""


class ClusterAgents(Agents):
    """The machines of a shape, one more for the operator and for etcd, and a router between two segments."""

    def __init__(
        self,
        namespaces: Namespaces,
        folder: Path,
        shape: Shape,
        *,
        reflectors: tuple[str, ...] = (),
        clocks: bool = False,
    ) -> None:
        """Make the machines and the datastore, with a pool for each IP version; some nodes may be reflectors.

        With ``clocks`` each agent has a clock of its own.
        """
        self.shape = shape
        self.reflectors = reflectors
        self.clocks: dict[str, OwnClock] = {}
        """The clocks of the agents, where they have their own."""
        if clocks:
            library = built_library(folder)
            self.clocks = {name: OwnClock(library, folder / f"{name}.clock") for name in shape.names}
        self.addresses = {name: shape.address(name) for name in shape.names}
        self.control = namespaces.node("control")
        self.router = namespaces.node("router") if shape.segments == 2 else None
        self.pods: dict[str, tuple[str, Namespace]] = {}
        """The node and the namespace of each pod."""
        super().__init__(namespaces, folder, shape.names)
        host = "10.4.7.2" if 4 in shape.versions else "[fd00:4:7::2]"
        self.etcd = EtcdCluster(folder, shape.etcd, host=host, within=self.control) if shape.etcd else None
        if self.etcd is not None:
            self.where = [f"ETCD_ENDPOINTS={','.join(self.etcd.endpoints)}"]
        self.router_speaks = False
        """Whether the router is a BGP peer of every node on its segments."""
        self.apply("---\n".join([*map(pool, shape.versions), *self.nodes(), *peering(by_reflectors=bool(reflectors))]))

    def _connect(self) -> None:
        segments = [self._namespaces.segment(f"segment{number}") for number in range(self.shape.segments)]
        self._segments = segments
        segments[0].attach(self.control, *CONTROL)
        if self.router is not None:
            for number, segment in enumerate(segments):
                own = (f"{self.shape.router(number)}/24", f"{self.shape.router(number, 6)}/64")
                segment.attach(self.router, *own, interface=f"eth{number}")
            self.router.sysctl("net.ipv4.ip_forward", 1)
            self.router.sysctl("net.ipv6.conf.all.forwarding", 1)
            self._to_the_router(self.control, 0)
        for name, machine in self.machines.items():
            number = self.shape.segment_of(name)
            segments[number].attach(machine, *self.shape.interfaces(name).values())
            if self.router is not None:
                self._to_the_router(machine, number)

    def _to_the_router(self, machine: Namespace, segment: int) -> None:
        for version in self.shape.versions:
            machine.ip(f"-{version}", "route", "add", "default", "via", self.shape.router(segment, version))

    def nodes(self) -> list[str]:
        """Return the documents of the nodes; they say who reflects."""
        found: list[str] = []
        for name in self.shape.names:
            bgp = {f"ipv{version}Address": own for version, own in self.shape.interfaces(name).items()}
            labels = {"segment": str(self.shape.segment_of(name))}
            if name in self.reflectors:
                bgp["routeReflectorClusterID"] = "244.0.0.1"
                labels["route-reflector"] = "true"
            found.append(document("Node", name, {"bgp": bgp}, labels))
        return found

    def _surroundings(self, name: str) -> list[str]:
        return self.clocks[name].environment if self.clocks else []

    def plug(self, name: str, state: str) -> None:
        """Take the cable of a node out of its segment (``down``), or put it back (``up``)."""
        segment = self._segments[self.shape.segment_of(name)]
        (cable,) = self.machines[name].ip_json("link", "show", "eth0")
        (port,) = [row["ifname"] for row in segment.ip_json("link") if row["ifindex"] == cable["link_index"]]
        segment.ip("link", "set", port, state)

    def begin(self, name: str, *options: str) -> None:
        """Start the agent of a node without waiting for it."""
        own = self.shape.interfaces(name)
        words = ("--ip", own.get(4, "none"), "--ip6", own.get(6, "none"))
        self.running[name] = self.start(name, *words, *options, ready=False)

    def begin_all(self) -> None:
        """Start all agents, and wait until each answers."""
        for name in self.machines:
            self.begin(name)
        for name in self.machines:
            self.wait_answer(name)

    def wait_answer(self, name: str) -> None:
        """Wait until a node's agent answers."""
        self.running[name].wait_ready(lambda: self._answers(name), 2 * PATIENCE)

    def end(self) -> None:
        """Stop agents and etcd."""
        with ThreadPoolExecutor(12) as threads:
            list(threads.map(RunningProcess.stop, self.running.values()))
        if self.etcd is not None:
            self.etcd.stop()

    def run(self, *words: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run ``bgpkit-node`` at the operator's machine."""
        argv = self.control.command(["env", *self.where, *command(*words)])
        return subprocess.run(
            argv, input=given, env=dict(os.environ), capture_output=True, text=True, timeout=60, check=False
        )

    def told(self, *words: str) -> str:
        """Return what ``bgpkit-node`` prints; it has to succeed."""
        answer = self.run(*words)
        assert answer.returncode == 0, f"{words}: {answer.stdout}{answer.stderr}"
        return answer.stdout

    def place_pod(self, name: str, pod: str) -> None:
        """Make a pod with an address of each IP version on a node."""
        wish = {f"assign_ipv{version}": str(version in self.shape.versions).lower() for version in (4, 6)}
        self.pods[pod] = (name, self.add_pod(name, pod, **wish)[0])

    def remove_pod(self, pod: str) -> None:
        """Take a pod away."""
        name, namespace = self.pods.pop(pod)
        namespace.delete()
        self.delete_pod(name, pod)

    def pod_addresses(self, pod: str) -> Mapping[int, str]:
        """Return the address of each IP version that a pod's kernel tells of."""
        return dict(_global_addresses(self.pods[pod][1].ip_json("addr", "show", "dev", "eth0", "scope", "global")))

    def block_of(self, pod: str, version: int) -> str:
        """Return the block that a pod's address is in."""
        return str(ip_network(f"{self.pod_addresses(pod)[version]}/{POOLS[version][1]}", strict=False))

    def wanted_routes(self, name: str, version: int, blocks: Mapping[str, str]) -> dict[str, str]:
        """Return all routes that a node's kernel should have: where to, and by what; ``blocks`` and their nodes."""
        wanted: dict[str, str] = {}
        for block, owner in blocks.items():
            near = self.shape.segment_of(owner) == self.shape.segment_of(name)
            hop = (
                self.shape.address(owner, version) if near else self.shape.router(self.shape.segment_of(name), version)
            )
            wanted[block] = "blackhole" if owner == name else hop
        wanted |= {self.pod_addresses(pod)[version]: "pod" for pod, (node, _) in self.pods.items() if node == name}
        return wanted

    def wait_whole(self, blocks: Mapping[int, Mapping[str, str]] | None = None) -> None:
        """Wait until every kernel has the routes that it should have, and no other of protocol bird or to a pod.

        ``blocks`` tells the blocks of each IP version and their nodes; None: those that the pods' addresses are in.
        """
        for version in self.shape.versions:
            held = {self.block_of(pod, version): name for pod, (name, _) in self.pods.items()}
            for name in self.machines:
                wanted = self.wanted_routes(name, version, held if blocks is None else blocks[version])

                def whole(name: str = name, version: int = version, wanted: dict[str, str] = wanted) -> bool:
                    return self.routes_of_ours(name, version) == wanted

                try:
                    wait_until(whole, "whole", 2 * PATIENCE)
                except AssertionError as error:
                    found = self.routes_of_ours(name, version)
                    raise AssertionError(f"{name} has {found} instead of {wanted}") from error

    def routes_of_ours(self, name: str, version: int) -> dict[str, str]:
        """Return the routes of protocol bird, and those to interfaces of pods, in a node's kernel."""
        rows = self.machines[name].ip_json(f"-{version}", "route")
        ours = {row["dst"]: _way(row) for row in rows if row.get("protocol") == "bird"}
        pods = [row for row in rows if row.get("dev", "").startswith("cali") and not row["dst"].startswith("fe80:")]
        return ours | {row["dst"]: "pod" for row in pods}

    def sessions(self, name: str) -> list[tuple[str, str]]:
        """Return the Established TCP connections of a node to or from port 179: own address and the peer's."""
        rows = [
            line.split() for line in self.machines[name].run(["ss", "-Htn", "state", "established"]).stdout.splitlines()
        ]
        ends = [(row[2], row[3]) for row in rows]
        return sorted((_host(own), _host(far)) for own, far in ends if own.endswith(":179") or far.endswith(":179"))

    def wait_mesh(self) -> None:
        """Wait until each node has one connection with each of its peers, in each IP version, and no other."""
        for name, version in itertools.product(self.machines, self.shape.versions):
            own = self.shape.address(name, version)
            everyone = self.reflectors if self.reflectors and name not in self.reflectors else self.shape.names
            others = [self.shape.address(other, version) for other in everyone if other != name]
            if self.router_speaks:
                others.append(self.shape.router(self.shape.segment_of(name), version))

            def up(name: str = name, own: str = own, others: list[str] = others) -> bool:
                return [far for near, far in self.sessions(name) if near == own] == sorted(others)

            wait_until(up, f"the sessions of {name}", 2 * PATIENCE)

    def assert_all_reach_all(self) -> None:
        """Every pod pings every other one in every IP version."""
        addresses = {pod: self.pod_addresses(pod) for pod in self.pods}
        pairs = [
            (one, addresses[other][version])
            for one, other in itertools.permutations(self.pods, 2)
            for version in self.shape.versions
        ]

        def answers(pair: tuple[str, str]) -> bool:
            """Tell whether an address answers a pod."""
            return self.pods[pair[0]][1].ping(pair[1], timeout=5)

        with ThreadPoolExecutor(8) as threads:
            lost = [pair for pair, answered in zip(pairs, threads.map(answers, pairs), strict=True) if not answered]
        assert lost == []


def _global_addresses(rows: list[dict[str, Any]]) -> Iterator[tuple[int, str]]:
    for row in rows:
        for one in row.get("addr_info", ()):
            if "local" in one:
                yield ip_interface(one["local"]).version, one["local"]


def _way(row: Mapping[str, Any]) -> str:
    return str(row.get("gateway") or row.get("type") or row.get("dev"))


def _host(end: str) -> str:
    return end.rpartition(":")[0].strip("[]").removeprefix("::ffff:").partition("%")[0]

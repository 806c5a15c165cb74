"""A cluster whose third node runs somebody else's daemon: two real agents, a pod on every node."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.integration.agents import ADDRESSES, POOL, Agents
from tests.integration.steady_pings import SteadyPings, ping_steadily
from tests.support.netns import Namespace, Namespaces, connect
from tests.support.processes import wait_until

MASTER, NODE1, FOREIGN = ADDRESSES
BLOCK: Final = "10.244.7.0/26"
"""The block of the foreign node."""
POD: Final = "10.244.7.5"
NODE: Final = """\
apiVersion: projectcalico.org/v3
kind: Node
metadata: {name: k8s-node2}
spec: {bgp: {ipv4Address: 10.4.7.21/24}}
"""
PATIENCE: Final = 60.0


class MixedCluster:
    """The nodes, the foreign one's pod and a pod of each agent."""

    def __init__(self, namespaces: Namespaces, folder: Path) -> None:
        """Make the machines and the foreign node's pod, start the agents and give each a pod."""
        self.agents = Agents(namespaces, folder)
        self.foreign = self.agents.machines[FOREIGN]
        self.pod = _foreign_pod(namespaces, self.foreign)
        self.agents.apply(POOL + "---\n" + NODE)
        self.pods: dict[str, Namespace] = {}
        self.addresses: dict[str, str] = {}
        for name in (MASTER, NODE1):
            self.agents.start(name)
            self.pods[name], self.addresses[name] = self.agents.add_pod(name, f"pod-{name}")

    def block(self, name: str) -> str:
        """Return the block of an agent's node, by the blackhole route in its kernel."""
        (block,) = [prefix for prefix, way in self.agents.routes(name).items() if way == "blackhole"]
        return block

    def wait_routes(self) -> None:
        """Wait until every kernel has the blocks of the other two nodes by their addresses."""
        blocks = {MASTER: self.block(MASTER), NODE1: self.block(NODE1), FOREIGN: BLOCK}
        for name in ADDRESSES:
            wanted = {blocks[other]: ADDRESSES[other] for other in ADDRESSES if other != name}

            def there(name: str = name, wanted: dict[str, str] = wanted) -> bool:
                rows = self.agents.machines[name].ip_json("route")
                return wanted == {row["dst"]: row["gateway"] for row in rows if row.get("gateway")}

            wait_until(there, f"{wanted} in the kernel of {name}", PATIENCE)

    def assert_pods_reach_each_other(self) -> None:
        """Pods of all nodes ping each other; two nodes are on the way, each of which takes one off the TTL."""
        for name, pod in self.pods.items():
            assert ttl(self.pod, self.addresses[name]) == 62
            assert ttl(pod, POD) == 62
        assert ttl(self.pods[MASTER], self.addresses[NODE1]) == 62

    def wait_established(self) -> None:
        """Wait until each agent tells of an Established session with the foreign node and with the other agent."""
        self.agents.wait_established(MASTER, NODE1, FOREIGN)
        self.agents.wait_established(NODE1, MASTER, FOREIGN)

    @contextmanager
    def pinging(self, folder: Path, *names: str) -> Generator[None]:
        """Ping between the foreign node's pod and those of nodes, both ways, every 10 ms; not one may be lost."""
        commands = {
            **{f"to-{name}": self.pod.command(ping_steadily(self.addresses[name])) for name in names},
            **{f"from-{name}": self.pods[name].command(ping_steadily(POD)) for name in names},
        }
        pings = SteadyPings(commands, folder)
        try:
            yield
            pings.assert_none_lost({62})
        finally:
            pings.stop()

    def sockets(self) -> list[tuple[str, str]]:
        """Return the Established connections of the foreign node: (own, peer's) address and port."""
        listing = self.foreign.run(["ss", "-Htn", "state", "established"]).stdout
        return [(line.split()[2], line.split()[3]) for line in listing.splitlines()]


def ttl(pod: Namespace, address: str) -> int:
    """Return the TTL of the reply to a ping."""
    answer = pod.run(["ping", "-n", "-c", "1", "-W", "10", address]).stdout
    return int(re.findall(r"icmp_seq=1 ttl=(\d+)", answer)[0])


def _foreign_pod(namespaces: Namespaces, machine: Namespace) -> Namespace:
    """Make a pod by hand, with a /32 route on its node, as any other network plugin would."""
    pod = namespaces.node("foreign-pod")
    connect(machine, pod, interfaces=("pod0", "eth0"), addresses=((), (f"{POD}/32",)))
    machine.ip("link", "set", "pod0", "address", "ee:ee:ee:ee:ee:ee")
    machine.ip("route", "add", f"{POD}/32", "dev", "pod0", "scope", "link")
    machine.sysctl("net.ipv4.ip_forward", 1)
    pod.ip("route", "add", "169.254.1.1", "dev", "eth0", "scope", "link")
    pod.ip("route", "add", "default", "via", "169.254.1.1", "dev", "eth0")
    pod.ip("neigh", "replace", "169.254.1.1", "lladdr", "ee:ee:ee:ee:ee:ee", "dev", "eth0", "nud", "permanent")
    return pod

"""A node with its agent and pods that serve and connect, for tests of policies by real packets."""

import errno
import socket
import struct
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha1
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final

from bgpkit_node.cni import request
from tests.integration.agents import POOL, Agents
from tests.support.netns import Namespace, Namespaces
from tests.support.processes import RunningProcess, wait_until

NODE: Final = "k8s-master1"
PORT: Final = 80
_IN_FORCE: Final = "in force"
_RESENT: Final = struct.Struct("100xI")
"""Where ``struct tcp_info`` of Linux counts segments that were sent again: tcpi_total_retrans."""


@dataclass(frozen=True, slots=True)
class Pod:
    """A pod: where it is, its address, and its interface on the node."""

    namespace: Namespace
    address: str
    interface: str

    def reaches(self, other: "Pod", port: int = PORT, seconds: float = 0.5) -> bool:
        """Tell whether a connection to a port comes about, or is refused by the pod itself, in time."""
        with self.namespace.entered(), socket.socket() as client:
            client.settimeout(seconds)
            try:
                client.connect((other.address, port))
            except OSError as error:
                return error.errno == errno.ECONNREFUSED
            return True

    def listen(self, port: int = PORT) -> socket.socket:
        """Return a socket that takes connections."""
        with self.namespace.entered():
            return socket.create_server(("", port), backlog=200)


class PolicyNode:
    """One node, its agent and its pods."""

    def __init__(self, namespaces: Namespaces, folder: Path) -> None:
        """Start the agent."""
        self.agents = Agents(namespaces, folder, (NODE,))
        self.agents.apply(POOL)
        self._namespaces = namespaces
        self._count = 0
        self.start()

    def start(self) -> None:
        """Start the agent, and wait until the policies are in force."""
        self.agents.start(NODE)
        wait_until(lambda: self.agents.status(NODE)["policies"] == _IN_FORCE, "the policies in force", 20)

    def add(self, name: str, namespace: str = "default", /, **labels: str) -> Pod:
        """Make a pod as a container runtime does."""
        self._count += 1
        place = self._namespaces.node(f"pod{self._count}")
        given = [{"key": key, "value": value} for key, value in labels.items()]
        environment = {
            "CNI_CONTAINERID": f"c-{namespace}-{name}",
            "CNI_NETNS": str(place.path),
            "CNI_IFNAME": "eth0",
            "CNI_ARGS": f"K8S_POD_NAMESPACE={namespace};K8S_POD_NAME={name}",
        }
        config = {"cniVersion": "1.1.0", "name": "net", "type": "bgpkit", "args": {"cni": {"labels": given}}}
        whole = {**config, "ipam": {"type": "calico-ipam"}}
        socket_path = self.agents.directory(NODE) / "agent.sock"
        answer = request(socket_path, {"request": "cni", "command": "ADD", "env": environment, "config": whole})
        address: Any = answer["ips"]
        interface = "cali" + sha1(f"{namespace}.{name}".encode(), usedforsecurity=False).hexdigest()[:11]
        return Pod(place, str(address[0]["address"]).partition("/")[0], interface)

    def rules(self) -> str:
        """Return the table with the handles of all that is in it, and without counters."""
        return self.agents.machines[NODE].run(["nft", "-a", "-s", "list", "table", "inet", "bgpkit"]).stdout

    @contextmanager
    def changes(self, log: Path) -> Generator[list[str]]:
        """Give what the kernel tells of changes of the table meanwhile, a line each; complete after the context."""
        machine, found = self.agents.machines[NODE], list[str]()
        watching = RunningProcess(machine.command(["nft", "monitor"]), log)

        def hears(name: str) -> bool:
            """Tell whether the watch knows of a table that is made and taken away here."""
            for verb in ("add", "delete"):
                machine.run(["nft", verb, "table", "inet", name])
            return f"table inet {name}" in watching.words()

        try:
            wait_until(lambda: hears("begun"), "the watch of the tables")
            yield found
            wait_until(lambda: hears("ended"), "all that the kernel tells")
            found += [line for line in watching.words().splitlines() if " inet bgpkit " in line]
        finally:
            watching.stop()


class Stream:
    """A connection that carries an octet there and back every few milliseconds.

    A machine that is busy makes it slow; what tells of a packet that was let down is that one is sent again.
    """

    def __init__(self, client: Pod, server: Pod, listener: socket.socket) -> None:
        """Connect."""
        with client.namespace.entered():
            self._client = socket.create_connection((server.address, PORT), timeout=2)
        self._server, _ = listener.accept()
        self.exchanged = 0
        self._ending = Event()
        self._threads = [Thread(target=self._answer, daemon=True), Thread(target=self._ask, daemon=True)]
        self._server.settimeout(0.2)
        self._client.settimeout(0.2)
        for each in self._threads:
            each.start()

    @property
    def resent(self) -> int:
        """How many packets the kernel has had to send again, at both ends."""
        ends = (self._client, self._server)
        return sum(_RESENT.unpack(end.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _RESENT.size))[0] for end in ends)

    def close(self) -> None:
        """End it."""
        self._ending.set()
        for each in self._threads:
            each.join(5)
        self._client.close()
        self._server.close()

    def _ask(self) -> None:
        while not self._ending.is_set():
            try:
                self._client.send(b"?")
                self.exchanged += len(self._client.recv(1))
            except OSError:
                continue
            finally:
                self._ending.wait(0.005)

    def _answer(self) -> None:
        while not self._ending.is_set():
            try:
                self._server.send(self._server.recv(1))
            except OSError:
                continue


class Attempts:
    """Tries again and again to connect where nobody may; each attempt lasts for a moment."""

    def __init__(self, client: Pod, server: Pod) -> None:
        """Begin."""
        self.made = self.succeeded = 0
        self._ending = Event()
        self._thread = Thread(target=self._try, args=(client, server), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End."""
        self._ending.set()
        self._thread.join(5)

    def _try(self, client: Pod, server: Pod) -> None:
        while not self._ending.is_set():
            self.made += 1
            self.succeeded += client.reaches(server, seconds=0.05)


@contextmanager
def policy_node(folder: Path) -> Generator[PolicyNode]:
    """Give a node, and take everything away at the end."""
    namespaces = Namespaces()
    try:
        node = PolicyNode(namespaces, folder)
        try:
            yield node
        finally:
            node.agents.stop()
    finally:
        namespaces.close()

"""Two segments with a router between that knows no pod routes, agents on them, and pools of every mode."""

import asyncio
import itertools
import socket
import struct
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

from bgpkit_node.command.surroundings import opened_store
from bgpkit_node.datastore.settings import SqliteSettings
from bgpkit_node.ipam import Ipam, StoredPools
from bgpkit_node.resources import load_documents
from tests.integration.agents import PATIENCE
from tests.integration.cluster_machines import ClusterAgents
from tests.integration.cluster_shape import POOLS, Shape, document
from tests.integration.steady_pings import SteadyPings, ping_steadily
from tests.support.netns import Namespace, Namespaces, connect
from tests.support.processes import wait_until

DEVICES: Final = {4: "vxlan.calico", 6: "vxlan-v6.calico"}
"""The devices of VXLAN, by IP version."""
_EVERY_PROTOCOL: Final = 3
_ETHERNET: Final = 14
_IPIP, _UDP = 4, 17
_VXLAN_PORT: Final = 4789
_UDP_AND_VXLAN: Final = 8 + 8
_ECHO_REQUESTS: Final = {(1, 8), (58, 128)}
"""Of ICMP and of ICMPv6: protocol and type."""


class TunnelLab(ClusterAgents):
    """Nodes n1 and n3 on one segment, n2 behind the router; a pod on each, called after it."""

    def __init__(self, namespaces: Namespaces, folder: Path, nodes: int, versions: tuple[int, ...] = (4,)) -> None:
        """Make the machines and pools without encapsulation; agents are started by :meth:`begin_pods`."""
        super().__init__(namespaces, folder, Shape(nodes=nodes, segments=2, versions=versions))
        self._stranger: Namespace | None = None

    def apply(self, text: str, *options: str) -> None:
        """Apply resources without a process of the operator's, which takes a second."""
        assert not options
        asyncio.run(_apply(self.datastore, text))

    def begin_pods(self) -> None:
        """Start all agents, and make a pod on each node once the sessions are there."""
        self.begin_all()
        self.wait_mesh()
        for name in self.machines:
            self.place_pod(name, f"pod-{name}")

    def lay_pod(self, name: str, address: str) -> None:
        """Make a pod on a node by hand, where the CNI plugin has no kernel to filter its packets."""
        pod, interface = self._namespaces.node(f"pod-{name}"), f"cali-{name}"
        connect(self.machines[name], pod, interfaces=(interface, "eth0"), addresses=((), (f"{address}/32",)))
        self.machines[name].ip("addr", "add", "169.254.1.1/32", "dev", interface, "scope", "link")
        self.machines[name].ip("route", "add", address, "dev", interface)
        pod.ip("route", "add", "169.254.1.1", "dev", "eth0")
        pod.ip("route", "add", "default", "via", "169.254.1.1")
        self.pods[f"pod-{name}"] = (name, pod)
        asyncio.run(_assign(self.datastore, name, address))

    def set_mode(self, **modes: str) -> None:
        """Give all pools a mode, such as ``vxlan="Always"``; without any no packet is wrapped. IPv6 has no IPIP."""
        documents: list[str] = []
        for version in self.shape.versions:
            spec = {f"{kind}Mode": mode for kind, mode in modes.items() if version == 4 or kind != "ipip"}
            whole = {"cidr": POOLS[version][0], "blockSize": POOLS[version][1], **spec}
            documents.append(document("IPPool", f"pool{version}", whole))
        self.apply("---\n".join(documents))

    def stranger(self) -> Namespace:
        """Return a machine on the segment of n1 that is no node."""
        if self._stranger is None:
            self._stranger = self._namespaces.node("stranger")
            self._segments[0].attach(self._stranger, "10.4.7.66/24", "fd00:4:7::66/64")
        return self._stranger

    def narrow(self, octets: int) -> None:
        """Let the router pass on no longer packets than of so many octets; 0: as long as its interfaces take."""
        assert self.router is not None
        for number, segment in enumerate(("7", "8")):
            for words in (f"-4 route change 10.4.{segment}.0/24", f"-6 route change fd00:4:{segment}::/64 metric 256"):
                limit = ("mtu", str(octets)) if octets else ()
                self.router.ip(*words.split(), "dev", f"eth{number}", "proto", "kernel", *limit)

    def row(self, name: str, pod: str, version: int = 4) -> dict[str, Any]:
        """Return the route of protocol bird that a node has to the block of a pod, as ``ip`` tells it."""
        block = self.block_of(pod, version)
        rows = self.machines[name].ip_json(f"-{version}", "route", "show", block, "proto", "bird")
        return rows[0] if rows else {}

    def devices(self, name: str, version: int = 4) -> dict[str, str]:
        """Return by which device a node reaches each pod of the other ones."""
        others = [pod for pod, (node, _) in self.pods.items() if node != name]
        return {pod: str(self.row(name, pod, version).get("dev", "")) for pod in others}

    def device(self, name: str, version: int = 4) -> dict[str, Any]:
        """Return the VXLAN device of a node, as ``ip`` tells it; nothing where there is none."""
        rows = self.machines[name].ip_json("-d", "link", "show", "type", "vxlan")
        found = [row for row in rows if row.get("ifname") == DEVICES[version]]
        return found[0] if found else {}

    def device_address(self, name: str) -> str:
        """Return the address of the VXLAN device of a node over IPv6."""
        [row] = self.machines[name].ip_json("-6", "addr", "show", "dev", "vxlan-v6.calico", "scope", "global")
        return next(str(one["local"]) for one in row["addr_info"] if "local" in one)

    def widen(self, pod: str, octets: int) -> None:
        """Give both ends of a pod's cable this MTU, as a pod has that was there before packets were wrapped."""
        name, namespace = self.pods[pod]
        [row] = self.machines[name].ip_json("route", "show", self.pod_addresses(pod)[4])
        self.machines[name].ip("link", "set", str(row["dev"]), "mtu", str(octets))
        namespace.ip("link", "set", "eth0", "mtu", str(octets))

    def pings_too_long(self, pod: str, there: str, octets: int) -> str:
        """Send three pings of so many octets that nobody may fragment, and return what ping says."""
        data = octets - (28 if "." in there else 48)
        argv = ["ping", "-n", "-c3", "-i0.05", "-W0.3", "-Mdo", f"-s{data}", there]
        return self.pods[pod][1].run(argv, check=False).stdout

    def wait_devices(self, *, near: bool, far: bool) -> None:
        """Wait until each node reaches pods of others by VXLAN, ``near`` ones on its own segment, and ``far`` ones."""
        segment = self.shape.segment_of
        for version, name in itertools.product(self.shape.versions, self.machines):
            by_device = {node: near if segment(node) == segment(name) else far for node in self.machines}
            wanted = {
                pod: DEVICES[version] if by_device[node] else "eth0"
                for pod, (node, _) in self.pods.items()
                if node != name
            }

            def there(name: str = name, version: int = version, wanted: dict[str, str] = wanted) -> bool:
                return self.devices(name, version) == wanted

            wait_until(there, f"the ways of {name} over IPv{version}: {wanted}", PATIENCE)

    def ping_all(self, pairs: Sequence[tuple[str, str]], folder: Path) -> SteadyPings:
        """Begin to ping between pods, every 10 ms, in every IP version."""
        commands = {
            f"{one}-{other}-{version}": self.pods[one][1].command(ping_steadily(self.pod_addresses(other)[version]))
            for one, other in pairs
            for version in self.shape.versions
        }
        return SteadyPings(commands, folder)

    def sent(self, one: str, other: str, octets: int, version: int = 4) -> int:
        """Send so many octets from a pod to another over TCP; return how many came."""
        family = socket.AF_INET if version == 4 else socket.AF_INET6
        with self.pods[other][1].entered():
            listener = socket.create_server(("", 0), family=family)
        with self.pods[one][1].entered():
            client = socket.create_connection((self.pod_addresses(other)[version], listener.getsockname()[1]), 10)
        with client, listener, listener.accept()[0] as server:
            server.settimeout(10)
            sending = Thread(target=_send, args=(client, octets))
            sending.start()
            received = sum(map(len, iter(lambda: server.recv(65536), b"")))
            sending.join()
        return received


async def _apply(file: Path, text: str) -> None:
    async with opened_store(SqliteSettings(file), create=True) as store:
        await store.apply(load_documents(text, "lab"))


async def _assign(file: Path, name: str, address: str) -> None:
    async with opened_store(SqliteSettings(file)) as store:
        ipam = Ipam(store.datastore, StoredPools(store))
        attributes = {"namespace": "default", "pod": f"pod-{name}"}
        await ipam.assign_address(ip_address(address), node=name, handle=f"pod-{name}", attributes=attributes)


def _send(client: socket.socket, octets: int) -> None:
    with suppress(OSError):  # what does not come is counted at the other end
        client.sendall(bytes(octets))
        client.shutdown(socket.SHUT_WR)


class Seen(NamedTuple):
    """An echo request on the wire."""

    source: str
    destination: str
    """The addresses of the outermost header."""
    wrapped: str
    """``IPIP``, ``VXLAN``, or empty."""
    length: int
    """Octets of the outermost packet."""
    target: str
    """Where the echo request itself goes."""


class WireTap:
    """A packet socket on an interface, while the context lasts."""

    def __init__(self, namespace: Namespace, interface: str) -> None:
        """Tap ``interface``."""
        with namespace.entered():
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_EVERY_PROTOCOL))
        self._socket.bind((interface, 0))
        self._socket.setblocking(False)

    def __enter__(self) -> Self:
        """Return the tap."""
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the socket."""
        self._socket.close()

    def echo_requests(self) -> list[Seen]:
        """Return the echo requests that have passed since this was last asked."""
        found: list[Seen] = []
        while True:
            try:
                frame = self._socket.recv(65536)
            except BlockingIOError:
                return found
            seen = _read(frame[_ETHERNET:])
            if seen is not None:
                found.append(seen)


class _Packet(NamedTuple):
    source: str
    destination: str
    protocol: int
    length: int
    payload: bytes


def _read(octets: bytes) -> Seen | None:
    """Read a packet; None unless it is an echo request, or holds one. RFC 2003; RFC 7348, section 5."""
    outer = _packet(octets)
    if outer is None:
        return None
    inner: _Packet | None = outer
    wrapped = ""
    if outer.protocol == _IPIP:
        inner, wrapped = _packet(outer.payload), "IPIP"
    elif outer.protocol == _UDP and struct.unpack_from("!H", outer.payload, 2)[0] == _VXLAN_PORT:
        inner, wrapped = _packet(outer.payload[_UDP_AND_VXLAN + _ETHERNET :]), "VXLAN"
    if inner is None or (inner.protocol, inner.payload[0]) not in _ECHO_REQUESTS:
        return None
    return Seen(outer.source, outer.destination, wrapped, outer.length, inner.destination)


def _packet(octets: bytes) -> _Packet | None:
    """Read a header of IPv4 or IPv6. RFC 791, section 3.1; RFC 8200, section 3."""
    match octets[0] >> 4 if octets else 0:
        case 4:
            length = struct.unpack_from("!H", octets, 2)[0]
            ends = (str(IPv4Address(octets[12:16])), str(IPv4Address(octets[16:20])))
            return _Packet(*ends, octets[9], length, octets[(octets[0] & 15) * 4 :])
        case 6:
            length = 40 + struct.unpack_from("!H", octets, 4)[0]
            ends = (str(IPv6Address(octets[8:24])), str(IPv6Address(octets[24:40])))
            return _Packet(*ends, octets[6], length, octets[40:])
        case _:
            return None

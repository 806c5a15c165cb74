"""A node with pods, another node and a host outside, on one segment; and who sees whom under which address."""

import socket
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from tests.support.netns import Namespace, Namespaces, connect

NODE: Final = {4: "10.4.7.11", 6: "fd07::11"}
OTHER_NODE: Final = {4: "10.4.7.12", 6: "fd07::12"}
OUTSIDE: Final = {4: "10.4.7.99", 6: "fd07::99"}
POD: Final = {4: "10.244.0.5", 6: "fd44::5"}
SIBLING: Final = {4: "10.244.0.6", 6: "fd44::6"}
_LENGTHS: Final = {4: 24, 6: 64}
_HOST_LENGTHS: Final = {4: 32, 6: 128}
_RANGES: Final = {4: "10.244.0.0/16", 6: "fd44::/64"}


@dataclass(frozen=True, slots=True)
class NatLab:
    """The machines; every one knows the way to the pods."""

    node: Namespace
    other_node: Namespace
    outside: Namespace
    pod: Namespace
    sibling: Namespace

    @classmethod
    def of(cls, namespaces: Namespaces) -> "NatLab":
        """Make the machines and lay their cables."""
        names = ("node", "other", "outside", "pod", "sibling")
        lab = cls(*map(namespaces.node, names))
        segment = namespaces.segment()
        for machine, own in ((lab.node, NODE), (lab.other_node, OTHER_NODE), (lab.outside, OUTSIDE)):
            segment.attach(machine, *(f"{own[version]}/{_LENGTHS[version]}" for version in (4, 6)))
        for version in (4, 6):
            lab.node.sysctl(f"net.ipv{version}.{'ip_forward' if version == 4 else 'conf.all.forwarding'}", 1)
            for machine in (lab.other_node, lab.outside):
                machine.ip(f"-{version}", "route", "add", _RANGES[version], "via", NODE[version])
        for number, (machine, own) in enumerate(((lab.pod, POD), (lab.sibling, SIBLING))):
            lab._add_pod(machine, f"cali{number}", own)
        return lab

    def _add_pod(self, pod: Namespace, interface: str, own: dict[int, str]) -> None:
        gateways = {4: "169.254.1.1", 6: "fd01::1"}
        connect(self.node, pod, interfaces=(interface, "eth0"))
        for version, address in own.items():
            with_length = [f"{each}/{_HOST_LENGTHS[version]}" for each in (gateways[version], address)]
            self.node.ip("addr", "add", with_length[0], "dev", interface)
            pod.ip("addr", "add", with_length[1], "dev", "eth0")
            self.node.ip(f"-{version}", "route", "add", with_length[1], "dev", interface)
            pod.ip(f"-{version}", "route", "add", with_length[0], "dev", "eth0")
            pod.ip(f"-{version}", "route", "add", "default", "via", gateways[version], "dev", "eth0")


def listening(
    machine: Namespace, address: str, kind: socket.SocketKind = socket.SOCK_STREAM, port: int = 0
) -> socket.socket:
    """Return a socket of ``machine`` that waits at ``address``."""
    with machine.entered():
        waiting = socket.socket(family_of(address), kind)
    waiting.settimeout(5)
    waiting.bind((address, port))
    if kind is socket.SOCK_STREAM:
        waiting.listen()
    return waiting


def connected(machine: Namespace, waiting: socket.socket) -> tuple[socket.socket, socket.socket]:
    """Return both ends of a new TCP connection from ``machine``."""
    address = waiting.getsockname()
    with machine.entered():
        caller = socket.socket(waiting.family, socket.SOCK_STREAM)
    caller.settimeout(5)
    caller.connect(address[:2])
    answering, _ = waiting.accept()
    answering.settimeout(5)
    return caller, answering


def seen_from(caller: Namespace, server: Namespace, address: str) -> tuple[str, int]:
    """Return the address and the port that ``server`` sees when ``caller`` opens a TCP connection to ``address``."""
    with listening(server, address) as waiting:
        one, other = connected(caller, waiting)
        with one, other:
            one.sendall(b"x")
            assert other.recv(1) == b"x"
            found = other.getpeername()
    return str(found[0]), int(found[1])


def seen_by_udp(caller: Namespace, server: Namespace, address: str) -> str:
    """Return the address that ``server`` sees of a datagram from ``caller``, who has to get the answer."""
    with caller.entered():
        sending = socket.socket(family_of(address), socket.SOCK_DGRAM)
    with listening(server, address, socket.SOCK_DGRAM) as waiting, sending:
        sending.settimeout(5)
        sending.connect(waiting.getsockname()[:2])
        sending.send(b"x")
        _, found = waiting.recvfrom(1)
        waiting.sendto(b"y", found)
        assert sending.recv(1) == b"y"
    return str(found[0])


def family_of(address: str) -> socket.AddressFamily:
    """Return the family of sockets for an address."""
    return socket.AF_INET if ip_address(address).version == 4 else socket.AF_INET6

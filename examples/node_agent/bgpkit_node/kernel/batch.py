"""Many changes of one namespace in one system call: hand-packed, because pyroute2 takes a millisecond for each."""

import socket
import struct
from collections.abc import Iterator
from typing import Final

from bgpkit_node.kernel.error import KernelError
from bgpkit_node.kernel.values import Address, Forwarding, Interface, Network, Route, VethPair, Vxlan

_HEADER: Final = struct.Struct("=IHHII")
_ERROR: Final = struct.Struct("=i")
_LINK: Final = struct.Struct("=BxHiII")
_ADDRESS: Final = struct.Struct("=BBBBI")
_ROUTE: Final = struct.Struct("=BBBBBBBBI")
_NEIGHBOUR: Final = struct.Struct("=BxxxiHBB")
_U32: Final = struct.Struct("=I")
_ATTRIBUTE: Final = struct.Struct("=HH")
_NEW_LINK, _NEW_ADDRESS, _NEW_ROUTE, _NEW_NEIGHBOUR, _NLMSG_ERROR = 16, 20, 24, 28, 2
_OLD_NEIGHBOUR: Final = 29
_REQUEST_ACK, _REPLACE, _EXCL, _CREATE = 0x5, 0x100, 0x200, 0x400
_UP, _NODAD, _PERMANENT, _NO_ARP = 0x1, 0x2, 0x80, 0x40
_BRIDGE, _SELF = 7, 0x2
_MAIN, _SCOPE_LINK, _UNICAST = 254, 253, 1
_NESTED: Final = 0x8000
_V4: Final = 4


class Batch:
    """Changes that are written down first, and then made in their order by one call."""

    def __init__(self) -> None:
        """Hold none."""
        self._messages: list[bytes] = []
        self._texts: list[str] = []

    def add_veth(self, pair: VethPair) -> None:
        """Make a veth pair, both sides down."""
        queues = b"".join(_attribute(kind, _U32.pack(pair.queues)) for kind in (31, 32)) if pair.queues > 1 else b""
        mtu = _attribute(4, _U32.pack(pair.mtu))
        other = _attribute(3, pair.peer.encode() + b"\0") + _attribute(28, _U32.pack(pair.peer_namespace)) + mtu
        other += (_attribute(1, _mac(pair.peer_mac)) if pair.peer_mac else b"") + queues
        empty = _LINK.pack(socket.AF_UNSPEC, 0, 0, 0, 0)
        info = _attribute(1, b"veth\0") + _attribute(2 | _NESTED, _attribute(1 | _NESTED, empty + other))
        body = empty + _attribute(3, pair.name.encode() + b"\0") + _attribute(1, _mac(pair.mac)) + mtu + queues
        text = f"cannot make the veth pair {pair.name} and {pair.peer}"
        self._add(_NEW_LINK, _CREATE | _EXCL, body + _attribute(18 | _NESTED, info), text)

    def add_ipip(self, name: str) -> None:
        """Make an IPIP device, down, that takes packets from anybody; EEXIST where the module has made it."""
        info = _attribute(1, b"ipip\0")
        body = _LINK.pack(socket.AF_UNSPEC, 0, 0, 0, 0) + _attribute(3, name.encode() + b"\0")
        self._add(_NEW_LINK, _CREATE | _EXCL, body + _attribute(18 | _NESTED, info), f"cannot make {name} (IPIP)")

    def add_vxlan(self, name: str, mac: str, mtu: int, vxlan: Vxlan) -> None:
        """Make a VXLAN device, down."""
        options = _attribute(1, _U32.pack(vxlan.identifier)) + _attribute(7, bytes([vxlan.learning]))
        options += _attribute(15, vxlan.port.to_bytes(2, "big"))
        if vxlan.local is not None:
            options += _attribute(4 if vxlan.local.version == _V4 else 17, vxlan.local.packed)
        info = _attribute(1, b"vxlan\0") + _attribute(2 | _NESTED, options)
        body = _LINK.pack(socket.AF_UNSPEC, 0, 0, 0, 0) + _attribute(3, name.encode() + b"\0")
        body += _attribute(1, _mac(mac)) + _attribute(4, _U32.pack(mtu))
        self._add(_NEW_LINK, _CREATE | _EXCL, body + _attribute(18 | _NESTED, info), f"cannot make {name} (VXLAN)")

    def change_link(self, link: int, *, up: bool, mtu: int = 0, mac: str = "") -> None:
        """Set the interface with index ``link`` up or down, and its MTU and its MAC address when they are given."""
        extra = (_attribute(4, _U32.pack(mtu)) if mtu else b"") + (_attribute(1, _mac(mac)) if mac else b"")
        body = _LINK.pack(socket.AF_UNSPEC, 0, link, _UP if up else 0, _UP) + extra
        self._add(_NEW_LINK, 0, body, f"cannot change the interface with index {link}")

    def bring_up(self, link: int, *, alias: str | None = None) -> None:
        """Set the interface with index ``link`` up, and its ``alias`` when one is given."""
        extra = b"" if alias is None else _attribute(20, alias.encode())
        body = _LINK.pack(socket.AF_UNSPEC, 0, link, _UP, _UP) + extra
        self._add(_NEW_LINK, 0, body, f"cannot set the interface with index {link} up")

    def add_address(self, link: int, address: Interface) -> None:
        """Give the interface with index ``link`` an address, usable at once: nobody is asked who else has it."""
        family, packed = _family(address), address.ip.packed
        flags = _NODAD if address.version != _V4 else 0
        body = _ADDRESS.pack(family, address.network.prefixlen, flags, 0, link)
        attributes = _attribute(2, packed) + _attribute(1, packed)
        self._add(_NEW_ADDRESS, _CREATE | _EXCL, body + attributes, f"cannot set the address {address}")

    def add_route(self, route: Route) -> None:
        """Add a unicast route to the main table; EEXIST when its destination is taken."""
        destination, family = route.destination, _family(route.destination)
        scope = _SCOPE_LINK if route.on_link and destination.version == _V4 else 0
        body = _ROUTE.pack(family, destination.prefixlen, 0, 0, _MAIN, route.protocol, scope, _UNICAST, 0)
        attributes = _attribute(4, _U32.pack(route.link))
        if destination.prefixlen:
            attributes += _attribute(1, destination.network_address.packed)
        if route.gateway is not None:
            attributes += _attribute(5, route.gateway.packed)
        self._add(_NEW_ROUTE, _CREATE | _EXCL, body + attributes, f"cannot add the route to {destination}")

    def set_neighbour(self, link: int, address: Address, mac: str) -> None:
        """Make ``address`` a permanent neighbour with ``mac`` on the interface with index ``link``."""
        body = _NEIGHBOUR.pack(_family(address), link, _PERMANENT, 0, 0)
        attributes = _attribute(1, address.packed) + _attribute(2, _mac(mac))
        self._add(_NEW_NEIGHBOUR, _CREATE | _REPLACE, body + attributes, f"cannot set the neighbour {address}")

    def remove_neighbour(self, link: int, address: Address) -> None:
        """Remove the neighbour ``address`` of the interface with index ``link``."""
        body = _NEIGHBOUR.pack(_family(address), link, 0, 0, 0) + _attribute(1, address.packed)
        self._add(_OLD_NEIGHBOUR, 0, body, f"cannot remove the neighbour {address}")

    def set_forwarding(self, link: int, entry: Forwarding) -> None:
        """Let the VXLAN device with index ``link`` send frames to a MAC address to a machine."""
        self._add(_NEW_NEIGHBOUR, _CREATE | _REPLACE, _entry(link, entry), f"cannot set the way to {entry.mac}")

    def remove_forwarding(self, link: int, entry: Forwarding) -> None:
        """Remove an entry of the VXLAN device with index ``link``."""
        self._add(_OLD_NEIGHBOUR, 0, _entry(link, entry), f"cannot remove the way to {entry.mac}")

    def commit(self) -> None:
        """Make the changes; KernelError naming the first that was refused, the others having been made."""
        if not self._messages:
            return
        try:
            with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, 0) as kernel:
                kernel.sendto(b"".join(self._messages), (0, 0))
                answers = dict(_answers(kernel, len(self._messages)))
        except OSError as error:
            raise KernelError(self._texts[0], error.errno or 0) from error
        self._messages.clear()
        refused = next((number for number in sorted(answers) if answers[number]), 0)
        if refused:
            raise KernelError(self._texts[refused - 1], answers[refused])

    def _add(self, kind: int, flags: int, body: bytes, text: str) -> None:
        self._texts.append(text)
        length = _HEADER.size + len(body)
        header = _HEADER.pack(length, kind, flags | _REQUEST_ACK, len(self._texts), 0)
        self._messages.append(header + body + bytes(-length % 4))


def _answers(kernel: socket.socket, count: int) -> Iterator[tuple[int, int]]:
    """Yield number and error of each change, 0 when it was made."""
    seen = 0
    while seen < count:
        octets = kernel.recv(65536)
        at = 0
        while at < len(octets):
            length, kind, _, number, _ = _HEADER.unpack_from(octets, at)
            if kind == _NLMSG_ERROR:
                seen += 1
                yield number, -_ERROR.unpack_from(octets, at + _HEADER.size)[0]
            at += length + -length % 4


def _attribute(kind: int, value: bytes) -> bytes:
    length = _ATTRIBUTE.size + len(value)
    return _ATTRIBUTE.pack(length, kind) + value + bytes(-length % 4)


def _entry(link: int, entry: Forwarding) -> bytes:
    body = _NEIGHBOUR.pack(_BRIDGE, link, _PERMANENT | _NO_ARP, _SELF, 0)
    return body + _attribute(2, _mac(entry.mac)) + _attribute(1, entry.remote.packed)


def _mac(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))


def _family(value: Address | Interface | Network) -> int:
    return socket.AF_INET if value.version == _V4 else socket.AF_INET6

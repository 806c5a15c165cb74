"""Which session a datagram belongs to. RFC 5880, section 6.3; RFC 5881, section 3; RFC 5883, section 4."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import ip_address

from bgpkit.bfd.session import BfdSession
from bgpkit.bfd.sockets import Datagram
from bgpkit.speaker import MonitoredPath

_YOUR_DISCRIMINATOR = slice(8, 12)


class SessionRegistry:
    """All sessions, found by discriminator or by the path that they watch."""

    def __init__(self) -> None:
        """Start with none."""
        self._by_discriminator: dict[int, BfdSession] = {}
        self._by_remote: dict[tuple[str, bool], list[BfdSession]] = {}
        self._ports: dict[int, BfdSession] = {}

    def __iter__(self) -> Iterator[BfdSession]:
        """Yield all sessions."""
        return iter(tuple(self._by_discriminator.values()))

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._by_discriminator)

    def add(self, session: BfdSession) -> None:
        """Take a session in."""
        self._by_discriminator[session.machine.discriminator] = session
        self._by_remote.setdefault(_remote_key(session.path), []).append(session)
        self._ports[session.source_port] = session

    def remove(self, session: BfdSession) -> None:
        """Forget a session, which has not been closed yet."""
        del self._by_discriminator[session.machine.discriminator]
        del self._ports[session.source_port]
        key = _remote_key(session.path)
        self._by_remote[key].remove(session)
        if not self._by_remote[key]:
            del self._by_remote[key]

    def has_discriminator(self, discriminator: int) -> bool:
        """Tell whether a session has that discriminator."""
        return discriminator in self._by_discriminator

    def has_port(self, port: int) -> bool:
        """Tell whether a session sends from that port."""
        return port in self._ports

    def of_path(self, path: MonitoredPath) -> BfdSession | None:
        """Return the session that watches ``path``, whatever its options are.

        Who names no address or interface of ours means the one that there is: there is one session between two
        systems. RFC 5881, section 3.
        """
        for session in self._by_remote.get(_remote_key(path), ()):
            known = session.path
            same_interface = _agree(known.options.interface, path.options.interface)
            if same_interface and _agree(known.local, path.local):
                return session
        return None

    def of_datagram(self, datagram: Datagram) -> BfdSession | None:
        """Return the session that a datagram is for; None where there is none.

        What it says of our discriminator decides; only where it says nothing do the addresses.
        RFC 5880, section 6.8.6.
        """
        discriminator = int.from_bytes(datagram.octets[_YOUR_DISCRIMINATOR], "big")
        if discriminator:
            session = self._by_discriminator.get(discriminator)
            return session if session is not None and session.path.options.multihop is datagram.multihop else None
        key = (canonical(datagram.source), datagram.multihop)
        return next((each for each in self._by_remote.get(key, ()) if _takes(each, datagram)), None)


def canonical(address: str) -> str:
    """Return the one spelling of an address, its zone by name."""
    text, _, zone = address.partition("%")
    name = zone
    if zone.isdecimal():
        with suppress(OSError):
            name = socket.if_indextoname(int(zone))
    return f"{ip_address(text)}%{name}" if name else str(ip_address(text))


def _remote_key(path: MonitoredPath) -> tuple[str, bool]:
    return canonical(path.remote), path.options.multihop


def _agree(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


def _takes(session: BfdSession, datagram: Datagram) -> bool:
    """Tell whether a first packet, known by its addresses only, came to where the session listens."""
    local, interface = session.path.local, session.path.options.interface
    if local is not None and datagram.destination and local.partition("%")[0] != datagram.destination:
        return False
    if interface is None or not datagram.interface:
        return True
    try:
        return socket.if_nametoindex(interface) == datagram.interface
    except OSError:
        return False

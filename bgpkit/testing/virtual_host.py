"""A host of a virtual network: what a speaker connects and listens through."""

import asyncio
import errno
import os
from collections.abc import Callable, Iterable, Iterator
from ipaddress import ip_address
from itertools import count
from typing import Final, Protocol, TypeAlias

from bgpkit.errors import ConfigError
from bgpkit.testing.dice import Dice
from bgpkit.testing.link import Link
from bgpkit.testing.network_event import NetworkEventKind
from bgpkit.testing.virtual_transport import MakeProtocol, VirtualTransport

Place: TypeAlias = tuple[str, int]
"""Address and port."""

CONNECT_SECONDS: Final = 127.0
"""How long a connect that nobody answers takes to fail, as with Linux."""
_FIRST_PORT: Final = 49_152


class Surroundings(Protocol):
    """What a host knows of its network."""

    def at(self, address: str) -> "VirtualHost | None":
        """Return the host that has an address, if it is up."""
        ...

    def link(self, one: str, other: str) -> Link:
        """Return the way between two addresses."""
        ...

    def join(self, client: Place, make_client: MakeProtocol, server: Place, make_server: MakeProtocol) -> None:
        """Connect two places."""
        ...

    def ends_at(self, addresses: Iterable[str]) -> list[VirtualTransport]:
        """Return the ends of connections that are at one of the addresses."""
        ...

    def note(self, kind: NetworkEventKind, source: str, destination: str = "") -> None:
        """Write down what happened."""
        ...


class VirtualListener:
    """A place at which a host accepts connections."""

    def __init__(self, make_protocol: Callable[[], asyncio.BaseProtocol], address: str, port: int) -> None:
        """Accept connections to ``address`` and ``port``."""
        self._make_protocol = make_protocol
        self._place = (address, port)
        self.is_open = True
        """Whether connections are accepted."""

    @property
    def addresses(self) -> tuple[tuple[str, int], ...]:
        """The address and port on which it listens."""
        return (self._place,)

    def expect(self, remote: str, options: object) -> None:
        """Take note of nothing: options of sockets make no difference here."""

    def forget(self, remote: str) -> None:
        """Take note of nothing."""

    def close(self) -> None:
        """Accept no more connections; those that are open stay."""
        self.is_open = False

    def accept(self) -> asyncio.BaseProtocol | None:
        """Return a protocol for a connection that has come, or None when it came too late."""
        return self._make_protocol() if self.is_open else None


class VirtualHost:
    """One host: it is a `bgpkit.transport.Network`. Options of sockets are accepted and make no difference."""

    def __init__(self, network: Surroundings, addresses: tuple[str, ...], dice: Dice) -> None:
        """Make a host; `VirtualNetwork.host` does."""
        self._network = network
        self.addresses = addresses
        self.random = dice
        """Numbers that follow from the seed and the host's address, for the speaker that runs here."""
        self._listeners: dict[tuple[str, int], VirtualListener] = {}
        self._ports: Iterator[int] = count(_FIRST_PORT)
        self._remains: list[VirtualTransport] = []
        self.is_up = True
        """Whether it has not crashed."""

    async def connect(
        self,
        make_protocol: Callable[[], asyncio.BaseProtocol],
        *,
        remote: tuple[str, int],
        local: str | None = None,
        options: object = None,
    ) -> None:
        """Connect to ``remote`` from ``local`` (None: the first address of that IP version) and attach a protocol.

        OSError when it cannot be: refused, not answered within `CONNECT_SECONDS`, no such address of ours.
        """
        del options
        network, address = self._network, self._own(local, remote[0])
        link, own = network.link(address, remote[0]), (address, next(self._ports))
        places = written(own), written(remote)
        network.note(NetworkEventKind.CONNECT, *places)
        way = link.connect_delay()
        await asyncio.sleep(way)
        there = network.at(remote[0])
        if there is None or link.interrupted or link.chance(link.conditions.black_hole):
            network.note(NetworkEventKind.UNANSWERED, *places)
            await asyncio.sleep(CONNECT_SECONDS - way)
            raise _os_error(errno.ETIMEDOUT)
        listener = there.listener_at(remote)
        refused = listener is None or link.chance(link.conditions.refuse)
        await asyncio.sleep(link.segment_delay())
        if refused or listener is None:
            network.note(NetworkEventKind.REFUSED, *places)
            raise _os_error(errno.ECONNREFUSED)
        if not self.is_up:
            raise _os_error(errno.ENETDOWN)
        network.join(own, make_protocol, remote, listener.accept)

    async def listen(
        self, make_protocol: Callable[[], asyncio.BaseProtocol], address: str, port: int
    ) -> VirtualListener:
        """Listen on ``address`` (``0.0.0.0`` and ``::`` are all of that version) and ``port`` (0: one that is free).

        ConfigError says what stands in the way.
        """
        place = (str(ip_address(address)), port or next(self._ports))
        if not self.is_up:
            raise ConfigError(f"listen {address} port {port}: the host is down")
        if place[0] not in self.addresses and not ip_address(address).is_unspecified:
            raise ConfigError(f"listen {address} port {port}: the host has {', '.join(self.addresses)}")
        present = self._listeners.get(place)
        if present is not None and present.is_open:
            raise ConfigError(f"listen {address} port {port}: somebody listens there already; take another port")
        self._listeners[place] = listener = VirtualListener(make_protocol, *place)
        return listener

    def check(self, remote: str, local: str | None, options: object) -> None:
        """Find no fault."""

    def admit(self, transport: asyncio.BaseTransport, *, remote: str, options: object) -> None:
        """Take every connection."""

    def adapt(self, transport: asyncio.BaseTransport, *, remote: str, options: object) -> None:
        """Change nothing."""

    def crash(self) -> None:
        """Go down without a word: peers are left with half-open connections.

        Whoever runs here goes on in a void: it is told nothing, and can neither connect nor listen any more. What
        is sent to the host is lost, and is answered by a reset once `VirtualNetwork.host` has brought the address
        back.
        """
        self.is_up = False
        for listener in self._listeners.values():
            listener.close()
        self._remains = self._network.ends_at(self.addresses)
        for end in self._remains:
            end.vanish()

    # The network's side.

    def listener_at(self, place: Place) -> VirtualListener | None:
        """Return who accepts connections to an address and port."""
        for (address, port), listener in self._listeners.items():
            if listener.is_open and port == place[1] and _covers(address, place[0]):
                return listener
        return None

    def replaced(self) -> None:
        """Let what is sent on connections of before the crash be answered by a reset."""
        remains, self._remains = self._remains, []
        for end in remains:
            end.revive()

    def _own(self, local: str | None, remote: str) -> str:
        if not self.is_up:
            raise _os_error(errno.ENETDOWN)
        version = ip_address(remote).version
        own = [address for address in self.addresses if ip_address(address).version == version]
        if local is not None:
            own = [address for address in own if address == str(ip_address(local))]
        if not own:
            raise _os_error(errno.EADDRNOTAVAIL if local is not None else errno.ENETUNREACH)
        return own[0]


def _covers(address: str, asked: str) -> bool:
    listening, wanted = ip_address(address), ip_address(asked)
    return listening == wanted or (listening.is_unspecified and listening.version == wanted.version)


def _os_error(number: int) -> OSError:
    return OSError(number, os.strerror(number))


def written(place: Place) -> str:
    """Return address and port as one text, such as ``10.0.0.1:179`` or ``[2001:db8::1]:179``."""
    address, port = place
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"

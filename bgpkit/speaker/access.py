"""The ways to and from peers: the network, the listeners, and how connections with each peer must begin."""

import socket
from collections.abc import Callable, Iterable, Mapping

from bgpkit.errors import ConfigError
from bgpkit.session import Connection
from bgpkit.speaker.config import PeerConfig
from bgpkit.transport import (
    Listener,
    MakeProtocol,
    NeighborDiscovery,
    Network,
    TcpNetwork,
    TransportOptions,
    adopt,
    serve,
)

Place = tuple[str, int] | socket.socket
"""Where to listen: an address and a port, or a socket that is bound already."""


class Access:
    """Holds the listeners of a speaker and tells them, and the network, what peers want."""

    def __init__(self, network: Network | None = None) -> None:
        """Live in ``network``; None: the kernel's TCP."""
        self.network: Network = TcpNetwork() if network is None else network
        self._listeners: list[Listener] = []
        self._expected: dict[str, TransportOptions] = {}
        self._discoveries: dict[str, NeighborDiscovery] = {}

    @property
    def addresses(self) -> tuple[tuple[str, int], ...]:
        """The addresses and ports of all listeners."""
        return tuple(address for listener in self._listeners for address in listener.addresses)

    async def listen(self, make_protocol: MakeProtocol, places: Iterable[Place]) -> None:
        """Listen in all ``places``; ConfigError says what stands in the way."""
        for place in places:
            given: object = place
            match given:
                case socket.socket():
                    self._listeners.append(await serve(make_protocol, given))
                case (str() as address, int() as port):
                    self._listeners.append(await self.network.listen(make_protocol, address, port))
                case _:
                    raise ConfigError(f"listen: {given!r} is neither an (address, port) nor a bound socket")

    async def adopt(self, make_protocol: MakeProtocol, connection: socket.socket) -> None:
        """Take a connected socket as if it had come to a listener; ConfigError when it is none."""
        await adopt(make_protocol, connection)

    def discover(self, interface: str, found: Callable[[str], None]) -> None:
        """Call ``found`` with the address of each router heard on an interface; ConfigError when that cannot be."""
        self._discoveries[interface] = NeighborDiscovery(interface, found)

    def end_discovery(self, interface: str) -> None:
        """Listen for routers on an interface no more, if that was done."""
        discovery = self._discoveries.pop(interface, None)
        if discovery is not None:
            discovery.close()

    def close(self) -> None:
        """Accept no more connections, and discover nobody."""
        for interface in tuple(self._discoveries):
            self.end_discovery(interface)
        for listener in self._listeners:
            listener.close()

    def check(self, config: PeerConfig) -> None:
        """ConfigError when a peer's connections cannot be as its configuration says."""
        try:
            self.network.check(config.address, config.local_address, config.transport)
        except ConfigError as error:
            raise ConfigError(f"peer {config.address}: {error}") from error

    def expect(self, remote: str, options: TransportOptions) -> None:
        """Let connections from ``remote``, a peer or a range, begin as ``options`` say.

        ConfigError when they cannot; then all is as it was.
        """
        former = self._expected.get(remote)
        try:
            for listener in self._listeners:
                listener.expect(remote, options)
        except ConfigError as error:
            for listener in self._listeners:
                if former is None:
                    listener.forget(remote)
                else:
                    listener.expect(remote, former)
            raise ConfigError(f"peer {remote}: {error}") from error
        self._expected[remote] = options

    def expect_all(self, wanted: Mapping[str, TransportOptions], gone: Iterable[str]) -> None:
        """Do `expect` for all of ``wanted``, after `forget` for ``gone``; ConfigError, and then all is as it was."""
        former = {remote: self._expected.get(remote) for remote in (*gone, *wanted)}
        try:
            for remote in former.keys() - wanted.keys():
                self.forget(remote)
            for remote, options in wanted.items():
                self.expect(remote, options)
        except ConfigError:
            for remote in former:
                self.forget(remote)
            for remote, before in former.items():
                if before is not None:
                    self.expect(remote, before)
            raise

    def forget(self, remote: str) -> None:
        """Take back what was said of ``remote``."""
        if self._expected.pop(remote, None) is not None:
            for listener in self._listeners:
                listener.forget(remote)

    def admit(self, connection: Connection, config: PeerConfig) -> None:
        """Give a connection that a peer opened its options; ConfigError when it must not be taken."""
        if connection.transport is not None:
            self.network.admit(connection.transport, remote=config.address, options=config.transport)

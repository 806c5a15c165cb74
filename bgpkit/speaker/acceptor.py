"""Connections that others open to us, until it is known whose they are."""

from collections.abc import Callable

from bgpkit.errors import HeaderError
from bgpkit.session import Connection


class Acceptor:
    """Receives a listener's new connections and passes each to its peer; a stranger's is closed at once.

    To a listener it is a doorkeeper (`bgpkit.transport.Doorkeeper`): nothing is made for a stranger.
    """

    def __init__(self, route: Callable[[Connection], None], admits: Callable[[str], bool] = lambda _: True) -> None:
        """Call ``route`` with every opened connection: it finds the peer, or closes the connection.

        ``admits`` tells of an address whether its connections are to be opened at all.
        """
        self._route = route
        self._admits = admits
        self._closed = False

    def __call__(self) -> Connection:
        """Return a protocol for a connection about to be accepted."""
        return Connection(self)

    def admits(self, remote: str) -> bool:
        """Tell whether a connection from an address is to be opened at all."""
        return not self._closed and self._admits(remote)

    def close(self) -> None:
        """Refuse every further connection."""
        self._closed = True

    # bgpkit.session.MessageReceiver, for the moment before a peer takes over.

    def connection_opened(self, connection: Connection) -> None:
        """Pass the connection on."""
        if self._closed:
            connection.abort()
        else:
            self._route(connection)

    def message_received(self, connection: Connection, kind: int, data: bytes, start: int, end: int) -> None:
        """Close: nobody has taken the connection."""
        del kind, data, start, end
        connection.abort()

    def header_refused(self, connection: Connection, error: HeaderError) -> None:
        """Close: nobody has taken the connection."""
        del error
        connection.abort()

    def read_finished(self, connection: Connection) -> None:
        """Do nothing."""

    def connection_closed(self, connection: Connection, error: Exception | None) -> None:
        """Do nothing."""

    def became_writable(self, connection: Connection) -> None:
        """Do nothing."""

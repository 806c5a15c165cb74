"""A connection that nobody has taken is closed at its first octets."""

from bgpkit.session import Connection
from bgpkit.speaker.acceptor import Acceptor
from tests.support import octets
from tests.unit.session.test_connection import Receiver, Transport, feed


def accepted(acceptor: Acceptor) -> tuple[Connection, Transport]:
    """Return a connection as a listener makes it."""
    made, transport = acceptor(), Transport()
    made.connection_made(transport)
    return made, transport


async def test_a_connection_is_passed_on_when_it_opens() -> None:
    """Who finds the peer gets the connection, with the address of the other end; then the peer receives."""
    passed: list[str] = []
    receiver = Receiver()

    def route(connection: Connection) -> None:
        passed.append(connection.remote_address)
        connection.receiver = receiver

    made, transport = accepted(Acceptor(route))
    feed(made, octets.message(octets.KEEPALIVE))
    assert (passed, receiver.messages, transport.aborted) == (["192.0.2.2"], [(octets.KEEPALIVE, b"")], False)


async def test_octets_on_a_connection_that_nobody_took_end_it() -> None:
    """A message as well as nonsense: the connection is aborted."""
    for data in (octets.message(octets.KEEPALIVE), b"GET / HTTP/1.1\r\n\r\n."):
        made, transport = accepted(Acceptor(lambda _connection: None))
        feed(made, data)
        assert transport.aborted
        made.resume_writing()
        made.connection_lost(None)


async def test_a_closed_acceptor_refuses() -> None:
    """A connection that was on its way when the speaker stopped is aborted and passed to nobody."""
    passed: list[Connection] = []
    acceptor = Acceptor(passed.append)
    acceptor.close()
    _, transport = accepted(acceptor)
    assert (passed, transport.aborted) == ([], True)

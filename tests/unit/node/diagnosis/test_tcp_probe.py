"""A look at a TCP port: each reply has its sentence, and the wait has an end."""

import asyncio
import socket

from bgpkit_node.diagnosis.tcp_probe import Reply, probe


async def test_a_port_that_takes_connections() -> None:
    """Nothing is sent, and it is hung up at once."""
    heard: list[bytes] = []
    gone = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take what comes until the end."""
        try:
            heard.append(await reader.read())
        except ConnectionResetError:
            heard.append(b"")
        writer.close()
        gone.set()

    async with await asyncio.start_server(serve, "127.0.83.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        found = await probe("127.0.83.1", port, local="127.0.83.2")
        await gone.wait()
    assert found.reply is Reply.ACCEPTED
    assert found.sentence.startswith(f"TCP port {port} of 127.0.83.1 takes a connection from 127.0.83.2, in ")
    assert heard == [b""]


async def test_a_port_where_nobody_listens() -> None:
    """It is said what that may mean."""
    found = await probe("127.0.83.3", 9)
    assert found.reply is Reply.REFUSED
    assert found.sentence == (
        "TCP port 9 of 127.0.83.3 refuses the connection: nothing listens there, or a filter says no"
    )


async def test_a_port_that_is_silent() -> None:
    """A listener whose queue is full drops what comes, as a filter does."""
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.83.4", 0))
        full.listen(0)
        for client in (first, second):
            client.setblocking(False)
            client.connect_ex(full.getsockname())
        found = await probe(*full.getsockname(), seconds=0.2)
    assert found.reply is Reply.SILENCE
    assert "gives no answer within 0.2 s: the packets are dropped on the way" in found.sentence


async def test_an_address_from_which_nothing_can_be_sent() -> None:
    """The kernel's words, and its code."""
    found = await probe("127.0.83.5", 9, local="192.0.2.77")
    assert found.reply is Reply.NO_WAY
    assert "from 192.0.2.77" in found.sentence
    assert "EADDRNOTAVAIL" in found.sentence or "cannot be reached" in found.sentence

"""A listening socket that asks who may come in before anything is made of a connection."""

import asyncio
import socket

import pytest

from bgpkit.transport import Doorkeeper, MakeProtocol, serve
from bgpkit.transport import doorkeeper as module
from bgpkit.transport.doorkeeper import ScreenedSocket, screened
from tests.support.scripted_peer import eventually


class Door:
    """Lets nobody in but one, and makes protocols that do nothing."""

    def __init__(self, admitted: str) -> None:
        """Admit connections from one address."""
        self.admitted = admitted
        self.asked: list[str] = []
        self.made = 0

    def __call__(self) -> asyncio.Protocol:
        """Make a protocol."""
        self.made += 1
        return asyncio.Protocol()

    def admits(self, remote: str) -> bool:
        """Tell whether it is the one."""
        self.asked.append(remote)
        return remote == self.admitted


def listening() -> socket.socket:
    """Return a listening socket on the loopback interface."""
    made = socket.socket()
    made.bind(("127.0.0.1", 0))
    made.listen(200)
    made.setblocking(False)
    return made


def connected(listener: socket.socket, local: str) -> socket.socket:
    """Connect from an address; the kernel does it, without anybody accepting."""
    made = socket.socket()
    made.settimeout(10)
    made.bind((local, 0))
    made.connect(listener.getsockname())
    return made


def test_strangers_are_reset_and_the_next_admitted_connection_is_given_out() -> None:
    """In the order in which they came; of a stranger nothing is left, no TIME-WAIT either."""
    door = Door("127.0.0.3")
    with screened(listening(), door) as listener:
        assert isinstance(listener, ScreenedSocket)
        with pytest.raises(BlockingIOError):
            listener.accept()
        ends = [connected(listener, local) for local in ("127.0.0.2", "127.0.0.4", "127.0.0.3")]
        accepted, place = listener.accept()
        with accepted:
            assert (place[0], door.asked) == ("127.0.0.3", ["127.0.0.2", "127.0.0.4", "127.0.0.3"])
        for end in ends[:2]:
            with end, pytest.raises(ConnectionResetError):
                end.recv(1)
        with ends[2]:
            assert ends[2].recv(1) == b""


def test_others_have_their_turn_between_many_strangers(monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many the caller is told that there is nothing for now, and asks again."""
    monkeypatch.setattr(module, "AT_ONCE", 3)
    door = Door("127.0.0.3")
    with screened(listening(), door) as listener:
        ends = [connected(listener, local) for local in (*("127.0.0.2",) * 4, "127.0.0.3")]
        with pytest.raises(BlockingIOError):
            listener.accept()
        assert len(door.asked) == 3
        listener.accept()[0].close()
        assert len(door.asked) == 5
        for end in ends:
            end.close()


def test_without_a_doorkeeper_the_socket_stays_what_it_is() -> None:
    """A plain function lets everybody in."""
    make: MakeProtocol = asyncio.Protocol
    with listening() as listener:
        assert screened(listener, make) is listener
    assert isinstance(Door(""), Doorkeeper)


async def test_a_served_socket_asks_its_doorkeeper() -> None:
    """No protocol is made for a stranger."""
    door = Door("127.0.0.3")
    listener = await serve(door, listening())
    try:
        for local, expected in (("127.0.0.2", 0), ("127.0.0.3", 1)):
            with socket.socket() as end:
                end.setblocking(False)
                end.bind((local, 0))
                loop = asyncio.get_running_loop()
                try:
                    await loop.sock_connect(end, listener.addresses[0])
                    if not expected:
                        assert await asyncio.wait_for(loop.sock_recv(end, 1), 10) == b""
                except ConnectionError:
                    assert not expected
                if expected:
                    await eventually(lambda: door.made > 0, "a protocol")
                assert door.made == expected
    finally:
        listener.close()

"""The thread that waits for the kernel: when the loop goes on, and by what it hears of the end."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from errno import EMSGSIZE
from threading import Event, Lock
from typing import Final

import pytest

from bgpkit.fib.netlink.sender import Sender

_PATIENCE: Final = 5.0


class SlowSocket(socket.socket):
    """A datagram socket whose ``send`` is done at once, and does not return before it may."""

    def __init__(self, descriptor: int) -> None:
        """Take a descriptor over; ``send`` returns at once."""
        super().__init__(socket.AF_UNIX, socket.SOCK_DGRAM, fileno=descriptor)
        self.may_return = Event()
        self.may_return.set()
        self.sending = Event()
        self.failure: OSError | None = None

    def send(self, data: object, flags: int = 0, /) -> int:
        """Begin, wait until it may return, and fail if it is to."""
        del data, flags
        self.sending.set()
        self.may_return.wait(_PATIENCE)
        if self.failure is not None:
            raise self.failure
        return 0


@pytest.fixture
def ends() -> Iterator[tuple[SlowSocket, socket.socket]]:
    """Give our end, which is asked, and the kernel's, which answers."""
    ours, kernel = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    slow = SlowSocket(ours.detach())
    with slow, kernel:
        yield slow, kernel
        slow.may_return.set()


def reading(asking: socket.socket, last: bytes) -> Callable[[], bool]:
    """Return what reads answers and tells whether it is the ``last``."""
    return lambda: asking.recv(64) == last


def nothing() -> None:
    """Do nothing meanwhile."""


async def test_the_end_is_read_from_the_answer(ends: tuple[SlowSocket, socket.socket]) -> None:
    """The thread has not come back by then: a busy loop would keep it waiting. Earlier answers are not the end."""
    slow, kernel = ends
    slow.may_return.clear()

    def answer() -> None:
        """Refuse one request, and acknowledge the last."""
        kernel.send(b"refused")
        kernel.send(b"last")

    with closing(Sender(slow)) as sender:
        await asyncio.wait_for(sender.send(b"", answer, reading(slow, b"last")), _PATIENCE)
        assert not slow.may_return.is_set()
        slow.may_return.set()


async def test_where_the_answer_is_lost_the_thread_tells_the_end(ends: tuple[SlowSocket, socket.socket]) -> None:
    """Nothing may hang on an answer for which the kernel had no room."""
    with closing(Sender(ends[0])) as sender:
        await asyncio.wait_for(sender.send(b"", nothing, lambda: False), _PATIENCE)


async def test_what_is_done_meanwhile_begins_after_the_thread(
    ends: tuple[SlowSocket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Work begun before would keep the interpreter from the thread, and the kernel idle."""
    noted: list[str] = []

    class NotedLock:
        """A lock that notes when it is released, and when somebody has waited for that."""

        def __init__(self) -> None:
            """Be free."""
            self._lock = Lock()

        def acquire(self, timeout: float = -1) -> None:
            """Take it."""
            self._lock.acquire(timeout=timeout)
            noted.append("waited")

        def release(self) -> None:
            """Give it back."""
            noted.append("begun")
            self._lock.release()

    monkeypatch.setattr("bgpkit.fib.netlink.sender.Lock", NotedLock)
    monkeypatch.setattr("bgpkit.fib.netlink.sender._BEGINNING", _PATIENCE)
    with closing(Sender(ends[0])) as sender:
        await asyncio.wait_for(sender.send(b"", lambda: noted.append("meanwhile"), lambda: False), _PATIENCE)
    assert noted == ["waited", "begun", "waited", "meanwhile"]


async def test_an_error_of_the_call_is_raised(ends: tuple[SlowSocket, socket.socket]) -> None:
    """A batch may be too long for the send buffer."""
    slow, _ = ends
    slow.failure = OSError(EMSGSIZE, "Message too long")
    with closing(Sender(slow)) as sender, pytest.raises(OSError, match="Message too long"):
        await asyncio.wait_for(sender.send(b"", nothing, lambda: False), _PATIENCE)


@pytest.mark.parametrize("answered", [True, False])
async def test_who_is_cancelled_waits_for_the_kernel(ends: tuple[SlowSocket, socket.socket], *, answered: bool) -> None:
    """The sockets may be closed afterwards: nothing is under way any more, whoever tells so."""
    slow, kernel = ends
    slow.may_return.clear()
    with closing(Sender(slow)) as sender:
        task = asyncio.create_task(sender.send(b"", nothing, reading(slow, b"last")))
        await asyncio.to_thread(slow.sending.wait, _PATIENCE)
        task.cancel()
        for _ in range(3):
            await asyncio.sleep(0)
        assert not task.done()
        if answered:
            kernel.send(b"last")
        else:
            slow.may_return.set()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, _PATIENCE)
        slow.may_return.set()


async def test_a_thread_whose_end_has_been_read_keeps_still(
    ends: tuple[SlowSocket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    """To tell it once more would hold the loop up between two batches."""
    slow, kernel = ends
    told: list[object] = []

    def tell(*words: object) -> None:
        """Note what the thread tells the loop."""
        told.append(words)

    monkeypatch.setattr("bgpkit.fib.netlink.sender._READING", _PATIENCE)
    with closing(Sender(slow)) as sender:
        monkeypatch.setattr(asyncio.get_running_loop(), "call_soon_threadsafe", tell)
        for _ in range(3):
            sending = sender.send(b"", lambda: kernel.sendall(b"last"), reading(slow, b"last"))
            await asyncio.wait_for(sending, _PATIENCE)
    assert told == []


async def test_who_closes_at_the_end_of_a_call_leaves_nobody_waiting(
    ends: tuple[SlowSocket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thread is told to end while it still leaves the answer to the loop, and that is lost."""
    monkeypatch.setattr("bgpkit.fib.netlink.sender._READING", _PATIENCE)
    sender = Sender(ends[0])
    await asyncio.wait_for(sender.send(b"", sender.close, lambda: False), _PATIENCE)

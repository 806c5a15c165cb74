"""The loop whose clock jumps."""

import asyncio
import os
import signal
import socket
import threading
import time

import pytest

from bgpkit.testing import NothingLeftError, VirtualTimeLoop, run_in_virtual_time


def test_a_day_passes_at_once() -> None:
    """Timers run out in their order, each at its time, and no real time passes."""
    began = time.monotonic()

    async def main() -> list[tuple[str, float]]:
        loop = asyncio.get_running_loop()
        told: list[tuple[str, float]] = []

        def tell(name: str) -> None:
            told.append((name, loop.time()))

        for name, seconds in (("evening", 64_800.0), ("morning", 21_600.0), ("noon", 43_200.0)):
            loop.call_later(seconds, tell, name)
        await asyncio.sleep(86_400)
        return [*told, ("midnight", loop.time())]

    assert run_in_virtual_time(main()) == [
        ("morning", 21_600.0),
        ("noon", 43_200.0),
        ("evening", 64_800.0),
        ("midnight", 86_400.0),
    ]
    assert time.monotonic() - began < 5


def test_time_stands_still_while_something_is_ready() -> None:
    """A thousand turns of the loop take no time."""

    async def main() -> float:
        for _ in range(1000):
            await asyncio.sleep(0)
        return asyncio.get_running_loop().time()

    assert run_in_virtual_time(main()) == 0.0


def test_who_waits_for_ever_is_told_so() -> None:
    """With no timer left the run ends with an error in place of a hang."""

    async def main() -> None:
        await asyncio.sleep(10)
        await asyncio.get_running_loop().create_future()

    with pytest.raises(NothingLeftError, match="nothing is left to happen"):
        run_in_virtual_time(main())


def test_time_stands_still_while_a_thread_works() -> None:
    """A call in a thread is awaited, whatever timers run."""

    def work() -> int:
        time.sleep(0.02)
        return 7

    async def main() -> tuple[int, float]:
        loop = asyncio.get_running_loop()
        loop.call_later(1, lambda: None)
        done = await asyncio.to_thread(work)
        return done, loop.time()

    assert run_in_virtual_time(main()) == (7, 0.0)


def test_a_thread_may_wake_the_loop_once_there_are_threads() -> None:
    """After the first call in a thread nobody is told that nothing is left: one may still have something to say."""

    async def main() -> str:
        loop = asyncio.get_running_loop()
        await asyncio.to_thread(int)
        said: asyncio.Future[str] = loop.create_future()
        threading.Timer(0.02, lambda: loop.call_soon_threadsafe(said.set_result, "hello")).start()
        return await said

    assert run_in_virtual_time(main()) == "hello"


def test_real_sockets_work_beside_virtual_time() -> None:
    """Octets on their way through the kernel get a moment before an hour passes."""

    async def main() -> tuple[bytes, float]:
        loop = asyncio.get_running_loop()
        near, far = socket.socketpair()
        with near, far:
            near.setblocking(False)
            far.setblocking(False)
            heard = asyncio.create_task(loop.sock_recv(far, 100))
            await asyncio.sleep(0)
            await loop.sock_sendall(near, b"octets")
            async with asyncio.timeout(3600):
                return await heard, loop.time()

    assert run_in_virtual_time(main()) == (b"octets", 0.0)


def test_a_signal_is_heard_in_a_busy_loop() -> None:
    """Although the loop never waits."""

    async def main() -> str:
        loop = asyncio.get_running_loop()
        heard: asyncio.Future[str] = loop.create_future()
        loop.add_signal_handler(signal.SIGUSR1, heard.set_result, "heard")
        os.kill(os.getpid(), signal.SIGUSR1)
        for _ in range(5000):
            await asyncio.sleep(1)
        loop.remove_signal_handler(signal.SIGUSR1)
        return heard.result()  # InvalidStateError when it has not been heard

    assert run_in_virtual_time(main()) == "heard"


def test_a_loop_begins_at_zero() -> None:
    """Each of them."""
    loop = VirtualTimeLoop()
    assert loop.time() == 0.0
    loop.close()

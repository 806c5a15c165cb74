"""Signals that end a process in order, asked of a real process, and what ends with it."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path
from signal import SIGHUP, SIGINT, SIGTERM, Signals

import pytest

from bgpkit_node.asked_to_end import unless_stopped
from tests.support.virtual_time import run

PROGRAM = """
import asyncio
from bgpkit_node.asked_to_end import when_asked_to_end

async def main():
    stop = asyncio.Event()
    when_asked_to_end(stop.set)
    print("ready", flush=True)
    await stop.wait()
    print("in order")

asyncio.run(main())
"""


def _ended(number: Signals) -> tuple[int, str]:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(number)
        return process.wait(60), process.stdout.read()


@pytest.mark.parametrize("number", [SIGTERM, SIGINT, SIGHUP])
def test_each_is_an_end_in_order(number: Signals) -> None:
    """What follows is done, and the exit code is that of success."""
    assert _ended(number) == (0, "in order\n")


def test_what_is_to_outlive_its_terminal_does() -> None:
    """nohup(1) has SIGHUP ignored, and it stays so: the kernel's own word of the process."""
    with subprocess.Popen(
        ["nohup", sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
        process.terminate()
    (ignored,) = re.findall(r"(?m)^SigIgn:\s*(\w+)$", status)
    assert int(ignored, 16) & 1 << (SIGHUP - 1)


def test_what_is_wanted_ends_with_the_stop() -> None:
    """What does not end by itself is cancelled, to its end; what has come is returned."""

    async def prove() -> None:
        ended = asyncio.Event()

        async def for_ever() -> int:
            """Never come to an end."""
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()
            return 1

        stop = asyncio.Event()
        asyncio.get_running_loop().call_later(5, stop.set)
        assert await unless_stopped(stop, for_ever()) is None
        assert ended.is_set()
        assert await unless_stopped(asyncio.Event(), asyncio.sleep(1, "done")) == "done"

    run(prove())

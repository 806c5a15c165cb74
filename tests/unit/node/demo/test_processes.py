"""Running programs beside the demonstration."""

import asyncio
import logging
import signal
import sys

import pytest

from bgpkit_node.demo.processes import end, run
from bgpkit_node.errors import NodeError


async def started(*words: str) -> asyncio.subprocess.Process:
    """Start this Python."""
    return await asyncio.create_subprocess_exec(sys.executable, "-c", *words, stdout=asyncio.subprocess.PIPE)


async def test_a_signal_ends_a_process_and_its_waiter_learns_by_which() -> None:
    """SIGTERM, unless another is asked for."""
    for number, given in ((signal.SIGTERM, ()), (signal.SIGKILL, (signal.SIGKILL,))):
        process = await started("input()")
        end(process, *given)
        assert await process.wait() == -number


async def test_a_process_that_has_just_ended_keeps_its_status_for_its_waiter(caplog: pytest.LogCaptureFixture) -> None:
    """It ends on its own as the signal is sent, again and again: the status is its own, and asyncio misses no child."""
    with caplog.at_level(logging.WARNING, logger="asyncio"):
        for _ in range(300):
            process = await asyncio.create_subprocess_exec("sh", "-c", "exit 3", stdout=asyncio.subprocess.PIPE)
            assert process.stdout is not None
            await process.stdout.read()
            end(process)
            assert await process.wait() in {3, -signal.SIGTERM}
            end(process)
    assert caplog.records == []


async def test_a_failed_command_is_told_with_its_words() -> None:
    """The command, its exit code and what it said."""
    with pytest.raises(NodeError, match=r"sh -c echo no >&2; exit 4 failed with exit code 4: no"):
        await run("sh", "-c", "echo no >&2; exit 4")

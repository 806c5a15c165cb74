"""Running programs beside the demonstration, in the network namespaces that it has made."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Collection, Sequence

from bgpkit_node.errors import NodeError


def bgpkit_node(*words: str) -> tuple[str, ...]:
    """Return the command line of ``bgpkit-node`` in this very Python."""
    return (sys.executable, "-P", "-m", "bgpkit_node.command.main", *words)


def within(namespace: str) -> tuple[str, ...]:
    """Return the words that run a command in a named network namespace."""
    return ("nsenter", f"--net=/run/netns/{namespace}", "--")


async def ip_batch(commands: Sequence[str], *, namespace: str | None = None) -> None:
    """Run several ``ip`` commands in one process."""
    prefix = within(namespace) if namespace is not None else ()
    await run(*prefix, "ip", "-batch", "-", given="\n".join(commands))


async def run(
    *words: str,
    environment: dict[str, str] | None = None,
    given: str | None = None,
    statuses: Collection[int | None] = (0,),
) -> str:
    """Run a command and return its output; NodeError with what it said when its status is none of ``statuses``."""
    status, output, errors = await finished(*words, environment=environment, given=given)
    if status not in statuses:
        said = " ".join((errors or output).split())
        raise NodeError(f"{' '.join(words)} failed with exit code {status}: {said}")
    return output


async def finished(*words: str, environment: dict[str, str] | None, given: str | None) -> tuple[int | None, str, str]:
    """Run a command to its end; return its status, its output and what it wrote to standard error."""
    process = await asyncio.create_subprocess_exec(
        *words,
        env=environment,
        stdin=asyncio.subprocess.PIPE if given is not None else asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate(None if given is None else given.encode())
    return process.returncode, output.decode(errors="replace"), errors.decode(errors="replace")


def end(process: asyncio.subprocess.Process, number: int = signal.SIGTERM) -> None:
    """Send a signal to a process that may have ended on its own, whose status stays for its waiter.

    Its own methods ask first whether it has ended, and take the status away from the waiter if it just has.
    """
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, number)


def pinger(*words: str) -> tuple[str, ...]:
    """Return the command line of the pinger."""
    return (sys.executable, "-P", "-m", "bgpkit_node.demo.pinger", *words)


def bgpkit(*words: str) -> tuple[str, ...]:
    """Return the command line of ``bgpkit`` in this very Python."""
    return (sys.executable, "-P", "-m", "bgpkit.command.main", *words)

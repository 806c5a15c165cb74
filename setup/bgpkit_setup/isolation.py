"""A command in network, mount and process namespaces of its own, so that nothing outlives it.

The first half builds the namespaces with ``unshare`` (a user namespace too when not root) and
becomes it. The second half is process 1 inside: it puts a fresh /run in place, brings the
loopback up, starts the command, collects whatever is orphaned and ends with the command's
status. However it ends, the kernel then kills every process inside and drops the namespaces.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from bgpkit_setup.packages import find_executable
from bgpkit_setup.report import say

_INSIDE = "--inside"
_FLAGS = ("-nmpf", "--kill-child", "--mount-proc")
_IGNORED_BY_PYTHON = (signal.SIGPIPE, signal.SIGXFSZ)  # a program started from here expects them as they were


def main(arguments: Sequence[str]) -> int:
    """Run the command given as arguments; return its exit status, 128 + n when signal n ended it."""
    if not arguments:
        say("isolate.py needs a command")
        return 2
    if arguments[0] == _INSIDE:
        return _be_process_one(arguments[1:])
    prefix = ["unshare", *_FLAGS] if os.geteuid() == 0 else ["unshare", "-Ur", *_FLAGS]
    refusal = _refusal(prefix)
    if refusal:
        say(f"running without namespaces of our own, the machine refuses them: {refusal}")
        command = list(arguments)
    else:
        script = Path(__file__).resolve().parent.parent / "isolate.py"
        command = [*prefix, sys.executable, str(script), _INSIDE, *arguments]
    return _become(command)


def _become(command: list[str]) -> NoReturn:
    """Replace this process by a command."""
    for number in _IGNORED_BY_PYTHON:
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execvp(command[0], command)
    except OSError as error:
        say(f"{command[0]}: {error.strerror}")
        sys.exit(127)


def _refusal(prefix: Sequence[str]) -> str:
    """Return why such namespaces cannot be had here, or nothing."""
    try:
        answer = subprocess.run([*prefix, "true"], capture_output=True, text=True, check=False)
    except OSError as error:
        return str(error)
    return "" if answer.returncode == 0 else answer.stderr.strip() or f"status {answer.returncode}"


def _be_process_one(command: Sequence[str]) -> int:
    """Prepare the namespaces, run the command, reap every process that ends; return the command's status."""
    for step in (["mount", "-t", "tmpfs", "-o", "mode=755", "run", "/run"], [_ip(), "link", "set", "lo", "up"]):
        answer = subprocess.run(step, capture_output=True, text=True, check=False)
        if answer.returncode != 0:
            say(f"{' '.join(step)}: {answer.stderr.strip()}")
    children: list[int] = []

    def forward(number: int, _frame: FrameType | None) -> None:
        for process in children:
            os.kill(process, number)

    # Before the command can have said anything: a signal that comes then must find its way already.
    signal.signal(signal.SIGTERM, forward)
    signal.signal(signal.SIGHUP, forward)
    signal.signal(signal.SIGINT, _leave_to_the_child)
    # It may come before we know whom to hand it to: until then the kernel keeps it.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM, signal.SIGHUP))
    try:
        child = os.posix_spawnp(command[0], list(command), os.environ, setsigmask=before, setsigdef=_IGNORED_BY_PYTHON)
    except OSError as error:
        say(f"{command[0]}: {error.strerror}")
        return 127
    children.append(child)
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    while True:
        process, status = os.waitpid(-1, 0)
        if process == child:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


def _leave_to_the_child(_number: int, _frame: FrameType | None) -> None:
    """Ignore Ctrl-C here: the terminal sends it to the command as well, which decides."""


def _ip() -> str:
    """Return the path of ip, or its bare name."""
    return find_executable("ip") or "ip"

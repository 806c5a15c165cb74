"""The network namespace of one measurement, and what the kernel itself says of its routes."""

import ctypes
import os
import subprocess
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bgpkit_setup.packages import find_executable

NAME: Final = "fib"
_CLONE_NEWNET: Final = 0x40000000


class PlaceError(Exception):
    """The namespace could not be made or asked; the message says which command failed, and its words."""


@contextmanager
def place() -> Generator[None]:
    """Make the namespace with one link, and delete it in the end; PlaceError when it cannot be made."""
    run("netns", "add", NAME)
    try:
        for line in (
            "link set lo up",
            "link add e0 type veth peer name p0",
            "link set e0 up",
            "link set p0 up",
            "addr add 10.0.0.1/16 dev e0",
        ):
            run("-n", NAME, *line.split())
        yield
    finally:
        run("netns", "del", NAME)


def inside(argv: Sequence[str]) -> list[str]:
    """Return the command line that runs a command in the namespace; the process id stays the command's."""
    return [ip(), "netns", "exec", NAME, *argv]


def installed(protocol: str) -> Mapping[str, str]:
    """Return the routes of a protocol as `ip` prints them: prefix to gateway."""
    rows = [line.split() for line in run("-n", NAME, "route", "show", "proto", protocol).splitlines()]
    return {row[0]: row[row.index("via") + 1] if "via" in row else "" for row in rows}


def differing(wanted: Mapping[str, str], found: Mapping[str, str]) -> str:
    """Return a sentence about how two tables differ, or nothing."""
    if wanted == found:
        return ""
    missing = [prefix for prefix in wanted if prefix not in found]
    others = [prefix for prefix in found if wanted.get(prefix) not in {None, found[prefix]}]
    more = len(found) - len(wanted) + len(missing)
    return (
        f"{len(missing):,} of {len(wanted):,} routes missing, {len(others):,} with another gateway, {more:,} too many"
    )


@contextmanager
def entered() -> Generator[None]:
    """Put this thread into the namespace for a while: sockets opened meanwhile belong to it."""
    with Path("/proc/thread-self/ns/net").open("rb") as home, Path("/run/netns", NAME).open("rb") as there:
        _setns(there.fileno())
        try:
            yield
        finally:
            _setns(home.fileno())


def run(*words: str) -> str:
    """Run `ip` and return what it prints; PlaceError when it fails."""
    answer = subprocess.run([ip(), *words], capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise PlaceError(f"ip {' '.join(words)}: {answer.stderr.strip()}")
    return answer.stdout


def ip() -> str:
    """Return the path of `ip`."""
    return find_executable("ip") or "ip"


def _setns(descriptor: int) -> None:
    if ctypes.CDLL(None, use_errno=True).setns(descriptor, _CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))

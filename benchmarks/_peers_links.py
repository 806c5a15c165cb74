"""The two ends of the benchmark: the daemon's network namespace, and this process's with all the clients."""

import subprocess
from collections.abc import Sequence
from typing import Final

from bgpkit_setup.packages import find_executable

NAMESPACE: Final = "daemon"
DAEMON: Final = "10.200.0.1"
GATEWAY: Final = "10.200.0.2"
CLIENTS: Final = "10.201.0.0/16"
"""Where all clients are: one neighbour of the daemon leads to them, so that a thousand need no thousand neighbours."""
NEXT_HOPS: Final = {"ipv4": ("10.200.0.11", "10.200.0.12"), "ipv6": ("2001:db8:200::11", "2001:db8:200::12")}
"""Hosts on the daemon's own link."""

FIRST_SINK: Final = 1000
"""The number of the first client that only listens; feeders have those from 0."""


class LinkError(Exception):
    """The namespaces could not be made; the message says which command failed, and its words."""


def lay() -> None:
    """Make the daemon's namespace, the link to it, and the clients' addresses here; LinkError when that fails."""
    for line in (
        f"netns add {NAMESPACE}",
        f"link add e1 type veth peer name e0 netns {NAMESPACE}",
        f"addr add {GATEWAY}/24 dev e1",
        "link set e1 up",
        f"route add local {CLIENTS} dev lo",
        f"-n {NAMESPACE} link set lo up",
        f"-n {NAMESPACE} addr add {DAEMON}/24 dev e0",
        f"-n {NAMESPACE} addr add 2001:db8:200::1/64 dev e0 nodad",
        f"-n {NAMESPACE} link set e0 up",
        f"-n {NAMESPACE} route add {CLIENTS} via {GATEWAY}",
    ):
        answer = subprocess.run([_ip(), *line.split()], capture_output=True, text=True, check=False)
        if answer.returncode != 0:
            raise LinkError(f"ip {line}: {answer.stderr.strip()}")


def inside(argv: Sequence[str]) -> list[str]:
    """Return the command line that runs a command in the daemon's namespace; the process id stays the command's."""
    return [_ip(), "netns", "exec", NAMESPACE, *argv]


def client(number: int) -> str:
    """Return the address of a client, counted from 0."""
    return f"10.201.{number // 250}.{number % 250 + 1}"


def _ip() -> str:
    return find_executable("ip") or "ip"

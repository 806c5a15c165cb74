"""Speakers of this process in network namespaces, beside daemons, and what the kernel says of their sockets."""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

from bgpkit import PeerConfig, Speaker, State
from tests.support.netns import Namespace, Namespaces, connect
from tests.support.speakers import EVERYTHING

ASN, THEIR_ASN = 64512, 64513
OURS, THEIRS = "10.9.0.2", "10.9.0.1"
PATIENCE = 20.0


def cabled(namespaces: Namespaces) -> tuple[Namespace, Namespace]:
    """Return our node and theirs, a cable between them."""
    ours, theirs = namespaces.node("ours"), namespaces.node("theirs")
    connect(ours, theirs, addresses=([f"{OURS}/24", "2001:db8:9::2/64"], [f"{THEIRS}/24", "2001:db8:9::1/64"]))
    return ours, theirs


@asynccontextmanager
async def speaking(node: Namespace, address: str = OURS, **options: Any) -> AsyncGenerator[Speaker]:
    """Run a speaker whose sockets are opened in ``node``; this thread is there until it ends, or another one begins."""
    fields: dict[str, Any] = {"asn": ASN, "bgp_identifier": address, "listen": [("0.0.0.0", 179)]} | options
    with node.entered():
        async with Speaker(**fields) as speaker:
            yield speaker


def peer(address: str = THEIRS, **fields: Any) -> PeerConfig:
    """Return an external peer that takes and is sent everything."""
    usual: dict[str, Any] = {"asn": THEIR_ASN, "import_policy": EVERYTHING, "export_policy": EVERYTHING}
    return PeerConfig(address=address, connect_retry_time=0.5, **(usual | fields))


def is_up(speaker: Speaker, address: str = THEIRS) -> bool:
    """Tell whether a session is up."""
    return any(each.address == address and each.state is State.ESTABLISHED for each in speaker.peers())


def ups(speaker: Speaker, address: str = THEIRS) -> int:
    """Return how often a session has come up."""
    return next(each.established_count for each in speaker.peers() if each.address == address)


def reason(speaker: Speaker, address: str) -> str:
    """Return why there is no session."""
    return next(each.last_error for each in speaker.peers() if each.address == address)


async def until(condition: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
    """Wait for a condition that may cost a process to look at."""
    deadline = asyncio.get_running_loop().time() + patience
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, f"{what}: not within {patience:g} seconds"
        await asyncio.sleep(0.05)


async def never(condition: Callable[[], bool], what: str, seconds: float = 3.0) -> None:
    """Watch for a while that a condition does not come true."""
    deadline = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < deadline:
        assert not condition(), what
        await asyncio.sleep(0.05)


def link_local(node: Namespace, interface: str = "eth0") -> str:
    """Return the link-local address that the kernel gave an interface."""
    (row,) = node.ip_json("-6", "addr", "show", "dev", interface, "scope", "link")
    return str(row["addr_info"][0]["local"])


def counter(node: Namespace, name: str) -> int:
    """Return one of the kernel's counters of a namespace, such as TcpExtTCPMD5Failure."""
    words = node.run(["nstat", "-asz", name]).stdout
    match = re.search(rf"^{name}\s+(\d+)", words, re.MULTILINE)
    assert match, words
    return int(match[1])


def ends(node: Namespace, state: str = "established") -> list[str]:
    """Return what ss says of the TCP sockets to or from port 179."""
    asked = ["ss", "-Htnoie", "state", state, "( sport = :179 or dport = :179 )"]
    return [line for line in node.run(asked).stdout.replace("\n\t", " ").splitlines() if line.strip()]

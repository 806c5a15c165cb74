"""Datastores with addresses given out, for tests of the commands that look at them."""

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bgpkit_node.datastore import SqliteDatastore
from bgpkit_node.ipam import Ipam, StoredPools
from bgpkit_node.resources import ResourceStore
from tests.support.commands import applied, document, documents

RESOURCES = documents(
    document("IPPool", "p", "{cidr: 10.244.0.0/24, blockSize: 26}"),
    document("Node", "a", "{bgp: {ipv4Address: 10.4.7.11/24}}"),
    document("Node", "b", "{bgp: {ipv4Address: 10.4.7.12/24}}"),
)
ATTRIBUTES = {"namespace": "default", "pod": "nginx", "timestamp": "2026-11-29T08:00:00+00:00"}


def prepared(path: Path) -> Path:
    """Make a datastore in which node a has three addresses for pod nginx, of handle h."""
    applied(path, RESOURCES)
    give(path, "a", "h", count=3)
    return path


def give(path: Path, node: str, handle: str, *, count: int = 1, attributes: dict[str, str] | None = None) -> list[str]:
    """Give ``count`` addresses on ``node`` to ``handle``."""

    async def assign() -> list[str]:
        async with await SqliteDatastore.open(path) as opened:
            ipam = Ipam(opened, StoredPools(ResourceStore(opened)))
            told = ATTRIBUTES if attributes is None else attributes
            given = await ipam.auto_assign(node=node, handle=handle, attributes=told, count=count)
            return [str(one.address) for one in given]

    with ThreadPoolExecutor(1) as thread:  # the caller may have an event loop of its own
        return thread.submit(lambda: asyncio.run(assign())).result()


def change(path: Path, statement: str, *values: object) -> None:
    """Change the file as another program would."""
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(statement, values)
    connection.close()

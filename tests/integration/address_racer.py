"""A process that takes and frees addresses for one node, as fast as it can; run by `test_ipam_race`."""

import asyncio
import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Final

from bgpkit_node.datastore.opening import opened_datastore
from bgpkit_node.datastore.settings import DatastoreSettings, EtcdSettings, SqliteSettings
from bgpkit_node.errors import IpamError
from bgpkit_node.ipam import Ipam, StoredPools
from bgpkit_node.resources import ResourceStore

HELD: Final = 60
"""Addresses a process strives for: four times that is just less than the pool has, so that blocks run out."""


def settings_of(place: str) -> DatastoreSettings:
    """Return the datastore that ``place`` names: a URL of etcd, or a file."""
    return EtcdSettings(endpoints=(place,)) if "://" in place else SqliteSettings(Path(place))


async def live(place: str, claims: Path, node: str, calls: int) -> None:
    """Do so as :func:`race` says, with the pools and nodes that the datastore has."""
    async with opened_datastore(settings_of(place)) as datastore:
        await race(Ipam(datastore, StoredPools(ResourceStore(datastore))), claims, node, calls)


async def race(ipam: Ipam, claims: Path, node: str, calls: int) -> None:
    """Take or free one address ``calls`` times; a file of each, made and removed beside, is the judge of doubles."""
    dice = random.Random(node)
    counted = Counter[str]()
    held: list[tuple[str, str]] = []
    start = time.monotonic()
    for number in range(calls):
        if held and dice.random() < len(held) / (2 * HELD):
            handle, address = held.pop(dice.randrange(len(held)))
            (claims / address).unlink()
            assert [str(one) for one in await ipam.release_by_handle(handle)] == [address]
            counted["released"] += 1
            continue
        handle = f"{node}.{number}"
        try:
            (given,) = await ipam.auto_assign(node=node, handle=handle, attributes={"pod": handle})
        except IpamError as error:
            if not str(error).endswith("full"):
                raise
            counted["refused"] += 1
            continue
        (claims / str(given.address)).touch(exist_ok=False)
        held.append((handle, str(given.address)))
        counted["borrowed" if given.borrowed else "own"] += 1
    seconds = time.monotonic() - start
    sys.stdout.write(f"{node}: {calls / seconds:.0f} calls/s, {dict(counted)}\n")


if __name__ == "__main__":
    asyncio.run(live(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])))

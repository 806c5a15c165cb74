"""Processes that share one SQLite file race for addresses, and none is ever given twice."""

import asyncio
import random
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from bgpkit_node.datastore.sqlite import SqliteDatastore
from bgpkit_node.errors import IpamError
from bgpkit_node.ipam import Ipam
from tests.support.ipam_cluster import FixedPools, pool
from tests.support.ipam_documents import assert_affinities_agree, assert_sound, taken
from tests.support.processes import RunningProcess, wait_until

NODES = tuple(f"node{number}" for number in range(4))
HELD = 60
"""Addresses a process strives for: four times that is just less than the pool has, so that blocks run out."""
POOL = pool("10.244.0.0/24", 29)


async def live(store: Path, claims: Path, node: str, calls: int) -> None:
    """Take or free one address ``calls`` times; a file of each, made and removed beside, is the judge of doubles."""
    dice = random.Random(node)
    counted = Counter[str]()
    held: list[tuple[str, str]] = []
    datastore = await SqliteDatastore.open(store)
    ipam = Ipam(datastore, FixedPools(POOL, nodes=NODES))
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
    await datastore.close()
    sys.stdout.write(f"{node}: {calls / seconds:.0f} calls/s, {dict(counted)}\n")


def start(script: str, node: str, folder: Path, calls: int) -> RunningProcess:
    """Start one node's process."""
    argv = [sys.executable, script, str(folder / "store.db"), str(folder / "claims"), node, str(calls)]
    return RunningProcess(argv, folder / f"{node}.log")


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("calls", [1500, pytest.param(25_000, marks=pytest.mark.soak)])
async def test_four_processes_on_one_file_never_share_an_address(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], calls: int
) -> None:
    """As many calls each, on a pool that is nearly used up: claims, take-overs and borrowing all race."""
    (tmp_path / "claims").mkdir()
    started = time.monotonic()
    processes = [start(__file__, node, tmp_path, calls) for node in NODES]
    try:
        wait_until(lambda: not any(process.is_running for process in processes), "the race", timeout=calls / 10)
    finally:
        for process in processes:
            process.stop()
    seconds = time.monotonic() - started
    words = [process.words() for process in processes]
    for process, said in zip(processes, words, strict=True):
        assert said.startswith(f"{process.name}: "), said
    with capsys.disabled():
        sys.stdout.write(f"\n{''.join(words)}all: {len(NODES) * calls / seconds:.0f} calls/s with start-up\n")
    assert any("borrowed" in said for said in words)
    datastore = await SqliteDatastore.open(tmp_path / "store.db")
    _, found = await datastore.list("/calico/")
    entries = {pair.key: pair for pair in found}
    assert taken(entries).keys() == {path.name for path in (tmp_path / "claims").iterdir()}
    assert_sound(entries)
    assert_affinities_agree(entries)
    ipam = Ipam(datastore, FixedPools(POOL, nodes=NODES))
    assert [finding for finding in await ipam.check() if finding.is_fault] == []
    await datastore.close()


if __name__ == "__main__":
    asyncio.run(live(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])))

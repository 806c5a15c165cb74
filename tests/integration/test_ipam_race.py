"""Processes that share one datastore race for addresses, and none is ever given twice."""

import asyncio
import sys
import time
from collections.abc import Generator, Sequence
from pathlib import Path

import pytest

from bgpkit_node.datastore.opening import opened_datastore
from bgpkit_node.ipam import Ipam, StoredPools
from bgpkit_node.resources import IPPool, Metadata, Node, NodeSpec, ResourceStore
from bgpkit_node.resources.ip_pool import IPPoolSpec
from tests.integration import address_racer
from tests.integration.address_racer import settings_of
from tests.support.etcd_cluster import EtcdCluster
from tests.support.ipam_documents import assert_affinities_agree, assert_sound, taken
from tests.support.processes import RunningProcess, wait_until

NODES = tuple(f"node{number}" for number in range(4))
POOL = IPPool(metadata=Metadata(name="pool"), spec=IPPoolSpec(cidr="10.244.0.0/24", block_size=29))


def start(node: str, place: str, folder: Path, calls: int) -> RunningProcess:
    """Start one node's process."""
    argv = [sys.executable, address_racer.__file__, place, str(folder / "claims"), node, str(calls)]
    return RunningProcess(argv, folder / f"{node}.log")


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[str]:
    """Give the place of a datastore of the kind that the test asks for."""
    if request.param == "file":
        yield str(tmp_path / "store.db")
        return
    cluster = EtcdCluster(tmp_path)
    try:
        yield cluster.endpoints[0]
    finally:
        cluster.stop()


@pytest.mark.timeout(1800)
@pytest.mark.xdist_group("etcd")
@pytest.mark.parametrize("place", ["file", "etcd"], indirect=True)
@pytest.mark.parametrize("calls", [400, pytest.param(25_000, marks=pytest.mark.soak)])
async def test_four_processes_on_one_datastore_never_share_an_address(
    place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], calls: int
) -> None:
    """As many calls each, on a pool that is nearly used up: claims, take-overs and borrowing all race."""
    (tmp_path / "claims").mkdir()
    nodes = [Node(metadata=Metadata(name=name), spec=NodeSpec()) for name in NODES]
    async with opened_datastore(settings_of(place), create=True) as datastore:
        await ResourceStore(datastore).apply([POOL, *nodes])
        started = time.monotonic()
        processes = [start(node, place, tmp_path, calls) for node in NODES]
        try:
            await asyncio.to_thread(_wait_for, processes, max(60, calls / 10))
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
        _, found = await datastore.list("/calico/")
        entries = {pair.key: pair for pair in found}
        assert taken(entries).keys() == {path.name for path in (tmp_path / "claims").iterdir()}
        assert_sound(entries)
        assert_affinities_agree(entries)
        ipam = Ipam(datastore, StoredPools(ResourceStore(datastore)))
        assert [finding for finding in await ipam.check() if finding.is_fault] == []


def _wait_for(processes: Sequence[RunningProcess], seconds: float) -> None:
    wait_until(lambda: not any(process.is_running for process in processes), "the race", timeout=seconds)

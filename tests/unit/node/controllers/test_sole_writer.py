"""One process copies; the second waits, and says for whom."""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bgpkit_node.controllers import sole_writer as module
from bgpkit_node.controllers.sole_writer import sole_writer
from bgpkit_node.datastore import Put
from bgpkit_node.datastore.schema import CONTROLLERS
from bgpkit_node.datastore.settings import EtcdSettings, SqliteSettings
from bgpkit_node.errors import AlreadyExistsError
from tests.support.memory_datastore import MemoryDatastore


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait no whole seconds."""
    monkeypatch.setattr(module, "_PAUSE", 0.001)


async def test_on_one_machine_a_lock_beside_the_file_says_who_copies(tmp_path: Path) -> None:
    """It is free when the first has ended."""
    settings, said, told = SqliteSettings(tmp_path / "store.db"), list[str](), asyncio.Event()

    def waiting(reason: str) -> None:
        said.append(reason)
        told.set()

    async def second() -> None:
        async with sole_writer(MemoryDatastore(), settings, waiting):
            said.append("mine")

    async with sole_writer(MemoryDatastore(), settings, waiting):
        coming = asyncio.ensure_future(second())
        await told.wait()
        assert set(said) == {f"process {os.getpid()} copies from Kubernetes"}
    await coming
    assert said[-1] == "mine"


class Held(MemoryDatastore):
    """A datastore whose key another holds, for some attempts."""

    def __init__(self, attempts: int) -> None:
        """Refuse so often."""
        super().__init__()
        self._attempts = attempts
        self.holders: list[bytes] = []

    @asynccontextmanager
    async def hold(self, key: str, holder: bytes, seconds: int) -> AsyncGenerator[asyncio.Event, None]:
        """Refuse, or give."""
        assert (key, seconds > 0) == (CONTROLLERS, True)
        self.holders.append(holder)
        if len(self.holders) <= self._attempts:
            raise AlreadyExistsError(key)
        yield asyncio.Event()


async def test_among_machines_the_holder_of_the_key_is_named() -> None:
    """It gives itself a name that no other process has, so that two of one machine exclude each other too."""
    datastore, said = Held(2), list[str]()
    await datastore.transact([Put(CONTROLLERS, b"k8s-node1 17 abc")])
    for _ in range(2):
        async with sole_writer(datastore, EtcdSettings(endpoints=("http://e",)), said.append) as lost:
            assert not lost.is_set()
    sentence = "a process on k8s-node1 copies from Kubernetes, or did until less than 15 seconds ago"
    assert said == [sentence] * 2
    assert len({*datastore.holders}) == 2

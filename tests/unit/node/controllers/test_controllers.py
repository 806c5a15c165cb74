"""How the controllers begin and end, with a datastore in memory; test_controllers_alone.py has them as a process."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bgpkit_node.controllers import Controllers, ControllersOptions
from bgpkit_node.controllers import controllers as module
from bgpkit_node.datastore.settings import EtcdSettings, SqliteSettings
from bgpkit_node.errors import DatastoreError, NodeError, UnreachableError
from bgpkit_node.kubernetes import KubernetesApi
from bgpkit_node.kubernetes.access import KubernetesAccess
from bgpkit_node.resources import Namespace, ResourceStore
from tests.support.kubernetes_scripts import QuietKubernetes, an_object
from tests.support.memory_datastore import MemoryDatastore

OPTIONS = ControllersOptions(datastore=EtcdSettings(endpoints=("http://e",)), access=KubernetesAccess("file"))


class World:
    """A datastore that is away at first, and the right to write to it."""

    def __init__(self, away: int) -> None:
        """Let so many attempts to open the datastore fail."""
        self.datastore, self.lost = MemoryDatastore(), asyncio.Event()
        self._away = away

    @asynccontextmanager
    async def opened(self, _settings: object) -> AsyncGenerator[MemoryDatastore]:
        """Open it, or not."""
        self._away -= 1
        if self._away >= 0:
            raise UnreachableError("nobody answers")
        yield self.datastore

    @asynccontextmanager
    async def sole(self, *_: object) -> AsyncGenerator[asyncio.Event]:
        """Be the one who writes."""
        yield self.lost


@asynccontextmanager
async def _kubernetes(_access: object) -> AsyncGenerator[QuietKubernetes]:
    yield QuietKubernetes(namespaces=[an_object("shop")])


def _pauses() -> Iterator[float]:
    while True:
        yield 0.001


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """Let the controllers live in a world whose datastore is away three times."""
    world = World(3)
    replaced: dict[str, Any] = {"opened_datastore": world.opened, "sole_writer": world.sole, "pauses": _pauses}
    for name, value in replaced.items():
        monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(KubernetesApi, "opened", _kubernetes)
    return world


async def _copied(world: World) -> None:
    for _ in range(2000):
        if await ResourceStore(world.datastore).get(Namespace, "shop") is not None:
            return
        await asyncio.sleep(0.005)
    raise AssertionError("nothing was copied")


async def test_a_datastore_that_is_away_is_waited_for_and_sigterm_ends_them(world: World) -> None:
    """Without an error: that is how they are to end."""
    living = asyncio.ensure_future(Controllers(OPTIONS).run())
    await _copied(world)
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(living, 10)


async def test_a_datastore_that_is_not_there_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path may be mistyped: what agents use is made by agents."""
    monkeypatch.setattr(KubernetesApi, "opened", _kubernetes)
    settings = SqliteSettings(tmp_path / "no" / "datastore.sqlite")
    options = ControllersOptions(datastore=settings, access=KubernetesAccess("file"))
    with pytest.raises(DatastoreError, match=rf"^{settings}: there is no datastore; name it with --datastore"):
        await asyncio.wait_for(Controllers(options).run(), 10)
    assert not settings.path.parent.exists()


async def test_who_has_lost_the_right_to_write_ends_with_a_sentence(world: World) -> None:
    """It may have been away for long: its successor knows better."""
    living = asyncio.ensure_future(Controllers(OPTIONS).run())
    await _copied(world)
    world.lost.set()
    with pytest.raises(NodeError, match=r"^other controllers have taken over"):
        await asyncio.wait_for(living, 10)

"""Opening the datastore that is meant, whichever it is."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import assert_never

import structlog

from bgpkit_node.datastore.calico_config import CONFIG, ENDPOINTS
from bgpkit_node.datastore.port import Datastore
from bgpkit_node.datastore.schema import bring_up_to_date, check_state
from bgpkit_node.datastore.settings import DatastoreSettings, EtcdSettings, SqliteSettings
from bgpkit_node.datastore.sqlite import SqliteDatastore
from bgpkit_node.errors import DatastoreError


def _log_warning(text: str) -> None:
    structlog.get_logger("bgpkit_node.datastore").warning("datastore.doubtful", reason=text)


@asynccontextmanager
async def opened_datastore(
    settings: DatastoreSettings, *, create: bool = False, warn: Callable[[str], None] = _log_warning
) -> AsyncGenerator[Datastore, None]:
    """Open the datastore while the context lasts.

    ``create`` says that it will be written to: a missing file is made then, and contents of an older schema are
    brought up to date. ``warn`` takes a sentence about what is wrong and yet no obstacle, such as a dead endpoint among
    others; it is logged, unless said otherwise. Raises DatastoreError, one sentence, when the datastore cannot be used.
    """
    async with bare_datastore(settings, create=create, warn=warn) as datastore:
        await check_state(datastore, str(settings))
        if create:
            await bring_up_to_date(datastore)
        yield datastore


@asynccontextmanager
async def bare_datastore(
    settings: DatastoreSettings, *, create: bool = False, warn: Callable[[str], None] = _log_warning
) -> AsyncGenerator[Datastore, None]:
    """Open the datastore, whatever is in it; for the rest see opened_datastore."""
    match settings:
        case SqliteSettings(path):
            await asyncio.to_thread(_prepare, path, create=create)
            async with await SqliteDatastore.open(path) as sqlite:
                yield sqlite
        case EtcdSettings():
            # gRPC takes a quarter of a second to load, which who has a file need not wait for; its own words about
            # what our errors say are for nobody.
            os.environ.setdefault("GRPC_VERBOSITY", "NONE")
            from bgpkit_node.datastore.etcd import EtcdDatastore

            async with await EtcdDatastore.open(settings, warn=warn) as etcd:
                yield etcd
        case _:
            assert_never(settings)


def _prepare(path: Path, *, create: bool) -> None:
    try:
        present = path.exists() and (create or path.is_dir() or path.stat().st_size > 0)
    except OSError as error:
        raise DatastoreError(f"{path}: cannot be reached: {error.strerror}") from error
    if not create and not present:
        raise DatastoreError(
            f"{path}: there is no datastore; name it with --datastore or BGPKIT_NODE_DATASTORE, say where etcd is in "
            f"{CONFIG} or {ENDPOINTS}, or make one by applying a first resource (bgpkit-node apply -f FILE)"
        )
    if create and not present and not path.parent.exists():
        try:
            path.parent.mkdir(parents=True, mode=0o700)
        except OSError as error:
            raise DatastoreError(f"{path.parent}: cannot be made: {error.strerror}") from error

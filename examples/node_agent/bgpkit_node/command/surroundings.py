"""The store that a command opens."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import click

from bgpkit_node.datastore.opening import opened_datastore
from bgpkit_node.datastore.settings import DatastoreSettings
from bgpkit_node.resources import ResourceStore


@asynccontextmanager
async def opened_store(datastore: DatastoreSettings, *, create: bool = False) -> AsyncGenerator[ResourceStore, None]:
    """Open the resources in ``datastore``; NodeError when there is no such file, unless it is to be made."""
    async with opened_datastore(datastore, create=create, warn=warn) as opened:
        yield ResourceStore(opened)


def warn(text: str) -> None:
    """Say what is wrong and yet no obstacle, on standard error."""
    click.echo(f"warning: {text}", err=True)

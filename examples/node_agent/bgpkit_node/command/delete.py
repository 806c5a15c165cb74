"""``bgpkit-node delete``: remove resources."""

import asyncio
from pathlib import Path

import click

from bgpkit_node.command.get import kind_argument
from bgpkit_node.command.options import datastore_option
from bgpkit_node.command.surroundings import opened_store


@click.command()
@click.argument("kind")
@click.argument("name")
@datastore_option
def delete(kind: str, name: str, datastore: Path) -> None:
    """Delete the resource NAME of a KIND (node, ippool, bgpconfig, bgppeer)."""
    row = kind_argument(kind)

    async def remove() -> None:
        async with opened_store(datastore) as store:
            await store.delete(row.type, name)

    asyncio.run(remove())
    click.echo(f"Successfully deleted 1 '{row.name}' resource(s)")

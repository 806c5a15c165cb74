"""``bgpkit-node delete``: remove resources."""

import asyncio
from pathlib import Path

import click

from bgpkit_node.command.get import kind_argument
from bgpkit_node.command.options import datastore_option
from bgpkit_node.command.reachability import read_all, refuse_cut, refuse_in_use
from bgpkit_node.command.surroundings import opened_store
from bgpkit_node.errors import NodeError, NotFoundError
from bgpkit_node.ipam import load_snapshot


@click.command()
@click.argument("kind")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Delete even what is in use or cuts nodes off.")
@datastore_option
def delete(kind: str, name: str, yes: bool, datastore: Path) -> None:
    """Delete the resource NAME of a KIND (node, ippool, bgpconfig, bgppeer).

    A deletion after which nodes would not reach each other is refused, with their names, unless --yes is given;
    so is that of a pool or a node whose addresses are in use.
    """
    row = kind_argument(kind)

    async def remove() -> None:
        """Remove it from the store."""
        async with opened_store(datastore) as store:
            present = await read_all(store)
            left = {key: resource for key, resource in present.items() if key != (row.name, name)}
            if not yes:
                refuse_cut(present.values(), left.values(), nothing="nothing deleted")
                refuse_in_use(present.get((row.name, name)), await load_snapshot(store.datastore))
            try:
                await store.delete(row.type, name)
            except NotFoundError as error:
                names = ", ".join(known for kind, known in present if kind == row.name)
                raise NodeError(f"{row.name} {name} not found; there is {names or 'none'}") from error

    asyncio.run(remove())
    click.echo(f"Successfully deleted 1 '{row.name}' resource(s)")

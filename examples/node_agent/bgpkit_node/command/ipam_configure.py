"""``bgpkit-node ipam configure``: change the settings of address management."""

import asyncio
import json
from typing import Final

import click

from bgpkit_node.command.options import datastore_option
from bgpkit_node.command.surroundings import opened_store
from bgpkit_node.datastore.port import Datastore, Put
from bgpkit_node.datastore.settings import DatastoreSettings
from bgpkit_node.errors import AlreadyExistsError, ConflictError, NodeError, NotFoundError, UsageError
from bgpkit_node.ipam.config import DEFAULT_CONFIG, decode_config, encode_config
from bgpkit_node.ipam.keys import CONFIG

_ATTEMPTS: Final = 50
_TRUTH: Final = {
    **dict.fromkeys(("1", "t", "T", "true", "TRUE", "True"), True),
    **dict.fromkeys(("0", "f", "F", "false", "FALSE", "False"), False),
}


@click.command()
@click.option("--strictaffinity", metavar="true|false", help="Never borrow an address out of another node's block.")
@click.option(
    "--max-blocks-per-host", type=click.IntRange(0), metavar="NUMBER", help="Blocks a node may have; 0 stands for 20."
)
@datastore_option
def configure(strictaffinity: str | None, max_blocks_per_host: int | None, datastore: DatastoreSettings) -> None:
    """Change settings of address management; they hold from the next address on."""
    changes: dict[str, bool | int] = {}
    if strictaffinity is not None:
        if strictaffinity not in _TRUTH:
            raise UsageError("invalid value. Use true or false to set strictaffinity")
        changes["strict_affinity"] = _TRUTH[strictaffinity]
    if max_blocks_per_host is not None:
        changes["maxBlocksPerHost"] = max_blocks_per_host
    if not changes:
        raise UsageError("at least one configuration option must be specified")

    async def write() -> None:
        """Write the settings."""
        async with opened_store(datastore) as store:
            await _write(store.datastore, changes)

    asyncio.run(write())
    if strictaffinity is not None:
        click.echo(f"Successfully set StrictAffinity to: {'true' if _TRUTH[strictaffinity] else 'false'}")
    if max_blocks_per_host is not None:
        click.echo(f"Successfully set MaxBlocksPerHost to: {max_blocks_per_host}")


async def _write(datastore: Datastore, changes: dict[str, bool | int]) -> None:
    """Change these settings; whatever else stands in the document stays, what we do not know, too."""
    for _ in range(_ATTEMPTS):
        stored = await datastore.get(CONFIG)
        value = stored.value if stored is not None else encode_config(DEFAULT_CONFIG)
        try:
            decode_config(value)
        except ValueError as error:
            raise NodeError(f"{CONFIG}: {error}") from error
        document = {**json.loads(value), **changes}
        try:
            await datastore.transact(
                [Put(CONFIG, json.dumps(document).encode(), 0 if stored is None else stored.revision)]
            )
        except (AlreadyExistsError, ConflictError, NotFoundError):
            continue
        return
    raise NodeError("the settings are being changed by others all the time: nothing was changed")

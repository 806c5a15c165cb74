"""``bgpkit-node datastore migrate``: move everything from one datastore into another."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from bgpkit_node.command.options import datastore_option
from bgpkit_node.command.surroundings import opened_store, warn
from bgpkit_node.datastore import KeyValue
from bgpkit_node.datastore.opening import bare_datastore, opened_datastore
from bgpkit_node.datastore.settings import DatastoreSettings
from bgpkit_node.datastore.transfer import Export, export, import_into, read_export
from bgpkit_node.errors import NodeError, ResourceError
from bgpkit_node.resources import ClusterInformation, Metadata
from bgpkit_node.resources.output import decode
from bgpkit_node.resources.registry import kind_at
from bgpkit_node.whole_file import write_whole


@click.group()
def datastore() -> None:
    """Move the contents of datastores."""


@datastore.group()
def migrate() -> None:
    """Move everything from one datastore into another: lock, export, import, unlock.

    Addresses that are given out between export and import are not moved: while the datastore is locked none are.
    """


@migrate.command()
@datastore_option
def lock(datastore: DatastoreSettings) -> None:
    """Let no pod get an address until unlock; pods that run are not touched."""
    asyncio.run(_set_ready(datastore, ready=False))
    click.echo("Datastore locked.")


@migrate.command()
@datastore_option
def unlock(datastore: DatastoreSettings) -> None:
    """Let pods get addresses again."""
    asyncio.run(_set_ready(datastore, ready=True))
    click.echo("Datastore unlocked.")


@migrate.command("export")
@click.option("-f", "--filename", "target", default="-", help="File to write; '-', the default, is standard output.")
@datastore_option
def export_command(target: str, datastore: DatastoreSettings) -> None:
    """Write all resources and allocations, as they are at one moment: a JSON object a line."""

    async def read() -> Export:
        """Read all of it."""
        async with opened_datastore(datastore, warn=warn) as opened:
            return await export(opened)

    exported = asyncio.run(read())
    if target == "-":
        for line in exported.lines():
            click.echo(line)
    else:
        # its owner's alone, since passwords may be in it
        write_whole(Path(target), "".join(f"{line}\n" for line in exported.lines()), 0o600)
    click.echo(f"exported {len(exported.entries)} entries of revision {exported.revision}", err=True)


@migrate.command("import")
@click.option("-f", "--filename", "source", required=True, help="File that export wrote; '-' is standard input.")
@click.option("--keep-unreadable", is_flag=True, help="Import even resources that this version cannot read.")
@datastore_option
def import_command(source: str, keep_unreadable: bool, datastore: DatastoreSettings) -> None:
    """Write what was exported into an empty datastore, all of it or nothing."""
    exported = _read(source)
    unreadable = [] if keep_unreadable else list(_unreadable(exported))
    if unreadable:
        named = _title(source)
        raise NodeError("\n".join([*unreadable, f"nothing imported: mend {named}, or say --keep-unreadable"]))

    async def write() -> int:
        """Write all of it."""
        async with bare_datastore(datastore, create=True, warn=warn) as opened:
            return await import_into(opened, exported, str(datastore))

    click.echo(f"imported {asyncio.run(write())} entries into {datastore}")


async def _set_ready(datastore: DatastoreSettings, *, ready: bool) -> None:
    async with opened_store(datastore) as store:
        present = await store.get(ClusterInformation, "default") or ClusterInformation(
            metadata=Metadata(name="default")
        )
        spec = msgspec.structs.replace(present.spec, datastore_ready=ready)
        await store.apply([msgspec.structs.replace(present, spec=spec)])


def _unreadable(exported: Export) -> Iterator[str]:
    """Yield a sentence for each resource that an agent could not read."""
    for key, value in exported.entries:
        kind = kind_at(key)
        if kind is not None:
            try:
                decode(kind, KeyValue(key, value, 1))
            except ResourceError as error:
                yield str(error)


def _read(source: str) -> Export:
    name = _title(source)
    try:
        if source == "-":
            return read_export(sys.stdin, name)
        with Path(source).open(encoding="utf-8") as lines:
            return read_export(lines, name)
    except OSError as error:
        raise NodeError(f"{name}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise NodeError(f"{name}: is not text in UTF-8") from error


def _title(source: str) -> str:
    return "standard input" if source == "-" else source

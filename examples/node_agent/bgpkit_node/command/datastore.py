"""``bgpkit-node datastore migrate``: move everything from one datastore into another."""

import asyncio
import contextlib
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import click

from bgpkit_node.command.options import datastore_option
from bgpkit_node.command.surroundings import warn
from bgpkit_node.datastore.opening import bare_datastore, opened_datastore
from bgpkit_node.datastore.settings import DatastoreSettings
from bgpkit_node.datastore.transfer import Export, export, import_into, read_export
from bgpkit_node.errors import NodeError


@click.group()
def datastore() -> None:
    """Move the contents of datastores."""


@datastore.group()
def migrate() -> None:
    """Move everything from one datastore into another: export, then import.

    Addresses that are given out between both are not moved: let no pod start meanwhile.
    """


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
        _write(Path(target), exported.lines())
    click.echo(f"exported {len(exported.entries)} entries of revision {exported.revision}", err=True)


@migrate.command("import")
@click.option("-f", "--filename", "source", required=True, help="File that export wrote; '-' is standard input.")
@datastore_option
def import_command(source: str, datastore: DatastoreSettings) -> None:
    """Write what was exported into an empty datastore, all of it or nothing."""
    exported = _read(source)

    async def write() -> int:
        """Write all of it."""
        async with bare_datastore(datastore, create=True, warn=warn) as opened:
            return await import_into(opened, exported, str(datastore))

    click.echo(f"imported {asyncio.run(write())} entries into {datastore}")


def _read(source: str) -> Export:
    name = "standard input" if source == "-" else source
    try:
        if source == "-":
            return read_export(sys.stdin, name)
        with Path(source).open(encoding="utf-8") as lines:
            return read_export(lines, name)
    except OSError as error:
        raise NodeError(f"{name}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise NodeError(f"{name}: is not text in UTF-8") from error


def _write(target: Path, lines: Iterable[str]) -> None:
    """Write a file that only its owner may read, since passwords may be in it: whole, or not at all."""
    draft: Path | None = None
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        draft = Path(name)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
        draft.replace(target)
        draft = None
    except OSError as error:
        raise NodeError(f"{target}: cannot be written: {error.strerror}") from error
    finally:
        if draft:
            with contextlib.suppress(OSError):
                draft.unlink()

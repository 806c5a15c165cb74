"""``bgpkit-node apply``: create and change resources, all of a call or none."""

import asyncio

import click

from bgpkit_node.command.options import datastore_option
from bgpkit_node.command.resource_options import (
    filename_option,
    namespace_option,
    read_files,
    recursive_option,
    skip_empty_option,
    yes_option,
)
from bgpkit_node.command.writing import APPLY, warn, write_and_tell
from bgpkit_node.datastore.settings import DatastoreSettings


@click.command()
@filename_option(required=True)
@recursive_option
@skip_empty_option
@namespace_option
@yes_option
@click.option("--dry-run", is_flag=True, help="Say what would change, and which sessions and paths; change nothing.")
@datastore_option
def apply(
    files: tuple[str, ...],
    recursive: bool,
    skip_empty: bool,
    namespace: str,
    yes: bool,
    dry_run: bool,
    datastore: DatastoreSettings,
) -> None:
    """Create or change resources; several documents are one change.

    A change after which nodes would not reach each other is refused, with their names, unless --yes is given.
    """
    documents = read_files(files, namespace=namespace, recursive=recursive, skip_empty=skip_empty)
    if not documents:
        click.echo("No resources specified")
    elif dry_run:
        from bgpkit_node.command.dry_run import foreseen  # only where it is wanted

        told = asyncio.run(foreseen(documents, datastore))
        warn(documents)
        click.echo(told)
    else:
        write_and_tell(documents, datastore, APPLY, yes=yes)

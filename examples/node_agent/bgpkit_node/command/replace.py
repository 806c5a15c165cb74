"""``bgpkit-node replace``: write resources that must exist."""

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
from bgpkit_node.command.writing import REPLACE, write_and_tell
from bgpkit_node.datastore.settings import DatastoreSettings


@click.command()
@filename_option(required=True)
@recursive_option
@skip_empty_option
@namespace_option
@yes_option
@datastore_option
def replace(
    files: tuple[str, ...], recursive: bool, skip_empty: bool, namespace: str, yes: bool, datastore: DatastoreSettings
) -> None:
    """Replace resources, all of a call or none; one that does not exist is an error.

    A resourceVersion in a document must be the present one.
    """
    documents = read_files(files, namespace=namespace, recursive=recursive, skip_empty=skip_empty)
    if not documents:
        click.echo("No resources specified")
    else:
        write_and_tell(documents, datastore, REPLACE, yes=yes)

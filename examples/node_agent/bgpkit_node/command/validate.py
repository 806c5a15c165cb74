"""``bgpkit-node validate``: look whether resources can be, without a datastore."""

import click

from bgpkit_node.command.outcome import succeeded
from bgpkit_node.command.resource_options import (
    filename_option,
    namespace_option,
    read_files,
    recursive_option,
    skip_empty_option,
)
from bgpkit_node.command.writing import warn
from bgpkit_node.resources import draft


@click.command()
@filename_option(required=True)
@recursive_option
@skip_empty_option
@namespace_option
def validate(files: tuple[str, ...], recursive: bool, skip_empty: bool, namespace: str) -> None:
    """Name all that is wrong with resources in themselves; nothing is read or written but the files."""
    documents = read_files(files, namespace=namespace, recursive=recursive, skip_empty=skip_empty)
    if not documents:
        click.echo("No resources specified")
        return
    draft.check_each(documents)
    warn(documents)
    click.echo(succeeded("validated", [document.resource for document in documents]))

"""``bgpkit-node patch``: change some fields of one resource."""

import asyncio
import json
from typing import Final

import click

from bgpkit_node.command.json_patch import operated
from bgpkit_node.command.merge_patch import is_mapping, merged, strategic
from bgpkit_node.command.options import datastore_option
from bgpkit_node.command.resource_options import namespace_option, yes_option
from bgpkit_node.command.surroundings import opened_store
from bgpkit_node.command.targets import targets_of
from bgpkit_node.command.writing import PATCH, change_one, warn
from bgpkit_node.datastore.settings import DatastoreSettings
from bgpkit_node.errors import NodeError, UsageError
from bgpkit_node.resources import Document, Resource, load_documents
from bgpkit_node.resources.output import to_document
from bgpkit_node.resources.yaml_lines import Tree, TreeError, plain_of, read_trees

_WAYS: Final = {"strategic": strategic, "merge": merged, "json": operated}
_TOO_DEEP: Final = "--patch: is nested too deeply"


@click.command()
@click.argument("kind")
@click.argument("name")
@click.option(
    "-p", "--patch", "text", required=True, metavar="JSON|YAML", help="The fields to change; null removes one."
)
@click.option(
    "-t",
    "--type",
    "way",
    type=click.Choice(list(_WAYS)),
    default="strategic",
    show_default=True,
    help="How the patch is taken: fields as Kubernetes takes them, or as RFC 7396 says; or operations of RFC 6902.",
)
@namespace_option
@yes_option
@datastore_option
def patch(kind: str, name: str, text: str, way: str, namespace: str, yes: bool, datastore: DatastoreSettings) -> None:
    """Change fields of the resource NAME of a KIND; all others stay.

    A change after which nodes would not reach each other is refused, with their names, unless --yes is given.
    """
    (target,) = targets_of(kind, [name], namespace)
    fields = _read(text)
    if way == "json" and not _is_list(fields):
        example = '[{"op": "replace", "path": "/spec/disabled", "value": true}]'
        raise UsageError(f"--patch: is not a list of operations, such as {example}")
    if way != "json" and not is_mapping(fields):
        raise UsageError('--patch: is not a mapping of fields, such as {"spec": {"disabled": true}}')
    written: list[Document] = []
    idle: list[str] = []

    def change(old: Resource) -> Resource:
        """Return the patched resource, read as any document is."""
        try:
            whole = json.dumps(_WAYS[way](to_document(old), fields))
        except RecursionError:
            raise UsageError(_TOO_DEEP) from None
        (document,) = load_documents(whole, "--patch", namespace=old.namespace)
        new = document.resource
        if str(new) != str(old):
            raise NodeError(f"--patch: makes {new} of {old}: kind, name and namespace cannot be changed")
        written[:] = [document]
        return new

    async def changed() -> None:
        """Write the patched resource."""
        async with opened_store(datastore) as store:
            idle[:] = await change_one(store, target, change, PATCH, yes=yes)

    asyncio.run(changed())
    warn(written, idle)
    click.echo(f"Successfully patched 1 '{target.kind.name}' resource")


def _read(text: str) -> object:
    """Return the patch, which is JSON or YAML, as JSON gives it; UsageError, with the place, when it is neither."""
    trees: list[Tree] = []
    for tree in read_trees(text):
        if isinstance(tree, TreeError):
            raise UsageError(f"--patch: line {tree.line}: {tree}" if tree.line else f"--patch: {tree}")
        trees.append(tree)
    if len(trees) != 1:
        raise UsageError(f"--patch: holds {len(trees) or 'no'} documents: give one")
    return plain_of(trees[0])


def _is_list(value: object) -> bool:
    return isinstance(value, list)

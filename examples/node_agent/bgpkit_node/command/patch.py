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

_WAYS: Final = {"strategic": strategic, "merge": merged, "json": operated}
_TOO_DEEP: Final = "--patch: is nested too deeply"


@click.command()
@click.argument("kind")
@click.argument("name")
@click.option("-p", "--patch", "text", required=True, metavar="JSON", help="The fields to change; null removes one.")
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
    try:
        fields: object = json.loads(text)
    except ValueError as error:
        raise UsageError(f"--patch: is not JSON: {error}") from None
    except RecursionError:
        raise UsageError(_TOO_DEEP) from None
    if way == "json" and not _is_list(fields):
        example = '[{"op": "replace", "path": "/spec/disabled", "value": true}]'
        raise UsageError(f"--patch: is not a list of operations, such as {example}")
    if way != "json" and not is_mapping(fields):
        raise UsageError('--patch: is not a JSON object, such as {"spec": {"disabled": true}}')
    written: list[Document] = []

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
            await change_one(store, target, change, PATCH, yes=yes)

    asyncio.run(changed())
    warn(written)
    click.echo(f"Successfully patched 1 '{target.kind.name}' resource")


def _is_list(value: object) -> bool:
    return isinstance(value, list)

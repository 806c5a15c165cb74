"""``bgpkit-node label``: set and remove labels of one resource."""

import asyncio
from collections.abc import Mapping

import click
import msgspec

from bgpkit_node.command.options import datastore_option
from bgpkit_node.command.resource_options import namespace_option, yes_option
from bgpkit_node.command.surroundings import opened_store
from bgpkit_node.command.targets import targets_of
from bgpkit_node.command.writing import LABEL, change_one, warn
from bgpkit_node.datastore.settings import DatastoreSettings
from bgpkit_node.errors import NodeError, UsageError
from bgpkit_node.resources import Resource


@click.command()
@click.argument("kind")
@click.argument("name")
@click.argument("labels", nargs=-1, required=True, metavar="KEY=VALUE...")
@click.option("--overwrite", is_flag=True, help="Give a label that is set already its new value.")
@click.option("--remove", is_flag=True, help="Remove the labels; give their keys only.")
@namespace_option
@yes_option
@datastore_option
def label(
    kind: str,
    name: str,
    labels: tuple[str, ...],
    overwrite: bool,
    remove: bool,
    namespace: str,
    yes: bool,
    datastore: DatastoreSettings,
) -> None:
    """Set labels of the resource NAME of a KIND, or remove them.

    A change after which nodes would not reach each other is refused, with their names, unless --yes is given.
    """
    if overwrite and remove:
        raise click.UsageError("--overwrite and --remove exclude each other")
    (target,) = targets_of(kind, [name], namespace)
    wanted: dict[str, str | None] = {}
    for key, value in (_parsed(text, remove=remove) for text in labels):
        if key in wanted:
            raise UsageError(f"label {key} is given twice")
        wanted[key] = value
    told: list[str] = []

    def change(old: Resource) -> Resource:
        """Return the resource with its labels as wanted."""
        told[:] = [_told(key, value, old.metadata.labels, f"{kind} {name}", overwrite) for key, value in wanted.items()]
        return _with_labels(old, wanted)

    async def changed() -> tuple[str, ...]:
        """Write the labels; return what does nothing since then."""
        async with opened_store(datastore) as store:
            return await change_one(store, target, change, LABEL, yes=yes)

    warn((), asyncio.run(changed()))
    click.echo("\n".join(told))


def _parsed(text: str, *, remove: bool) -> tuple[str, str | None]:
    key, equals, value = text.partition("=")
    if remove and equals:
        raise UsageError(f"invalid label {text}: with --remove only the key is given")
    if not remove and (not equals or not key or "=" in value):
        raise UsageError(f"invalid label {text}: write it as key=value")
    return key, None if remove else value


def _told(key: str, value: str | None, present: Mapping[str, str], what: str, overwrite: bool) -> str:
    """Return the sentence for one label; NodeError when it must not be changed."""
    if value is None:
        if key not in present:
            raise NodeError(f"cannot remove label of {what}, key {key} does not exist")
        return f"Successfully removed label {key} from {what}"
    if key not in present:
        return f"Successfully set label {key} on {what}"
    if not overwrite and present[key] != value:
        why = f"key {key} is already present. please use '--overwrite' to set a new value."
        raise NodeError(f"failed to update label of {what}, {why}")
    return f"Successfully updated label {key} on {what}"


def _with_labels(old: Resource, wanted: Mapping[str, str | None]) -> Resource:
    labels = {key: value for key, value in {**old.metadata.labels, **wanted}.items() if value is not None}
    return msgspec.structs.replace(old, metadata=msgspec.structs.replace(old.metadata, labels=labels))

"""``bgpkit-node get``: list resources, or print them whole."""

import asyncio
from collections.abc import Sequence

import click

from bgpkit_node.command.get_output import Found, OutputForm, printed
from bgpkit_node.command.look import Look, compat_option
from bgpkit_node.command.options import datastore_option
from bgpkit_node.command.resource_options import (
    filename_option,
    kind_argument,
    namespace_option,
    read_files,
    recursive_option,
    skip_empty_option,
)
from bgpkit_node.command.surroundings import opened_store
from bgpkit_node.command.targets import Target, not_found, targets_in, targets_of
from bgpkit_node.datastore.port import KeyValue
from bgpkit_node.datastore.settings import DatastoreSettings
from bgpkit_node.peering import Cluster
from bgpkit_node.peering.cluster import DEFAULT_ASN
from bgpkit_node.resources import BGPConfiguration, Resource, ResourceStore


class _Form(click.ParamType[OutputForm]):
    name = "FORM"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> OutputForm:
        if isinstance(value, OutputForm):
            return value
        try:
            return OutputForm.parse(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command()
@click.argument("kind", required=False)
@click.argument("names", nargs=-1)
@filename_option()
@recursive_option
@skip_empty_option
@click.option(
    "-o",
    "--output",
    type=_Form(),
    default="ps",
    show_default=True,
    help="One of ps, wide, yaml, json, name, custom-columns=COLUMN,COLUMN...",
)
@namespace_option
@click.option("-A", "-a", "--all-namespaces", "everywhere", is_flag=True, help="Those of all namespaces.")
@click.option("--export", is_flag=True, help="Leave out what belongs to this cluster only; with NAMES.")
@compat_option
@datastore_option
def get(
    kind: str | None,
    names: tuple[str, ...],
    files: tuple[str, ...],
    recursive: bool,
    skip_empty: bool,
    output: OutputForm,
    namespace: str,
    everywhere: bool,
    export: bool,
    compat: str,
    datastore: DatastoreSettings,
) -> None:
    """Print the resources of a KIND, all of them or those with NAMES, or those that files are about."""
    if (kind is None) == (not files):
        raise click.UsageError("give a KIND, with NAMES or without, or -f FILE, and not both")
    if kind is None:
        documents = read_files(files, namespace=namespace, recursive=recursive, skip_empty=skip_empty)
        targets = targets_in(documents)
    else:
        kind_argument(kind, namespace=namespace, everywhere=everywhere)
        targets = targets_of(kind, names, namespace)
    if targets and everywhere:
        raise click.UsageError("--all-namespaces is for lists: name no resource")
    listed = Target(kind_argument(kind), "" if everywhere else namespace, "") if kind and not names else None
    found = asyncio.run(_read(listed, targets, datastore, everywhere=everywhere))
    shown = found.exported() if export and names else found
    text = printed(shown, output, Look(compat), with_namespace=everywhere or bool(namespace))
    if text:
        click.echo(text, nl=False)


async def _read(
    listed: Target | None, targets: Sequence[Target], datastore: DatastoreSettings, *, everywhere: bool
) -> Found:
    """Return all resources of the kind ``listed``, or the ``targets``, and the AS number that nodes inherit."""
    async with opened_store(datastore) as store:
        inherited = Cluster(configurations=await store.list(BGPConfiguration)).default_asn or DEFAULT_ASN
        if listed is None:
            pairs = await _named(store, targets)
            return Found([resource for resource, _ in pairs], [stored for _, stored in pairs], inherited)
        namespace = "" if everywhere or not listed.kind.namespaced else listed.namespace or "default"
        present = await store.present(listed.kind.type, namespace=namespace)
        stored = [present.stored[name] for name in present.resources]
        return Found(list(present.resources.values()), stored, inherited, listed.kind)


async def _named(store: ResourceStore, targets: Sequence[Target]) -> list[tuple[Resource, KeyValue]]:
    """Return the ``targets``, and what is stored of each, in their order; NodeError names those that are not there."""
    found = [await store.find(target.kind.type, target.name, namespace=target.namespace) for target in targets]
    missing = [target for target, pair in zip(targets, found, strict=True) if pair is None]
    if missing:
        raise await not_found(store, missing)
    return [pair for pair in found if pair is not None]

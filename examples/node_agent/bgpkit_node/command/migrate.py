"""``bgpkit-node migrate flannel``: leave flannel, this node by itself; plan, apply and undo."""

import json
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final

import click

from bgpkit_node.command.migrate_apply import apply_plan
from bgpkit_node.command.migrate_look import Places, look
from bgpkit_node.command.migrate_output import plain_plan, rendered_plan
from bgpkit_node.command.migrate_undo import undo_migration
from bgpkit_node.command.options import Seconds, cni_bin_option, cni_conf_option, datastore_option, run_dir_option
from bgpkit_node.datastore.settings import DatastoreSettings
from bgpkit_node.flannel import NET_CONF, RECORD, RUNTIME_CACHE, SUBNET_ENV
from bgpkit_node.kernel import Network


@click.group()
def migrate() -> None:
    """Move this node from another network of pods to this one."""


def _path(option: str, name: str, default: Path, text: str) -> Callable[[Any], Any]:
    kind = click.Path(readable=False, path_type=Path)
    return click.option(option, name, type=kind, default=default, show_default=True, metavar="PATH", help=text)


_PLACES: Final = (
    cni_bin_option,
    cni_conf_option,
    _path("--subnet-env", "subnet_env", SUBNET_ENV, "Where flannel says this node's range."),
    _path("--net-conf", "net_conf", NET_CONF, "Configuration of flannel's daemon, where there is one."),
    _path("--runtime-cache", "runtime_cache", RUNTIME_CACHE, "Where the runtime keeps the results of CNI."),
    _path("--record", "record", RECORD, "File that --apply writes and --undo reads."),
)


def _places_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_PLACES):
        command = option(command)
    return command


@migrate.command()
@click.option("--plan", is_flag=True, help="Only tell what would be done; so does the command without an option.")
@click.option("--apply", "do_it", is_flag=True, help="Do it, on this node.")
@click.option("--undo", is_flag=True, help="Put back what --apply has removed.")
@click.option("--node", metavar="NODE", help="Refuse unless this machine is that node.")
@click.option("--keep", multiple=True, metavar="CIDR", help="Leave the route to it alone; may be repeated.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--wait",
    type=Seconds(min=0, max=3600),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="How long --apply waits for pods that are created anew, to measure how long they were away.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@_places_options
@datastore_option
@run_dir_option
def flannel(
    plan: bool,
    do_it: bool,
    undo: bool,
    node: str | None,
    keep: tuple[str, ...],
    yes: bool,
    wait: float,
    as_json: bool,
    datastore: DatastoreSettings,
    run_dir: Path,
    **paths: Path,
) -> None:
    """Leave flannel (host-gw or VXLAN) on this node: its bridge, tunnels, routes and CNI configuration are removed.

    Nothing else is: not docker0, not the default route, no route that is not flannel's. Pods on flannel lose their
    network and have to be created anew. The plan needs no rights, but knows pods better as root; neither an agent nor
    a datastore is needed, but with them nodes have names. Take one node after the other, once the agents of all run.
    """
    places = Places(run_dir=run_dir, **paths)
    if plan + do_it + undo > 1:
        raise click.UsageError("--plan, --apply and --undo exclude each other: give one of them")
    if undo:
        undo_migration(places, node, yes=yes, as_json=as_json)
        return
    seen = look(places, datastore, node, tuple(map(_network, keep)))
    if do_it:
        apply_plan(seen, places, datastore, yes=yes, wait=wait, as_json=as_json)
    else:
        click.echo(json.dumps(plain_plan(seen), indent=2) if as_json else rendered_plan(seen))


def _network(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is no range of addresses: {error}", param_hint="--keep") from error

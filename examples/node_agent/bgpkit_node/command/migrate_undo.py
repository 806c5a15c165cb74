"""Putting flannel back as the record of a migration says."""

import json

import click

from bgpkit_node.command.migrate_apply import confirm, refuse_without_rights
from bgpkit_node.command.migrate_look import Places
from bgpkit_node.errors import NodeError
from bgpkit_node.flannel import Record, put_back, read_record


def undo_migration(places: Places, node: str | None, *, yes: bool, as_json: bool) -> None:
    """Put back what was removed, name what cannot be, and set the record aside; NodeError."""
    record = read_record(places.record)
    if record is None:
        raise NodeError(f"nothing to undo: there is no record at {places.record}")
    if node is not None and node != record.node:
        raise NodeError(f"nothing undone: {places.record} is of {record.node}, not {node}")
    refuse_without_rights("nothing undone")
    confirm(lambda: "\n".join(_told(record)), "Put this back?", yes=yes, nothing="nothing undone")
    done: list[str] = []

    def tell(line: str) -> None:
        """Keep a line, and print it at once for a person."""
        done.append(line)
        if not as_json:
            click.echo(line)

    missing = put_back(record, places.conflist, tell)
    aside = places.record.with_name(f"{places.record.name}.undone")
    try:
        places.record.replace(aside)
    except OSError as error:
        raise NodeError(f"{places.record}: cannot be moved to {aside}: {error.strerror}") from error
    tell(f"moved {places.record} to {aside}")
    if as_json:
        click.echo(json.dumps({"node": record.node, "done": done, "notPutBack": list(missing)}, indent=2))
        return
    for sentence in missing:
        click.echo(f"not put back: {sentence}")
    click.echo("pods of this network stay on it until they are created anew; start flannel's daemon again")


def _told(record: Record) -> list[str]:
    """Return what stands in a record, a line each."""
    devices = [f"interface {device.name} ({', '.join(device.addresses)})" for device in record.devices]
    routes = [f"route {route.destination} via {route.gateway} dev {route.device}" for route in record.routes]
    files = (each.path for each in record.conflists)
    return [f"{record.node}: what is put back", *devices, *routes, *map(str, record.rules), *files]

"""``bgpkit-node node status``: the sessions of this node, as operators of such networks know the table."""

import errno
import json
import os
import sys
from pathlib import Path

import click
import msgspec

from bgpkit_node.cni import request
from bgpkit_node.command.options import run_dir_option
from bgpkit_node.errors import CniError, NodeError
from bgpkit_node.paths import SOCKET_NAME


class PeerRow(msgspec.Struct, frozen=True):
    """One session, as the agent's ``status`` answer describes it."""

    address: str
    type: str
    state: str
    since: str
    info: str
    lingering: bool = False


class Status(msgspec.Struct, frozen=True):
    """The part of the agent's ``status`` answer that is printed."""

    node: str
    peers: tuple[PeerRow, ...]


@click.group()
def node() -> None:
    """Look at this node."""


@node.command()
@click.option("--json", "as_json", is_flag=True, help="Print all that the agent tells, as JSON.")
@run_dir_option
def status(run_dir: Path, as_json: bool) -> None:
    """Print the BGP sessions of this node."""
    try:
        answer = request(run_dir / SOCKET_NAME, {"request": "status"}, timeout=10)
    except CniError as error:
        if error.details == os.strerror(errno.EACCES):
            raise NodeError(f"{run_dir / SOCKET_NAME}: permission denied: ask the agent as root") from error
        click.echo("Calico process is not running.")
        click.echo(f"bgpkit-node: {error}", err=True)
        sys.exit(1)
    if as_json:
        click.echo(json.dumps(answer, indent=2))
        return
    try:
        told = msgspec.convert(answer, Status)
    except msgspec.ValidationError as error:
        raise NodeError(
            f"the agent on {run_dir / SOCKET_NAME} is of another version, its answer cannot be read: {error}"
        ) from error
    click.echo(render_status(told))


def render_status(told: Status) -> str:
    """Return the whole text that ``node status`` prints."""
    four = [peer for peer in told.peers if ":" not in peer.address]
    six = [peer for peer in told.peers if ":" in peer.address]
    return "\n".join(
        [
            "Calico process is running.",
            "",
            "IPv4 BGP status",
            *_table(four, 4),
            "",
            "IPv6 BGP status",
            *_table(six, 6),
            "",
        ]
    )


_HEADER = ("PEER ADDRESS", "PEER TYPE", "STATE", "SINCE", "INFO")


def _table(peers: list[PeerRow], version: int) -> list[str]:
    if not peers:
        return [f"No IPv{version} peers found."]
    rows = [(peer.address, peer.type, peer.state, peer.since, peer.info) for peer in peers]
    widths = [max(len(row[at]) for row in (_HEADER, *rows)) for at in range(len(_HEADER))]
    rule = "+" + "+".join("-" * (width + 2) for width in widths) + "+"
    header = "|" + "|".join(f" {_centred(cell, width)} " for cell, width in zip(_HEADER, widths, strict=True)) + "|"
    body = [
        "|" + "|".join(f" {cell.ljust(width)} " for cell, width in zip(row, widths, strict=True)) + "|" for row in rows
    ]
    return [rule, header, rule, *body, rule]


def _centred(cell: str, width: int) -> str:
    """Put ``cell`` in the middle, an odd space to the right of it."""
    return (" " * ((width - len(cell)) // 2) + cell).ljust(width)

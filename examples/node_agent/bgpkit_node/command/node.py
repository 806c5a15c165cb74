"""``bgpkit-node node status``: the sessions of this node, as operators of such networks know the table."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
import msgspec

from bgpkit_node.command import calicoctl
from bgpkit_node.command.asking import ask, read
from bgpkit_node.command.boxed import boxed
from bgpkit_node.command.look import Look, compat_option
from bgpkit_node.command.options import run_dir_option
from bgpkit_node.errors import CniError, NodeError

_CURE: Final = (
    "start it as root with bgpkit-node agent, or as a service; if it runs, its log says what it waits for, and "
    "--run-dir (BGPKIT_NODE_RUN_DIR) has to name the directory that it was started with"
)


class PeerRow(msgspec.Struct, frozen=True):
    """One session, as the agent's ``status`` answer describes it."""

    address: str
    type: str
    state: str
    since: str
    info: str
    lingering: bool = False
    asn: int = 0
    local_address: str = ""
    capabilities: tuple[str, ...] = ()
    prefixes_received: int = 0
    prefixes_sent: int | None = None
    last_error: str = ""


class Status(msgspec.Struct, frozen=True):
    """The part of the agent's ``status`` answer that is printed."""

    node: str
    peers: tuple[PeerRow, ...]
    blocks: tuple[str, ...] = ()
    pods_elsewhere: dict[str, int] = {}


@click.group()
def node() -> None:
    """Look at this node."""


@node.command()
@click.option("--json", "as_json", is_flag=True, help="Print all that the agent tells, as JSON.")
@click.option(
    "-o",
    "--output",
    type=click.Choice(["wide"]),
    help="Print also the AS, our own address, how many prefixes came and went, what the peer is capable of, and the "
    "last error.",
)
@compat_option
@run_dir_option
def status(run_dir: Path, as_json: bool, output: str | None, compat: str) -> None:
    """Print the BGP sessions of this node."""
    if as_json and output:
        raise click.UsageError("--json and --output exclude each other: --json has all of it")
    try:
        answer = ask(run_dir, {"request": "status", "wide": bool(as_json or output)})
    except CniError as error:
        click.echo("Calico process is not running.")
        raise NodeError(f"{error}; {_CURE}") from error
    if as_json:
        click.echo(json.dumps(answer, indent=2))
        return
    told = read(answer, Status, run_dir)
    click.echo(render_status(told, Look(compat), wide=output is not None))
    if click.get_current_context().find_root().info_name != calicoctl.PROGRAM:
        for sentence in beside(told):
            click.echo(sentence)


def beside(told: Status) -> Iterator[str]:
    """Yield what calicoctl does not say: that the node has no block yet, and that pods are on another network."""
    if not told.blocks:
        yield f"{told.node} owns no block: it claims one with its first pod, and shows no route of its own until then."
    for bridge, count in told.pods_elsewhere.items():
        pods = "1 pod is" if count == 1 else f"{count} pods are"
        yield f"{pods} on another network ({bridge}): a pod is on this one only when it is created anew."


def render_status(told: Status, look: Look = Look.PRESENT, *, wide: bool = False) -> str:
    """Return the whole text that ``node status`` prints."""
    four = [peer for peer in told.peers if ":" not in peer.address]
    six = [peer for peer in told.peers if ":" in peer.address]
    return "\n".join(
        [
            "Calico process is running.",
            "",
            "IPv4 BGP status",
            _table(four, 4, look, wide=wide),
            "",
            "IPv6 BGP status",
            _table(six, 6, look, wide=wide),
            "",
        ]
    )


_HEADER: Final = ("PEER ADDRESS", "PEER TYPE", "STATE", "SINCE", "INFO")
_WIDE: Final = ("AS", "LOCAL ADDRESS", "RECEIVED", "SENT", "CAPABILITIES", "LAST ERROR")


def _table(peers: list[PeerRow], version: int, look: Look, *, wide: bool) -> str:
    if not peers:
        return f"No IPv{version} peers found."
    rows = [(peer.address, peer.type, peer.state, peer.since, peer.info) for peer in peers]
    if not wide:
        return boxed(_HEADER, rows, look)
    return boxed((*_HEADER, *_WIDE), [(*row, *_more(peer)) for row, peer in zip(rows, peers, strict=True)], look)


def _more(peer: PeerRow) -> tuple[str, ...]:
    """Return the cells of the columns of ``_WIDE``; ``-`` where there is nothing."""
    sent = "-" if peer.prefixes_sent is None else str(peer.prefixes_sent)
    names = ", ".join(dict.fromkeys(each.partition(" ")[0] for each in peer.capabilities))
    cells = (str(peer.asn), peer.local_address, str(peer.prefixes_received), sent, names, peer.last_error)
    return tuple(cell or "-" for cell in cells)

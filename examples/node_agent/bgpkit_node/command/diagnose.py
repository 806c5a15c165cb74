"""``bgpkit-node diagnose``: why something does not work, in a sentence."""

import asyncio
import json
import sys
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from pathlib import Path

import click
import msgspec

from bgpkit_node.command.across_nodes import ask_everybody, timeout_option
from bgpkit_node.command.asking import ask, read_from
from bgpkit_node.command.options import datastore_option, run_dir_option
from bgpkit_node.command.reachability import cluster_resources
from bgpkit_node.command.surroundings import opened_store
from bgpkit_node.datastore.settings import DatastoreSettings
from bgpkit_node.diagnosis import probe
from bgpkit_node.errors import CniError, NodeError
from bgpkit_node.peering import Cluster, cluster_of
from bgpkit_node.peering.cluster import DEFAULT_PORT
from bgpkit_node.peering.identifiers import shared_identifiers


class PeerTold(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent tells of one of its sessions."""

    node: str
    address: str
    known: bool
    speaks_bgp: bool = True
    peers: tuple[str, ...] = ()
    established: bool = False
    state: str = ""
    obstacle: str = ""
    sentence: str = ""
    advice: str = ""
    probe: str = ""
    details: tuple[str, ...] = ()
    peer_node: str = ""
    asked_for_by: str = ""


@click.group()
def diagnose() -> None:
    """Say in a sentence why something does not work."""


@diagnose.command()
@click.argument("what", metavar="ADDRESS|NODE")
@click.option("--from", "node", metavar="NODE", help="Whose session is looked at; this node's, unless told otherwise.")
@click.option("--details", is_flag=True, help="Tell all that is known of the session.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@timeout_option
@datastore_option
@run_dir_option
def peer(
    what: str,
    node: str | None,
    details: bool,
    as_json: bool,
    timeout: float,
    datastore: DatastoreSettings,
    run_dir: Path,
) -> None:
    """Say why the BGP session with the peer at ADDRESS, or with NODE, is not Established.

    The agent tells what it has met; where that is a matter of the connection, the peer's TCP port is tried, too. Exit
    code 1 when the session is not Established.
    """
    address = _address(what, datastore)
    try:
        told = _ask(address, node, timeout, datastore, run_dir)
    except CniError as error:
        tried = asyncio.run(probe(address, _port(datastore, address)))
        raise NodeError(f"{error}; without it nobody here speaks BGP. {tried.sentence}") from error
    if not told.known:
        _refuse_itself(datastore, told)
    shared = _shared(datastore, told)
    if as_json:
        click.echo(json.dumps({**msgspec.to_builtins(told), "warnings": shared}, indent=2))
    else:
        click.echo("\n".join([*rendered(told, details=details), *shared]))
    sys.exit(0 if told.established else 1)


def rendered(told: PeerTold, *, details: bool) -> Iterator[str]:
    """Yield the sentence first, then what to do and what a look at the port says."""
    if not told.speaks_bgp:
        yield f"{told.node} has no sessions: its agent runs without BGP (--backend vxlan)."
        yield "The ways to pods of other nodes come from the datastore; see bgpkit-node explain ADDRESS --to ADDRESS."
        return
    if not told.known:
        others = ", ".join(told.peers) or "none"
        yield (
            f"{told.node} is to have no session with {told.address}: the node-to-node mesh has it not, and no BGPPeer "
            f"asks for it; its peers are: {others}."
        )
        yield "Add a BGPPeer, or see with bgpkit-node topology what the present ones select."
        return
    yield f"{told.node}{f' with {told.peer_node}' if told.peer_node else ''}: {told.sentence}"
    if told.advice:
        yield told.advice
    if told.probe:
        yield f"Tried now: {told.probe}."
    if details:
        yield from told.details
        yield f"The session is asked for by {told.asked_for_by}."


def _address(what: str, datastore: DatastoreSettings) -> str:
    """Return the address that is meant; NodeError when it is none, nor a node that has one."""
    address, percent, zone = what.partition("%")
    try:
        return f"{ip_address(address)}{percent}{zone}"
    except ValueError:
        pass
    cluster = asyncio.run(_read(datastore))
    node = cluster.node(what)
    if node is None:
        known = ", ".join(each.name for each in cluster.nodes) or "none at all"
        raise NodeError(f"{what} is neither an address nor a node; the nodes are {known}")
    if not node.interfaces:
        raise NodeError(f"{node} has neither spec.bgp.ipv4Address nor ipv6Address: nobody can have a session with it")
    return str(node.interfaces[0].ip)


def _ask(address: str, node: str | None, seconds: float, datastore: DatastoreSettings, run_dir: Path) -> PeerTold:
    question = {"request": "peer", "address": address}
    if node is None:
        return read_from("this node", ask(run_dir, question, timeout=30), PeerTold)
    told = asyncio.run(_ask_node(node, question, seconds, datastore))
    return read_from(node, told, PeerTold)


async def _ask_node(
    node: str, question: Mapping[str, object], seconds: float, datastore: DatastoreSettings
) -> dict[str, object]:
    async with opened_store(datastore) as store:
        told = await ask_everybody(store, question, seconds, (node,))
        if node in told.silent:
            raise NodeError(f"{node}: {told.silent[node]}")
        return told.answers[node]


def _shared(datastore: DatastoreSettings, told: PeerTold) -> list[str]:
    """Return a sentence for each BGP Identifier that one of the two nodes shares with another node."""
    try:
        cluster = asyncio.run(_read(datastore))
    except NodeError:
        return []
    return [str(each) for each in shared_identifiers(cluster) if {told.node, told.peer_node} & set(each.nodes)]


def _refuse_itself(datastore: DatastoreSettings, told: PeerTold) -> None:
    """Raise NodeError when the address is that of the node that was asked."""
    try:
        node = asyncio.run(_read(datastore)).node(told.node)
    except NodeError:
        return
    if node is not None and told.address in {str(own.ip) for own in node.interfaces}:
        raise NodeError(f"{told.address} is {told.node} itself, which has no session with itself: name another node")


def _port(datastore: DatastoreSettings, address: str) -> int:
    """Return the port at which a node with ``address`` listens, as far as that can be known."""
    try:
        cluster = asyncio.run(_read(datastore))
    except NodeError:
        return DEFAULT_PORT
    found = next((node for node in cluster.nodes if address in {str(own.ip) for own in node.interfaces}), None)
    return DEFAULT_PORT if found is None else cluster.port(found)


async def _read(datastore: DatastoreSettings) -> Cluster:
    async with opened_store(datastore) as store:
        return cluster_of((await cluster_resources(store)).values())

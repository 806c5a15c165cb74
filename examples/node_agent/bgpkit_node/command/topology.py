"""``bgpkit-node topology``: who is to have a session with whom, and whether every node reaches every other one."""

import asyncio
import json
import sys
from collections.abc import Sequence

import click

from bgpkit_node.command.options import datastore_option
from bgpkit_node.command.reachability import Lost, in_use, named, pairs_of
from bgpkit_node.command.surroundings import opened_store
from bgpkit_node.command.tables import aligned
from bgpkit_node.datastore.settings import DatastoreSettings
from bgpkit_node.peering import (
    CLUSTER_KINDS,
    Cluster,
    Forecast,
    Obstacle,
    Originated,
    Peering,
    PeeringKind,
    cluster_of,
    findings,
    keepers,
    plan_peerings,
)
from bgpkit_node.resources import Node


@click.command()
@click.option("--sessions", is_flag=True, help="List the sessions, too.")
@click.option(
    "-o",
    "--output",
    type=click.Choice(["text", "json", "dot"]),
    default="text",
    show_default=True,
    help="dot is the language of Graphviz.",
)
@datastore_option
def topology(sessions: bool, output: str, datastore: DatastoreSettings) -> None:
    """Print the sessions that the resources ask for; exit code 1 when two nodes have no path to each other.

    What is selected and does nothing is named: reflectors without a BGPPeer, selected nodes without a cluster ID.
    """
    cluster, originated, unreadable = asyncio.run(_read(datastore))
    plans = {node.name: plan_peerings(cluster, node) for node in cluster.nodes}
    cut = Forecast(cluster).unreached(originated)
    match output:
        case "json":
            click.echo(json.dumps(_as_json(cluster, plans, cut, unreadable), indent=2))
        case "dot":
            click.echo(_as_dot(cluster, plans))
        case _:
            click.echo(rendered(cluster, plans, cut, unreadable, sessions=sessions))
    sys.exit(1 if cut else 0)


Plans = dict[str, tuple[Peering, ...]]


async def _read(datastore: DatastoreSettings) -> tuple[Cluster, Originated, tuple[str, ...]]:
    """Return the cluster, what its nodes announce, and the titles of what cannot be read."""
    async with opened_store(datastore) as store:
        present = [await store.present(kind) for kind in CLUSTER_KINDS]
        read = [resource for each in present for resource in each.resources.values()]
        unreadable = tuple(
            f"{each.kind.name}({name})"
            for each in present
            for name in sorted(each.stored.keys() - each.resources.keys())
        )
        return cluster_of(read), await in_use(store), unreadable


def rendered(cluster: Cluster, plans: Plans, cut: Lost, unreadable: Sequence[str], *, sessions: bool) -> str:
    """Return the whole text."""
    rows = [
        (
            node.name,
            str(next(iter(node.interfaces), "-")),
            str(cluster.asn(node)),
            _role(node, plans[node.name], cluster),
            str(len(plans[node.name])),
        )
        for node in cluster.nodes
    ]
    lines = [aligned(("NODE", "ADDRESS", "ASN", "ROLE", "SESSIONS"), rows), ""]
    if sessions:
        ends = [
            (name, each.address, each.node or "-", str(each.asn), each.kind.value, _origin(each))
            for name, plan in plans.items()
            for each in plan
        ]
        lines += [aligned(("NODE", "PEER", "PEER NODE", "ASN", "TYPE", "ASKED FOR BY"), ends), ""]
    lines += [f"warning: {finding}" for finding in _warnings(cluster, unreadable)]
    if cut:
        lines.append(f"no path between {named(cut)}")
        kept_back = pairs_of(cut, Obstacle.POLICIES)
        if kept_back:
            lines.append(f"routes between {named(kept_back)} are kept back by {keepers(cluster)}")
    else:
        lines.append(f"every node{' that can be read' if unreadable else ''} has a path to every other node")
    return "\n".join(lines)


def _warnings(cluster: Cluster, unreadable: Sequence[str]) -> list[str]:
    why = "cannot be read, and is not looked at here: apply it anew, or delete it"
    return [*findings(cluster), *(f"{title} {why}" for title in unreadable)]


def _role(node: Node, plan: tuple[Peering, ...], cluster: Cluster) -> str:
    """Return what a node is to the others, in words."""
    parts: list[str] = []
    clients = len({each.node or each.address for each in plan if each.client})
    if node.cluster_id is not None:
        parts.append(f"reflector {node.cluster_id} of {clients} client{'' if clients == 1 else 's'}")
    if node.name in cluster.drained:
        parts.append("drained")
    if node.name in cluster.idle:
        parts.append(f"cluster ID {cluster.idle[node.name]} without effect")
    if any(each.kind is PeeringKind.MESH for each in plan):
        parts.append("mesh")
    reflectors = dict.fromkeys(each.node for each in plan if _reflects(cluster, each, node))
    if reflectors:
        parts.append(f"client of {', '.join(reflectors)}")
    return "; ".join(parts) or ("peer" if plan else "alone")


def _reflects(cluster: Cluster, peering: Peering, node: Node) -> bool:
    """Tell whether the other end of ``peering`` reflects for ``node``."""
    other = cluster.node(peering.node)
    return (
        other is not None
        and peering.kind is not PeeringKind.MESH
        and other.cluster_id is not None
        and other.cluster_id != node.cluster_id
        and cluster.asn(other) == cluster.asn(node)
    )


def _origin(peering: Peering) -> str:
    return f"BGPPeer({peering.resource})" if peering.resource else "nodeToNodeMeshEnabled"


def _as_json(cluster: Cluster, plans: Plans, cut: Lost, unreadable: Sequence[str]) -> dict[str, object]:
    return {
        "nodes": [
            {
                "name": node.name,
                "address": str(next(iter(node.interfaces), "")),
                "asn": cluster.asn(node),
                "clusterID": str(node.cluster_id or ""),
                "sessions": [
                    {
                        "address": each.address,
                        "port": each.port,
                        "asn": each.asn,
                        "type": each.kind.value,
                        "node": each.node,
                        "client": each.client,
                        "resource": each.resource,
                    }
                    for each in plans[node.name]
                ],
            }
            for node in cluster.nodes
        ],
        "withoutPath": [list(pair) for pair in cut],
        "warnings": _warnings(cluster, unreadable),
    }


def _as_dot(cluster: Cluster, plans: Plans) -> str:
    """Return the graph: reflectors as boxes, a line for each pair with a session, bold where a BGPPeer asks for it."""
    lines = ["graph topology {"]
    for node in cluster.nodes:
        label = node.name if node.cluster_id is None else f"{node.name}\\n{node.cluster_id}"
        lines.append(f'  "{node.name}" [label="{label}", shape={"box" if node.cluster_id is not None else "ellipse"}];')
    pairs = {
        tuple(sorted((name, each.node or each.address))): each.kind for name, plan in plans.items() for each in plan
    }
    for (one, other), kind in sorted(pairs.items()):
        style = "" if kind is PeeringKind.MESH else " [style=bold]"
        lines.append(f'  "{one}" -- "{other}"{style};')
    return "\n".join([*lines, "}"])

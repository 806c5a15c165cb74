"""Asking the agents of all nodes through the datastore, and what commands that do so have in common."""

from collections.abc import Mapping, Sequence

import click

from bgpkit_node.command.options import Seconds
from bgpkit_node.errors import NodeError
from bgpkit_node.node_status import Told, ask_nodes
from bgpkit_node.resources import Node, ResourceStore

timeout_option = click.option(
    "--timeout",
    type=Seconds(min=0, min_open=True, max=600),
    default=5.0,
    show_default=True,
    metavar="SECONDS",
    help="How long the agents of other nodes are waited for.",
)


async def ask_everybody(
    store: ResourceStore, question: Mapping[str, object], seconds: float, only: Sequence[str] = ()
) -> Told:
    """Ask the agents of all nodes, or of ``only`` these; NodeError when one of these is none of the cluster."""
    names = [node.name for node in await store.list(Node)]
    for name in only:
        if name not in names:
            raise NodeError(f"there is no node {name}, only {', '.join(names) or 'none at all'}")
    return await ask_nodes(store, [name for name in names if not only or name in only], question, seconds=seconds)

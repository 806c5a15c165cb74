"""A node's own entry in the datastore, made or brought up to date when its agent starts."""

import asyncio
from ipaddress import IPv4Interface

import msgspec

from bgpkit_node.agent.node_address import first_found_address
from bgpkit_node.errors import NodeError
from bgpkit_node.resources import Metadata, Node, NodeBgp, NodeSpec, ResourceStore
from bgpkit_node.resources.metadata import check_metadata


def check_name(name: str) -> None:
    """Raise NodeError unless a Node can be called ``name``."""
    for fault in check_metadata(Metadata(name=name)):
        raise NodeError(f"{fault.text} (name the node with --node)")


async def register(store: ResourceStore, name: str, address: IPv4Interface | None) -> Node:
    """Return the Node ``name``, with ``address`` (the one it has, or else the first found, when None).

    What an operator wrote of the node stays as it is. Raises NodeError; InvalidResourcesError when another node has
    the address.
    """
    present = await store.get(Node, name)
    chosen = address or (present.ipv4 if present is not None else None)
    if chosen is None:
        chosen = await asyncio.to_thread(first_found_address)
    if present is None:
        present = Node(metadata=Metadata(name=name), spec=NodeSpec())
    if present.ipv4 != chosen:
        bgp = msgspec.structs.replace(present.spec.bgp or NodeBgp(), ipv4_address=str(chosen))
        wanted = msgspec.structs.replace(present, spec=msgspec.structs.replace(present.spec, bgp=bgp))
        await store.apply([wanted])
    registered = await store.get(Node, name)
    if registered is None:
        raise NodeError(f"Node({name}) was deleted while its agent started: start it again")
    return registered

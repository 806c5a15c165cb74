"""A node's own entry: changed without losing what others write at the same time."""

import msgspec

from bgpkit_node.agent.own_node import change_node
from bgpkit_node.resources import Metadata, Node, NodeSpec, ResourceStore
from tests.support.clusters import node
from tests.support.memory_datastore import MemoryDatastore


def with_tunnel(node: Node) -> Node:
    """Set a field."""
    return msgspec.structs.replace(node, spec=msgspec.structs.replace(node.spec, ipv4_vxlan_tunnel_addr="10.244.0.1"))


async def test_a_change_keeps_what_others_write_meanwhile() -> None:
    """A label that comes between reading and writing stays."""
    datastore = MemoryDatastore()
    store = ResourceStore(datastore)
    await store.apply([node("a", "10.4.7.11/24")])
    labelled = False

    async def between() -> None:
        """Label the node after it has been read."""
        nonlocal labelled
        if not labelled:
            labelled = True
            await store.label(Node, "a", {"rack": "1"})

    def change(node: Node) -> Node:
        """Change, and let the other writer come first."""
        datastore.before_call = between
        return with_tunnel(node)

    changed = await change_node(store, "a", change)
    assert changed is not None
    assert (changed.labels, changed.spec.ipv4_vxlan_tunnel_addr) == ({"rack": "1"}, "10.244.0.1")
    assert await store.get(Node, "a") == changed


async def test_no_change_is_not_written() -> None:
    """Nor is a node made that is not to be made."""
    datastore = MemoryDatastore()
    store = ResourceStore(datastore)
    assert await change_node(store, "a", with_tunnel) is None
    assert datastore.revision == 0
    made = await change_node(store, "a", with_tunnel, create=True)
    assert made is not None
    assert (made.metadata, made.spec) == (
        msgspec.structs.replace(
            Metadata(name="a"),
            uid=made.metadata.uid,
            creation_timestamp=made.metadata.creation_timestamp,
            resource_version="1",
        ),
        NodeSpec(ipv4_vxlan_tunnel_addr="10.244.0.1"),
    )
    assert await change_node(store, "a", with_tunnel) == made
    assert datastore.revision == 1

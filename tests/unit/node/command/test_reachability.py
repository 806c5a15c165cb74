"""What a change cuts off: pairs that had a path and would have none."""

import pytest

from bgpkit_node.command.reachability import cluster_resources, refuse_cut
from bgpkit_node.errors import NodeError
from bgpkit_node.resources import BGPPeerSpec, ResourceStore
from tests.support.clusters import all_with_reflectors, configuration, node, peer, reflector
from tests.support.memory_datastore import MemoryDatastore

A, B, C = (node(name, f"10.4.7.{number}/24") for number, name in enumerate("abc", 1))
ON, OFF = configuration(mesh=True), configuration(mesh=False)


def test_pairs_that_lose_their_path_are_named() -> None:
    """In the order of their names, with what was not done."""
    with pytest.raises(
        NodeError, match=r"^nothing done: no session would carry routes between a - b, a - c, b - c; add"
    ):
        refuse_cut([A, B, C, ON], [C, B, A, OFF], nothing="nothing done")


def test_what_is_left_without_effect_is_named_as_well() -> None:
    """A reflector that loses its label and keeps its cluster ID, which another has: neither passes on what it gets.

    What was so before is not told. walkthrough 23.
    """
    one, other = reflector("r1", "10.4.7.11/24", "244.0.0.1"), reflector("r2", "10.4.7.12/24", "244.0.0.1")
    unlabelled = node("r2", "10.4.7.12/24", cluster_id="244.0.0.1")
    idle = peer("idle", BGPPeerSpec(node_selector="has(x)", peer_selector="has(x)"))
    rest = [A, OFF, all_with_reflectors(), one, idle]
    with pytest.raises(NodeError) as raised:
        refuse_cut([*rest, other], [*rest, unlabelled], nothing="nothing labelled")
    assert str(raised.value).split("; ") == [
        "nothing labelled: no session would carry routes between a - r2",
        "Node(r2) has routeReflectorClusterID 244.0.0.1, and no BGPPeer selects it: it reflects nothing",
        "Node(r1) is the only reflector: without it no two other nodes have a path to each other",
        "add peerings to the same call of apply, or say --yes to cut them off",
    ]
    refuse_cut([*rest, other], [*rest, node("r2", "10.4.7.12/24")], nothing="")


def test_what_was_cut_before_or_comes_or_goes_is_let_be() -> None:
    """A node without an address is not there yet."""
    refuse_cut([A, B, OFF], [A, B, C, OFF], nothing="")
    refuse_cut([A, B, ON], [A, ON], nothing="")
    refuse_cut([A, B, C, ON], [A, OFF], nothing="")
    refuse_cut([A, node("b"), ON], [A, B, OFF], nothing="")


async def test_all_kinds_are_read() -> None:
    """By kind and name."""
    store = ResourceStore(MemoryDatastore())
    await store.apply([A, ON])
    assert set(await cluster_resources(store)) == {("Node", "a"), ("BGPConfiguration", "default")}

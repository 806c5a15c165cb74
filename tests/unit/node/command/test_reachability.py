"""What a change cuts off: pairs that had a path and would have none."""

import pytest

from bgpkit_node.command.reachability import cluster_resources, refuse_cut
from bgpkit_node.errors import NodeError
from bgpkit_node.resources import ResourceStore
from tests.support.clusters import configuration, node
from tests.support.memory_datastore import MemoryDatastore

A, B, C = (node(name, f"10.4.7.{number}/24") for number, name in enumerate("abc", 1))
ON, OFF = configuration(mesh=True), configuration(mesh=False)


def test_pairs_that_lose_their_path_are_named() -> None:
    """In the order of their names, with what was not done."""
    with pytest.raises(
        NodeError, match=r"^nothing done: no session would carry routes between a - b, a - c, b - c; add"
    ):
        refuse_cut([A, B, C, ON], [C, B, A, OFF], nothing="nothing done")


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

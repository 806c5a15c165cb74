"""Looking ROAs up."""

import pytest

from bgpkit.rpki import RoaTable, RpkiState, index
from bgpkit.rpki.nodes import node_of
from bgpkit_rib import Prefix
from tests.unit.rpki.test_table import roa


def test_a_short_roa_covers_whole_blocks() -> None:
    """What is shorter than a block is found from every block, and behind it what stands in the block."""
    found = RoaTable([roa("10.0.0.0/8", 1, 24), roa("10.1.2.0/24", 2)]).indexes[32]
    key = Prefix.parse("10.1.2.0/24").key
    assert [found.state(key, origin) for origin in (1, 2, 3)] == [
        RpkiState.VALID,
        RpkiState.VALID,
        RpkiState.INVALID,
    ]
    assert found.state(Prefix.parse("10.200.0.0/16").key, 3) is RpkiState.INVALID


def test_the_nodes_that_cover_come_longest_first() -> None:
    """From the block, then from the short ones."""
    found = RoaTable([roa("0.0.0.0/0", 1), roa("10.1.0.0/16", 2), roa("10.1.2.0/24", 3)]).indexes[32]
    node = (1 << 32) | int.from_bytes(Prefix.parse("10.1.2.3/32").packed, "big")
    assert [node.bit_length() - 1 for node, _ in found.covering(node)] == [24, 16, 0]
    assert len(list(found)) == found.count == 3


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Routes of ever other blocks do not fill the memory."""
    monkeypatch.setattr(index, "_VIEWS", 4)
    found = RoaTable([roa("10.0.0.0/8", 1, 16)]).indexes[32]
    for number in range(20):
        assert found.state(Prefix.parse(f"10.{number}.0.0/16").key, 1) is RpkiState.VALID
        assert found.remembered <= 4


def test_the_nodes_are_a_set() -> None:
    """Of both kinds of block, without a copy."""
    held = RoaTable([roa("10.0.0.0/8", 1), roa("10.1.2.0/24", 2), roa("10.1.2.0/24", 3)]).indexes[32]
    nodes = index.IndexNodes(held)
    wanted = {node_of(Prefix.parse(text).key) for text in ("10.0.0.0/8", "10.1.2.0/24")}
    assert (set(nodes), len(nodes)) == (wanted, 2)
    assert all(node in nodes for node in wanted)
    stranger: object = "10.0.0.0/8"
    assert stranger not in nodes
    assert not held.holds(node_of(Prefix.parse("10.1.0.0/16").key))
    assert not held.holds(node_of(Prefix.parse("11.0.0.0/8").key))

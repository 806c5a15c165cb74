"""Ipam: its words are there."""

from bgpkit_node.command.ipam import ipam


def test_the_words_are_calicoctls() -> None:
    """All of them."""
    assert sorted(ipam.commands) == ["check", "configure", "release", "show", "split"]

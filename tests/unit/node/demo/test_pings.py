"""The matrix and the sums of the demonstration's pings."""

from ipaddress import IPv4Interface

from bgpkit_node.demo.cluster import Machine, Pod
from bgpkit_node.demo.pings import Matrix, Streams

HERE, THERE = Machine("here", IPv4Interface("10.4.7.1/24")), Machine("there", IPv4Interface("10.4.7.2/24"))


def test_the_matrix_shows_who_did_not_answer() -> None:
    """A reply has its TTL, a loss the word, oneself a dash; losses are listed."""
    matrix = Matrix({("a", "b"): 62, ("b", "a"): None, ("node", "a"): 64, ("node", "b"): 63})
    assert matrix.rows(["a", "b", "node"], ["a", "b"]) == [
        ["a", "-", "ttl 62"],
        ["b", "lost", "-"],
        ["node", "ttl 64", "ttl 63"],
    ]
    assert matrix.lost == [("b", "a")]


def test_pairs_are_ordered_and_on_different_nodes() -> None:
    """Two pods here and one there make four ordered pairs; before the first report nothing is lost or sent."""
    pods = [Pod("a", HERE, "10.244.0.1"), Pod("b", HERE, "10.244.0.2"), Pod("c", THERE, "10.244.1.1")]
    streams = Streams(pods)
    assert streams.pairs == 4
    assert (streams.so_far().sent, streams.so_far().lost, streams.so_far().by_pair) == (0, 0, {})

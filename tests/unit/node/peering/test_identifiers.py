"""Nodes of one AS with one BGP Identifier are found, whatever makes them so. RFC 6286, section 2.1."""

import pytest

from bgpkit_node.peering import findings
from bgpkit_node.peering.identifiers import shared_identifiers
from bgpkit_node.resources import Resource
from bgpkit_node.resources.bgp_identifier import name_hash
from tests.support.clusters import cluster, configuration, identified, node

A, B, C = (node(name, f"10.4.7.{number}/24") for number, name in enumerate("abc", 1))
SIX = node("six", "", "fd00::6/64")


@pytest.mark.parametrize(
    ("resources", "names"),
    [
        ((A, B, C, SIX), ()),
        ((A, identified(B, "10.4.7.1")), ("a", "b")),
        ((identified(A, "10.9.9.9"), identified(B, "10.9.9.9"), identified(C, "10.9.9.9")), ("a", "b", "c")),
        ((SIX, identified(B, str(name_hash("six")))), ("b", "six")),
        ((A, node("b", "", "fd00::2/64"), identified(node("nowhere"), "10.4.7.1")), ()),
        ((A, identified(node("b", "10.4.7.2/24", asn=65001), "10.4.7.1")), ()),
        ((A, identified(node("b", "10.4.7.2/24", asn=65001), "10.4.7.1"), configuration(asn=65001)), ("a", "b")),
        ((A, identified(B, "nonsense")), ()),
    ],
)
def test_nodes_that_share_one_are_named(resources: tuple[Resource, ...], names: tuple[str, ...]) -> None:
    """In the AS that they have in the end; a node without an address has no speaker."""
    found = shared_identifiers(cluster(*resources))
    assert [each.nodes for each in found] == ([names] if names else [])


def test_the_sentence_says_what_to_do() -> None:
    """And stands among the findings, which topology, doctor and a dry run tell."""
    state = cluster(A, identified(B, "10.4.7.1"))
    sentence = (
        "Node(a) and Node(b) of AS 64512 have one BGP Identifier, 10.4.7.1, and refuse each other's sessions and "
        "routes: start the agent of one with another --router-id"
    )
    assert [str(each) for each in shared_identifiers(state)] == [sentence]
    assert findings(state) == (sentence,)

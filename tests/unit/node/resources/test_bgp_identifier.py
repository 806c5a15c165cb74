"""The BGP Identifier of a node, as the datastore has it. RFC 6286, section 2.1; calico.md 5.8."""

import hashlib
from ipaddress import IPv4Address

import pytest

from bgpkit_node.resources.bgp_identifier import name_hash, parse_identifier, usual_identifier


def test_it_is_the_address_unless_there_is_none() -> None:
    """Then it is made of the name."""
    own = IPv4Address("10.4.7.11")
    assert (usual_identifier("a", own), usual_identifier("a", None)) == (own, name_hash("a"))


@pytest.mark.parametrize("text", ["fd00::11", "0.0.0.0", "224.0.0.1", "yes", "10.4.7"])
def test_what_is_no_identifier_is_refused(text: str) -> None:
    """With an example."""
    with pytest.raises(ValueError, match=r"10\.4\.7\.11"):
        parse_identifier(text)
    assert parse_identifier("1.2.3.4") == IPv4Address("1.2.3.4")


def test_the_hash_is_calicos() -> None:
    """The first four octets of SHA-256, and 32 less in the first where that would not be an address of a host."""
    names = [f"node{number}" for number in range(200)]
    folded = 0
    for name in names:
        first, *rest = hashlib.sha256(name.encode()).digest()[:4]
        folded += first > 223
        assert list(name_hash(name).packed) == [first - 32 if first > 223 else first, *rest]
    assert folded
    assert not any(name_hash(name).is_multicast for name in names)

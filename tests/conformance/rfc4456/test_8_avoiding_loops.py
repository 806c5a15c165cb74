"""RFC 4456, section 8, Avoiding Routing Information Loops: what comes back is ignored."""

from ipaddress import IPv4Address

import pytest

from bgpkit_rib import reflection_loop

OWN = int(IPv4Address("192.0.2.1"))
CLUSTER = int(IPv4Address("192.0.2.100"))


def clusters(*addresses: str) -> bytes:
    """Return the octets of a CLUSTER_LIST."""
    return b"".join(IPv4Address(address).packed for address in addresses)


@pytest.mark.rfc("4456", "8")
def test_a_route_with_our_identifier_as_originator_is_ignored() -> None:
    """A router ignores a route received with its BGP Identifier as the ORIGINATOR_ID."""
    assert reflection_loop(bgp_identifier=OWN, cluster_ids={CLUSTER}, originator_id=OWN, cluster_list=b"")
    assert not reflection_loop(bgp_identifier=OWN, cluster_ids={CLUSTER}, originator_id=OWN + 1, cluster_list=b"")


@pytest.mark.rfc("4456", "8")
@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_route_with_our_cluster_in_its_list_is_ignored(at: int) -> None:
    """If the local CLUSTER_ID is found in the CLUSTER_LIST, wherever, the advertisement is ignored."""
    others = ["192.0.2.101", "192.0.2.102"]
    others.insert(at, "192.0.2.100")
    through = clusters(*others)
    assert reflection_loop(bgp_identifier=OWN, cluster_ids={CLUSTER}, originator_id=None, cluster_list=through)


@pytest.mark.rfc("4456", "8")
def test_a_route_without_either_attribute_is_taken() -> None:
    """Neither the originator of another nor other clusters are a loop; an identifier is no cluster."""
    assert not reflection_loop(bgp_identifier=OWN, cluster_ids={CLUSTER}, originator_id=None, cluster_list=b"")
    assert not reflection_loop(
        bgp_identifier=OWN, cluster_ids={CLUSTER}, originator_id=7, cluster_list=clusters("192.0.2.1", "192.0.2.101")
    )

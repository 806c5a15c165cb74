"""Keys are Calico's."""

from ipaddress import ip_network

import pytest

from bgpkit_node.ipam.address import IPNetwork
from bgpkit_node.ipam.keys import (
    affinities_of,
    affinity_key,
    block_key,
    handle_key,
    parse_affinity_key,
    parse_block_key,
    parse_handle_key,
)

FOUR, SIX = ip_network("10.244.113.128/26"), ip_network("fd00:10:244::40/122")


@pytest.mark.parametrize(
    ("network", "key"),
    [
        (FOUR, "/calico/ipam/v2/assignment/ipv4/block/10.244.113.128-26"),
        (SIX, "/calico/ipam/v2/assignment/ipv6/block/fd00:10:244::40-122"),
    ],
)
def test_blocks_stand_where_calico_looks_for_them(network: IPNetwork, key: str) -> None:
    """The slash of the CIDR is a dash."""
    assert block_key(network) == key
    assert parse_block_key(key) == network


def test_affinities_stand_under_their_node() -> None:
    """A node's prefix ends in a slash, so that node1 is not taken for node10."""
    key = "/calico/ipam/v2/host/k8s-node1/ipv4/block/10.244.113.128-26"
    assert affinity_key("k8s-node1", FOUR) == key
    assert parse_affinity_key(key) == ("k8s-node1", FOUR)
    assert affinities_of("k8s-node1") == "/calico/ipam/v2/host/k8s-node1/"


def test_handles_stand_under_their_name() -> None:
    """The name is the last part of the key."""
    assert handle_key("k8s-pod-network.9d0f") == "/calico/ipam/v2/handle/k8s-pod-network.9d0f"
    assert parse_handle_key(handle_key("k8s-pod-network.9d0f")) == "k8s-pod-network.9d0f"


@pytest.mark.parametrize("name", ["", "a/b"])
def test_names_that_would_break_a_key_are_refused(name: str) -> None:
    """Neither handles nor nodes may hold a slash or be empty."""
    with pytest.raises(ValueError, match="is empty or contains a slash"):
        handle_key(name)
    with pytest.raises(ValueError, match="is empty or contains a slash"):
        affinities_of(name)


@pytest.mark.parametrize(
    "key",
    [
        "/calico/ipam/v2/assignment/ipv4/block/10.244.113.129-26",
        "/calico/ipam/v2/assignment/ipv6/block/10.244.113.128-26",
        "/calico/ipam/v2/assignment/ipv4/10.244.113.128-26",
        "/calico/ipam/v2/assignment/ipv4/block/",
    ],
)
def test_a_key_that_names_no_block_is_refused_by_name(key: str) -> None:
    """The message tells which key it is."""
    with pytest.raises(ValueError, match=key):
        parse_block_key(key)

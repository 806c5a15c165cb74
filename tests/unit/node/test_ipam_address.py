"""Blocks and hosts are cut out of addresses of either family."""

from ipaddress import ip_address, ip_network

import pytest

from bgpkit_node.ipam.address import as_host, block_around, contains, joined


@pytest.mark.parametrize(
    ("address", "length", "network"),
    [
        ("10.244.113.130", 26, "10.244.113.128/26"),
        ("10.244.113.191", 26, "10.244.113.128/26"),
        ("10.244.113.192", 26, "10.244.113.192/26"),
        ("fd00:10:244::41", 122, "fd00:10:244::40/122"),
        ("255.255.255.255", 0, "0.0.0.0/0"),
    ],
)
def test_the_block_of_an_address_begins_at_a_multiple_of_its_size(address: str, length: int, network: str) -> None:
    """The standard library, told not to mind host bits, says the same."""
    assert block_around(ip_address(address), length) == ip_network(network)
    assert ip_network(f"{address}/{length}", strict=False) == ip_network(network)


@pytest.mark.parametrize(("address", "host"), [("10.0.0.1", "10.0.0.1/32"), ("fd00::1", "fd00::1/128")])
def test_one_address_is_a_network_of_full_length(address: str, host: str) -> None:
    """That is how a borrowed address is announced."""
    assert as_host(ip_address(address)) == ip_network(host)


@pytest.mark.parametrize(
    ("outer", "inner", "answer"),
    [
        ("10.0.0.0/24", "10.0.0.64/26", True),
        ("10.0.0.0/24", "10.0.0.0/24", True),
        ("10.0.0.64/26", "10.0.0.0/24", False),
        ("fd00::/64", "fd00::/122", True),
        ("::/0", "10.0.0.0/24", False),
        ("0.0.0.0/0", "fd00::/122", False),
    ],
)
def test_networks_of_two_families_never_lie_in_each_other(outer: str, inner: str, answer: bool) -> None:
    """Even when one of them is everything."""
    assert contains(ip_network(outer), ip_network(inner)) is answer


def test_networks_that_touch_are_joined_in_each_family() -> None:
    """Halves make one, and what lies in another is left out."""
    texts = ("10.0.0.2/31", "fd00::/65", "10.0.0.0/31", "10.0.0.1/32", "fd00:0:0:0:8000::/65", "10.0.0.8/32")
    assert [str(network) for network in joined(map(ip_network, texts))] == ["10.0.0.0/30", "10.0.0.8/32", "fd00::/64"]

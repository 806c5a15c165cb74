"""The BGP Identifier of a node. calico.md 5.8."""

from ipaddress import IPv4Address

import pytest

from bgpkit_node.resources.bgp_identifier import name_hash
from bgpkit_node.startup.router_id import RouterId

OWN = IPv4Address("10.4.7.11")


@pytest.mark.parametrize(
    ("text", "ipv4", "expected"),
    [
        ("", OWN, OWN),
        ("", None, name_hash("a")),
        ("hash", OWN, name_hash("a")),
        (" HASH ", None, name_hash("a")),
        ("10.0.0.9", OWN, IPv4Address("10.0.0.9")),
        ("10.0.0.9", None, IPv4Address("10.0.0.9")),
    ],
)
def test_the_address_counts_unless_there_is_none_or_another_is_said(
    text: str, ipv4: IPv4Address | None, expected: IPv4Address
) -> None:
    """Words in any case."""
    assert RouterId.parse(text).of("a", ipv4) == expected


@pytest.mark.parametrize("text", ["fd00::11", "0.0.0.0", "224.0.0.1", "yes", "10.4.7"])
def test_what_is_no_identifier_is_refused(text: str) -> None:
    """With an example, or with the words that are known."""
    with pytest.raises(ValueError, match=r"hash|10\.4\.7\.11"):
        RouterId.parse(text)

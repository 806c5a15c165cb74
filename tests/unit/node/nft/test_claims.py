"""Which endpoint has which interface."""

from ipaddress import ip_address

import pytest

from bgpkit_node.nft import EnforcementSettings, NftError
from bgpkit_node.nft.claims import Claims, sought
from tests.unit.node.nft.programs import endpoint

ETH0 = {ip_address("10.0.0.1"): "eth0"}


def test_only_interfaces_of_nodes_without_a_name_are_sought() -> None:
    """By all their addresses."""
    programs = [endpoint(1, interface="", host=True), endpoint(2, interface="eth0", host=True), endpoint(3)]
    assert sought(programs) == {ip_address("10.0.0.1")}


def test_the_first_has_an_interface_until_it_lets_go() -> None:
    """Then the next that claims it; a pod and a node never want the same."""
    claims = Claims(EnforcementSettings(), ETH0)
    found, named = (endpoint(number, interface=name, host=True).endpoint for number, name in ((1, ""), (2, "eth0")))
    assert claims.claim("found", found) == "eth0"
    with pytest.raises(NftError, match="another endpoint has its interface eth0: found"):
        claims.claim("named", named)
    assert claims.rivals("other", named) == claims.rivals("found", None) == {"found", "named"}
    claims.release("found")
    claims.release("named")
    assert claims.rivals("other", named) == set()
    assert claims.claim("named", named) == "eth0"
    assert claims.claim("pod", endpoint(3, interface="eth0").endpoint) == "eth0"
    assert claims.hosts() == {"eth0": "named"}
    claims.release("nobody")


def test_without_a_prefix_an_interface_of_a_node_may_be_called_anything() -> None:
    """With one, those of pods are their own."""
    odd = endpoint(1, interface="cali7", host=True).endpoint
    assert Claims(EnforcementSettings(interface_prefixes=()), {}).claim("odd", odd) == "cali7"
    with pytest.raises(NftError, match="is the interface of a pod"):
        Claims(EnforcementSettings(), {}).claim("odd", odd)

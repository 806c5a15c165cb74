"""Prefixes of both families."""

import pytest

from bgpkit.testing.strategies import prefixes
from bgpkit_fsm import IPV4_MULTICAST, IPV6_UNICAST, L2VPN_EVPN
from tests.unit.testing.strategies.drawn import drawn


def test_prefixes_are_of_the_family_that_is_asked_for() -> None:
    """By its AFI; of both where nothing is asked for; the shortest and the longest among them."""
    assert {each.width for each in drawn(prefixes())} == {32, 128}
    assert {each.width for each in drawn(prefixes(IPV6_UNICAST))} == {128}
    found = drawn(prefixes(IPV4_MULTICAST), 400)
    assert {each.width for each in found} == {32}
    assert {0, 32} <= {each.length for each in found}


def test_a_family_without_prefixes_is_refused() -> None:
    """An Ethernet VPN has other NLRI."""
    with pytest.raises(ValueError, match="l2vpn-evpn has no prefixes"):
        prefixes(L2VPN_EVPN)

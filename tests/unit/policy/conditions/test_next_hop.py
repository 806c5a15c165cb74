"""Next hops by address and by prefix."""

import pytest

from bgpkit.errors import ConfigError
from bgpkit.policy import NextHopIn
from bgpkit_fsm import IPV6_UNICAST
from bgpkit_rib import Path
from tests.unit.policy.routes import PEER, facts, path

HOPS = NextHopIn.of("192.0.2.1", "203.0.113.0/24", "2001:db8::/32")


def test_a_next_hop_is_looked_for_in_addresses_and_prefixes() -> None:
    """Of both families."""
    hops = ["192.0.2.1", "192.0.2.2", "203.0.113.77"]
    assert [HOPS.holds(facts(path(next_hop=hop))) for hop in hops] == [True, False, True]
    wide = path(next_hop="2001:db8::5", family=IPV6_UNICAST)
    assert HOPS.holds(facts(wide, IPV6_UNICAST))


def test_of_two_next_hops_the_global_one_counts() -> None:
    """RFC 2545, section 3; a route without any is in no set."""
    both = bytes.fromhex("20010db8" + "00" * 12 + "fe80" + "00" * 14)
    assert HOPS.holds(facts(Path(PEER, b"", next_hop=both)))
    assert not NextHopIn.of("fe80::/10").holds(facts(Path(PEER, b"", next_hop=both)))
    assert not NextHopIn.of("0.0.0.0/0", "::/0").holds(facts(Path(PEER, b"")))


def test_what_is_no_address_is_refused() -> None:
    """When the condition is made."""
    with pytest.raises(ConfigError, match="'here' is neither an address nor a prefix"):
        NextHopIn.of("here")
    with pytest.raises(ConfigError, match="has host bits set"):
        NextHopIn.of("10.0.0.1/8")
    assert str(HOPS) == "next hop in 192.0.2.1/32, 203.0.113.0/24, 2001:db8::/32"

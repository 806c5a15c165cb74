"""Ranges of addresses from which peers may connect."""

import pytest

from bgpkit.errors import ConfigError
from bgpkit.speaker.config import PeerConfig
from bgpkit.speaker.peer_ranges import PeerRanges


def client(address: str) -> PeerConfig:
    """Return a client."""
    return PeerConfig(address=address, asn=64512, passive=True, description="wide")


def special(address: str) -> PeerConfig:
    """Return another one."""
    return PeerConfig(address=address, asn=64512, passive=True, description="narrow")


def admitted(ranges: PeerRanges, address: str) -> PeerConfig:
    """Return the configuration of an address that is let in."""
    config = ranges.admit(address)
    assert isinstance(config, PeerConfig)
    return config


def test_the_longest_range_that_holds_an_address_counts() -> None:
    """Both IP versions; an interface after an IPv6 address changes nothing."""
    ranges = PeerRanges()
    ranges.add("10.0.0.0/8", client, 10)
    ranges.add("10.1.0.0/16", special, 10)
    ranges.add("2001:db8::/32", special, 10)
    assert admitted(ranges, "10.2.0.1").description == "wide"
    assert admitted(ranges, "10.1.0.1").description == "narrow"
    assert admitted(ranges, "2001:db8::1").address == "2001:db8::1"


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1", "", "unix"])
def test_a_stranger_is_told_why_not(address: str) -> None:
    """Addresses of no range, and what is no address at all."""
    ranges = PeerRanges()
    ranges.add("10.0.0.0/8", client, 10)
    assert ranges.admit(address) in {"not configured", "its address is not known"}


def test_a_range_has_so_many_peers_at_a_time() -> None:
    """One that goes makes room."""
    ranges = PeerRanges()
    ranges.add("10.0.0.0/8", client, 2)
    for number in (1, 2):
        admitted(ranges, f"10.0.0.{number}")
    assert ranges.admit("10.0.0.3") == "peer range 10.0.0.0/8 has its 2 peers already"
    ranges.forget("10.0.0.1")
    assert not ranges.has("10.0.0.1")
    admitted(ranges, "10.0.0.3")


def test_a_stranger_never_counts_as_another_peer_of_the_range() -> None:
    """A configuration of another address is refused, and the peer at that address is still the range's."""
    ranges = PeerRanges()
    ranges.add("10.0.0.0/8", lambda _: client("10.0.0.1"), 2)
    admitted(ranges, "10.0.0.1")
    with pytest.raises(ConfigError, match=r"^its range made peer 10\.0\.0\.1 of it; a peer has the address it comes "):
        ranges.admit("10.0.0.2")
    assert ranges.has("10.0.0.1")
    assert not ranges.has("10.0.0.2")


def test_removing_a_range_tells_whose_peers_go() -> None:
    """Those of other ranges stay."""
    ranges = PeerRanges()
    ranges.add("10.0.0.0/8", client, 10)
    ranges.add("192.0.2.0/24", client, 10)
    admitted(ranges, "10.0.0.1")
    admitted(ranges, "192.0.2.1")
    assert ranges.remove("10.0.0.0/8") == ["10.0.0.1"]
    assert ranges.admit("10.0.0.9") == "not configured"


def test_ranges_that_cannot_be_are_refused_in_a_sentence() -> None:
    """No prefix, one that is there, no room, none to remove."""
    ranges = PeerRanges()
    ranges.add("10.0.0.0/8", client, 10)
    with pytest.raises(ConfigError, match=r"^peer range 10\.0\.0\.0/33: "):
        ranges.add("10.0.0.0/33", client, 10)
    with pytest.raises(ConfigError, match=r"^peer range 10\.0\.0\.0/8 exists already"):
        ranges.add("10.0.0.0/8", client, 10)
    with pytest.raises(ConfigError, match=r"limit 0 is less than 1 peer$"):
        ranges.add("11.0.0.0/8", client, 0)
    with pytest.raises(ConfigError, match=r"there is no peer range 12\.0\.0\.0/8; configured: 10\.0\.0\.0/8$"):
        ranges.remove("12.0.0.0/8")
    with pytest.raises(ConfigError, match=r"^peer range zz: "):
        ranges.remove("zz")


def test_an_interface_is_a_range_of_its_link_local_addresses() -> None:
    """It counts before any prefix, has a limit of its own, and is removed by its name."""
    ranges = PeerRanges()
    ranges.add("fe80::/10", client, 10)
    ranges.add_interface("eth0", special, 1)
    assert admitted(ranges, "fe80::1%eth0").description == "narrow"
    assert admitted(ranges, "fe80::1%eth1").description == "wide"
    assert ranges.admit("fe80::2%eth0") == "interface eth0 has its 1 peers already"
    assert ranges.remove("eth0") == ["fe80::1%eth0"]
    ranges.add_interface("eth1", client, 1)
    with pytest.raises(ConfigError, match=r"^interface eth1 exists already; remove it first$"):
        ranges.add_interface("eth1", client, 1)

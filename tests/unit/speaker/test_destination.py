"""Where callers' destinations stand in the tables."""

import pytest

from bgpkit.errors import ConfigError
from bgpkit.speaker.destination import locate
from bgpkit.wire import ROWS
from bgpkit_fsm import IPV4_UNICAST, IPV4_VPN, IPV6_UNICAST, Family
from bgpkit_rib import Prefix


def test_prefixes_stand_in_the_unicast_families() -> None:
    """By their width; as text and as a value."""
    assert locate("10.0.0.0/8", None) == (IPV4_UNICAST, b"\x08\x0a", b"")
    assert locate(Prefix.parse("2001:db8::/32"), None) == (IPV6_UNICAST, b"\x20\x20\x01\x0d\xb8", b"")


def test_values_of_other_families_need_their_family() -> None:
    """What is beside the key, such as labels, comes apart from it."""
    octets = bytes((88 + 8,)) + bytes.fromhex("000311") + bytes.fromhex("0000fc0000000001") + b"\x0a"
    row = ROWS[IPV4_VPN]
    ((block,), _) = row.blocks(octets, add_path=False, withdrawn=False)
    value = row.decode(block.keys[0], block.rest)
    assert locate(value, IPV4_VPN) == (IPV4_VPN, block.keys[0], block.rest)
    with pytest.raises(ValueError, match="name its family"):
        locate(value, None)


def test_what_is_no_destination_is_refused() -> None:
    """Text that is no prefix, a value of another family, a family that nobody knows."""
    with pytest.raises(ValueError, match="nonsense"):
        locate("nonsense", None)
    with pytest.raises(ValueError, match=r"."):
        locate(Prefix.parse("10.0.0.0/8"), IPV6_UNICAST)
    with pytest.raises(ConfigError, match="afi-99-safi-1 is not known"):
        locate("10.0.0.0/8", Family(99, 1))

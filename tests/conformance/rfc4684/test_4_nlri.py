"""RFC 4684, section 4: the NLRI of route target membership."""

import pytest

from bgpkit.wire.families.route_target import DEFAULT_ROUTE_TARGET, ROUTE_TARGET_ROWS, RouteTargetMembership
from bgpkit_fsm import Family

(ROW,) = ROUTE_TARGET_ROWS


@pytest.mark.rfc("4684", "4")
def test_the_family_is_afi_1_safi_132() -> None:
    """The next hop is IPv4 when it is 4 octets long, IPv6 when it is 16."""
    assert ROW.family == Family(1, 132)
    assert ROW.next_hop_lengths == {4, 16}


@pytest.mark.rfc("4684", "4")
@pytest.mark.parametrize("length", range(256))
def test_a_prefix_is_0_or_32_to_96_bits(length: int) -> None:
    """The AS number is no prefix; a route target may be."""
    octets = bytes((length,)) + bytes((length + 7) // 8)
    if length == 0 or 32 <= length <= 96:
        (value,) = ROW.nlri(octets, add_path=False, withdrawn=False)
        assert isinstance(value, RouteTargetMembership)
        assert value.length == length
        assert ROW.octets([value], add_path=False) == [octets]
    else:
        with pytest.raises(ValueError, match=f"membership of {length} bits"):
            ROW.nlri(octets, add_path=False, withdrawn=False)


@pytest.mark.rfc("4684", "4")
def test_the_default_route_target_is_the_prefix_of_no_bits() -> None:
    """One octet, of zero."""
    assert ROW.octets([DEFAULT_ROUTE_TARGET], add_path=False) == [b"\0"]
    assert ROW.nlri(b"\0", add_path=False, withdrawn=False) == (DEFAULT_ROUTE_TARGET,)

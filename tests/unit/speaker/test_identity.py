"""Who a speaker is: numbers that cannot be are refused in one sentence."""

from ipaddress import IPv4Address
from typing import Any

import pytest

from bgpkit import Speaker
from bgpkit.errors import ConfigError
from bgpkit.speaker.identity import canonical_address, checked_asn, checked_identifier, checked_seconds, tables_for
from bgpkit_fsm import IPV4_VPN, IPV6_UNICAST, Family


@pytest.mark.parametrize("asn", [0, -1, 2**32])
@pytest.mark.rfc("7607", "2")
def test_what_is_no_as_number_is_refused(asn: int) -> None:
    """0 is reserved."""
    with pytest.raises(ConfigError, match=rf"^asn {asn} is not between 1 and 4294967295"):
        checked_asn(asn)
    for other in ("64512", None, 1.5, True):
        given: Any = other
        with pytest.raises(ConfigError, match=rf"^asn {given!r} is not an int$"):
            checked_asn(given)
    assert checked_asn(4_294_967_295) == 4_294_967_295


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf")])
def test_what_is_no_time_to_wait_is_refused(seconds: float) -> None:
    """By a speaker at once, and not by its event loop; 0 is one."""
    with pytest.raises(ConfigError, match=f"^selection_deferral_time {seconds} is not a number of seconds from 0 on$"):
        Speaker(asn=1, bgp_identifier="10.0.0.1", selection_deferral_time=seconds)
    assert checked_seconds("selection_deferral_time", 0) == 0


def test_an_identifier_is_written_like_an_address_and_not_zero() -> None:
    """RFC 6286, section 2.1; the field is named."""
    assert checked_identifier("cluster_id", "10.0.0.1") == IPv4Address("10.0.0.1")
    with pytest.raises(ConfigError, match=r"^cluster_id '7' is not written like an IPv4 address"):
        checked_identifier("cluster_id", "7")
    with pytest.raises(ConfigError, match=r"^bgp_identifier 0\.0\.0\.0 is not allowed"):
        checked_identifier("bgp_identifier", "0.0.0.0")


def test_addresses_are_compared_in_their_shortest_form() -> None:
    """What is no address is found nowhere, and stays readable."""
    assert canonical_address("2001:DB8:0::1") == "2001:db8::1"
    assert canonical_address("router-7") == "router-7"


def test_any_family_with_a_row_gets_a_table() -> None:
    """Prefixes know their width; one without a row is refused."""
    tables = tables_for((IPV6_UNICAST, IPV4_VPN))
    assert [table.width for table in tables.values()] == [128, 0]
    with pytest.raises(ConfigError, match=r"^family afi-99-safi-1 is not known to the codec"):
        tables_for((Family(99, 1),))

"""Numbers, addresses and times in records."""

from ipaddress import IPv4Address, IPv6Address

import pytest

from bgpkit.mrt.fields import address, moment, unsigned


def test_numbers_are_written_in_network_order() -> None:
    """The most significant octet comes first."""
    assert unsigned("peer AS", 0x0102, 4) == bytes.fromhex("00000102")


@pytest.mark.parametrize("value", [-1, 65536])
def test_a_number_that_does_not_fit_is_refused(value: int) -> None:
    """The error names the field, the value and the room there is."""
    with pytest.raises(ValueError, match=f"^peer AS {value} does not fit 2 octets$"):
        unsigned("peer AS", value, 2)


def test_addresses_are_told_by_their_length() -> None:
    """Four octets are an IPv4 address, sixteen an IPv6 one."""
    assert address(b"\xc0\0\2\1") == IPv4Address("192.0.2.1")
    assert address(bytes(15) + b"\1") == IPv6Address("::1")


def test_times_are_printed_in_utc() -> None:
    """Seconds count from 1970; a fraction is printed when the record has one."""
    assert moment(0) == "1970-01-01 00:00:00"
    assert moment(1_000_000_000) == "2001-09-09 01:46:40"
    assert moment(1_000_000_000, 5) == "2001-09-09 01:46:40.000005"
    assert moment(0xFFFFFFFF, 0xFFFFFFFF) == "2106-02-07 07:39:49.967295"

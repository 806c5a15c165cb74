"""Numbers, octets and addresses of the sizes that were asked for."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgpkit.testing.strategies import fields
from tests.unit.testing.strategies.drawn import drawn


@given(st.data(), st.integers(1, 40))
def test_numbers_and_octets_fit(data: st.DataObject, size: int) -> None:
    """A number of so many bits, and so many octets."""
    assert 0 <= data.draw(fields.numbers(size)) < 1 << size
    assert len(data.draw(fields.octets(size))) == size


@pytest.mark.parametrize(("four_octet_as", "most"), [(True, 0xFFFFFFFF), (False, 0xFFFF)])
def test_as_numbers_are_never_zero(four_octet_as: bool, most: int) -> None:
    """They fit the octets that the session has for them, and need all of them."""
    found = drawn(fields.asns(four_octet_as=four_octet_as))
    assert all(1 <= asn <= most for asn in found)
    assert any(asn > most >> 8 for asn in found)


def test_hosts_have_addresses_of_hosts() -> None:
    """Neither 0.0.0.0/8 nor multicast: RFC 1122, section 3.2.1.3."""
    assert all(1 <= address.packed[0] < 224 for address in drawn(fields.ipv4_hosts()))


def test_addresses_are_of_the_width_that_is_asked_for() -> None:
    """IPv4, IPv6, or both where nothing is asked for."""
    kinds = {width: {type(each) for each in drawn(fields.addresses(width))} for width in (0, 32, 128)}
    assert kinds == {0: {IPv4Address, IPv6Address}, 32: {IPv4Address}, 128: {IPv6Address}}


def test_route_distinguishers_are_of_all_types() -> None:
    """The three that have a text of their own, and others. RFC 4364, section 4.2."""
    types = {int.from_bytes(each.octets[:2], "big") for each in drawn(fields.route_distinguishers())}
    assert types > {0, 1, 2}


def test_other_values_are_drawn() -> None:
    """MAC addresses, and TLVs of the types that were asked for."""
    assert len({each.octets for each in drawn(fields.mac_addresses())}) > 50
    assert {each.code for each in drawn(fields.tlvs(st.sampled_from([3, 4])))} == {3, 4}

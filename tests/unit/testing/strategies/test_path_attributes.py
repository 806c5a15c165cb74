"""The attributes of a route as one value."""

from dataclasses import fields
from ipaddress import IPv4Address, IPv6Address

import pytest

from bgpkit.testing.strategies import path_attributes
from bgpkit.wire import ROWS, decode_attributes, encode_attributes
from bgpkit_fsm import IPV4_FLOWSPEC, IPV4_UNICAST, IPV6_UNICAST, Family
from bgpkit_rib import PathAttributes
from tests.unit.testing.strategies.drawn import drawn


def test_every_field_varies() -> None:
    """None is left as it is by default."""
    found = drawn(path_attributes(IPV6_UNICAST), 80)
    plain = {name.name: getattr(PathAttributes(), name.name) for name in fields(PathAttributes)}
    assert [name for name, value in plain.items() if all(getattr(each, name) == value for each in found)] == []
    assert len({type(value) for each in found for value in each.others}) > 3


@pytest.mark.parametrize("family", ROWS, ids=str)
def test_they_can_be_written(family: Family) -> None:
    """And are read again, for routes of every family."""
    for values in drawn(path_attributes(family), 5):
        assert decode_attributes(encode_attributes(values, family)) == values


def test_next_hops_are_those_of_the_family() -> None:
    """IPv6 ones of IPv4 routes where that is asked for; none where there is no use for one."""
    kinds = {type(each.next_hop) for each in drawn(path_attributes(IPV4_UNICAST), 25)}
    assert kinds == {IPv4Address}
    extended = {type(each.next_hop) for each in drawn(path_attributes(IPV4_UNICAST, extended_next_hop=True), 25)}
    assert extended == {IPv4Address, IPv6Address}
    assert {each.next_hop for each in drawn(path_attributes(IPV4_FLOWSPEC), 20)} == {None}

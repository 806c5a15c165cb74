"""The attributes that are lists of communities."""

import pytest

from bgpkit.wire import ATTRIBUTE_ROWS
from bgpkit.wire.attributes.row import expect_all
from bgpkit_rib import Community, ExtendedCommunity, IPv6ExtendedCommunity, LargeCommunity
from tests.unit.wire.octets import context

TERMS = context()


@pytest.mark.parametrize(
    ("code", "octets", "value"),
    [
        (8, "ffffff01fc000064", (Community.parse("no-export"), Community.parse("64512:100"))),
        (16, "0002fc0000000064", (ExtendedCommunity.parse("rt:64512:100"),)),
        (
            25,
            "0002" + "20010db8000000000000000000000001" + "0064",
            (IPv6ExtendedCommunity.parse("rt:[2001:db8::1]:100"),),
        ),
        (32, "0000fc000000000100000002", (LargeCommunity(64512, 1, 2),)),
    ],
)
def test_each_list_has_its_values(code: int, octets: str, value: object) -> None:
    """RFC 1997, RFC 4360, RFC 5701 and RFC 8092, from octets and to them."""
    row = ATTRIBUTE_ROWS[code]
    assert row.decode(bytes.fromhex(octets), TERMS) == value
    assert row.encode(value, TERMS).hex() == octets


def test_communities_are_communities() -> None:
    """They have their words, although they are numbers."""
    found = ATTRIBUTE_ROWS[8].decode(b"\xff\xff\xff\1", TERMS)
    assert list(map(str, expect_all(Community, found, "COMMUNITIES"))) == ["no-export"]


@pytest.mark.parametrize(("code", "value"), [(8, (7,)), (16, (Community(7),)), (25, ()), (32, "1:2:3")])
def test_other_values_are_refused(code: int, value: object) -> None:
    """A number, another kind of community, a text; an empty list has no octets."""
    if value == ():
        assert ATTRIBUTE_ROWS[code].encode(value, TERMS) == b""
        return
    with pytest.raises(ValueError, match="holds"):
        ATTRIBUTE_ROWS[code].encode(value, TERMS)

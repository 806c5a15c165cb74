"""BGP_LS from and to octets."""

from ipaddress import IPv4Address

import pytest

from bgpkit.wire.attributes.bgp_ls_attribute import ROWS, BgpLsAttribute
from bgpkit.wire.attributes.link_state_codes import LinkStateCode
from bgpkit.wire.attributes.link_state_tlvs import (
    IgpMetric,
    LinkStateAddress,
    LinkStateBandwidth,
    LinkStateNumber,
    LinkStateNumbers,
    LinkStateOctets,
    LinkStateSid,
    LinkStateText,
)
from bgpkit.wire.tlv import Tlv
from tests.unit.wire.octets import context

(ROW,) = ROWS


def test_a_node_is_read_and_written() -> None:
    """The attribute of a node with segment routing, from the exabgp vectors."""
    octets = bytes.fromhex(
        "010a0002010a 04020006726f75746572 04030003490090 040400040a860029 040a000c8000001f4004890003003e80"
        "040b00020001 040c000c00000003e804890003003a98"
    )
    value = ROW.decode(octets, context())
    assert value == BgpLsAttribute(
        (
            LinkStateOctets(LinkStateCode.NODE_MSD, bytes.fromhex("010a")),
            LinkStateText(LinkStateCode.NODE_NAME, "router"),
            LinkStateOctets(LinkStateCode.ISIS_AREA_ID, bytes.fromhex("490090")),
            LinkStateAddress(LinkStateCode.IPV4_LOCAL_ROUTER_ID, IPv4Address("10.134.0.41")),
            LinkStateOctets(LinkStateCode.SR_CAPABILITIES, bytes.fromhex("8000001f4004890003003e80")),
            LinkStateNumbers(LinkStateCode.SR_ALGORITHM, (0, 1)),
            LinkStateOctets(LinkStateCode.SR_LOCAL_BLOCK, bytes.fromhex("00000003e804890003003a98")),
        )
    )
    assert ROW.encode(value, context()) == octets
    assert str(value).startswith("node-msd 0x010a, node-name 'router', isis-area-id 0x490090, ipv4-local-router-id")


def test_a_link_is_read_and_written() -> None:
    """Bandwidth and metric of a link, from the exabgp vectors, and a SID beside them."""
    octets = bytes.fromhex("044100044cee6b28 0447 0003 0003e8 044b 0007 30 00 0000 003e81 0440 0004 00000001")
    value = ROW.decode(octets, context())
    assert value == BgpLsAttribute(
        (
            LinkStateBandwidth(LinkStateCode.MAXIMUM_LINK_BANDWIDTH, (125000000.0,)),
            IgpMetric(1000, 3),
            LinkStateSid(code=LinkStateCode.ADJACENCY_SID, sid=16001, size=3, flags=0x30, parameter=0),
            LinkStateNumber(LinkStateCode.ADMINISTRATIVE_GROUP, 1),
        )
    )
    assert ROW.encode(value, context()) == octets


def test_what_is_not_of_its_form_is_kept_by_name() -> None:
    """A wrong length, a name that is no text and an unknown type are no fault: RFC 9552, section 8.2.2."""
    octets = bytes.fromhex("0400 0000 0402 0001 ff 0441 0004 7f800000 ffff 0001 aa")
    value = ROW.decode(octets, context())
    assert value == BgpLsAttribute(
        (
            LinkStateOctets(LinkStateCode.NODE_FLAG_BITS, b""),
            LinkStateOctets(LinkStateCode.NODE_NAME, b"\xff"),
            LinkStateOctets(LinkStateCode.MAXIMUM_LINK_BANDWIDTH, bytes.fromhex("7f800000")),
            Tlv(65535, b"\xaa"),
        )
    )
    assert ROW.encode(value, context()) == octets


@pytest.mark.parametrize("octets", ["0400 0002 00", "0400 00", "0400 0001 c0 04"])
def test_tlvs_that_do_not_fill_the_attribute_are_told(octets: str) -> None:
    """A TLV that runs past the end, and octets that are none, raise ValueError."""
    with pytest.raises(ValueError, match=r"runs past the end|no type and length"):
        ROW.decode(bytes.fromhex(octets), context())


def test_only_its_own_class_is_written() -> None:
    """Any other value raises ValueError."""
    with pytest.raises(ValueError, match="not a BgpLsAttribute"):
        ROW.encode(b"", context())

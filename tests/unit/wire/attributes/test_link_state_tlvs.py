"""The TLVs of the BGP-LS attribute, put together as in RFC 9552, section 5.3, and RFC 9085."""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address

import pytest

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

TLVS: list[tuple[LinkStateCode, str, int, str]] = [
    (LinkStateCode.NODE_FLAG_BITS, "c0", 0xC0, "node-flag-bits 192"),
    (LinkStateCode.ADMINISTRATIVE_GROUP, "00000007", 7, "administrative-group 7"),
    (LinkStateCode.TE_DEFAULT_METRIC, "0000000a", 10, "te-default-metric 10"),
    (LinkStateCode.LINK_PROTECTION_TYPE, "0400", 0x0400, "link-protection-type 1024"),
    (LinkStateCode.PREFIX_METRIC, "00000014", 20, "prefix-metric 20"),
]


@pytest.mark.parametrize(("code", "octets", "number", "text"), TLVS)
def test_numbers_have_their_octets(code: LinkStateCode, octets: str, number: int, text: str) -> None:
    """A flag field or a metric is one number, and of no other length."""
    value = LinkStateNumber.of(code, bytes.fromhex(octets))
    assert value == LinkStateNumber(code, number)
    assert value.octets() == bytes.fromhex(octets)
    assert str(value) == text
    with pytest.raises(ValueError, match="does not have"):
        LinkStateNumber.of(code, bytes.fromhex(octets) + b"\0")


@pytest.mark.parametrize(("octets", "metric"), [("0a", 10), ("03e8", 1000), ("001388", 5000)])
def test_the_igp_metric_has_one_to_three_octets(octets: str, metric: int) -> None:
    """How many tells the protocol, and comes back: RFC 9552, section 5.3.2.4."""
    value = IgpMetric.of(bytes.fromhex(octets))
    assert value == IgpMetric(metric, len(octets) // 2)
    assert value.octets() == bytes.fromhex(octets)
    assert (value.code, str(value)) == (LinkStateCode.IGP_METRIC, f"igp-metric {metric}")


@pytest.mark.parametrize(
    ("code", "octets", "numbers"),
    [
        (LinkStateCode.LINK_LOCAL_REMOTE_IDENTIFIERS, "00000172 000001bb", (370, 443)),
        (LinkStateCode.MULTI_TOPOLOGY_ID, "0000 0002", (0, 2)),
        (LinkStateCode.SR_ALGORITHM, "00 01", (0, 1)),
        (LinkStateCode.SHARED_RISK_LINK_GROUP, "", ()),
        (LinkStateCode.IGP_EXTENDED_ROUTE_TAG, "0000000100000002", ((1 << 32) + 2,)),
    ],
)
def test_lists_are_cut_into_their_numbers(code: LinkStateCode, octets: str, numbers: tuple[int, ...]) -> None:
    """Each list has numbers of one size."""
    value = LinkStateNumbers.of(code, bytes.fromhex(octets))
    assert value == LinkStateNumbers(code, numbers)
    assert value.octets() == bytes.fromhex(octets)
    assert str(value) == " ".join((code.name.lower().replace("_", "-"), *map(str, numbers)))


def test_bandwidths_are_floats_of_32_bits() -> None:
    """4cee6b28, from the exabgp vectors, is 1 Gbit/s in octets; unreserved bandwidth has eight."""
    value = LinkStateBandwidth.of(LinkStateCode.MAXIMUM_LINK_BANDWIDTH, bytes.fromhex("4cee6b28"))
    assert value == LinkStateBandwidth(LinkStateCode.MAXIMUM_LINK_BANDWIDTH, (125000000.0,))
    assert value.octets() == bytes.fromhex("4cee6b28")
    assert str(value) == "maximum-link-bandwidth 125000000"
    eight = LinkStateBandwidth.of(LinkStateCode.UNRESERVED_BANDWIDTH, bytes.fromhex("4cee6b28" + "00" * 28))
    assert eight.octets_per_second == (125000000.0, *[0.0] * 7)


def test_names_and_addresses_are_read() -> None:
    """A node's name is text, its router ID an address."""
    name = LinkStateText.of(LinkStateCode.NODE_NAME, b"router")
    assert (name, name.octets(), str(name)) == (
        LinkStateText(LinkStateCode.NODE_NAME, "router"),
        b"router",
        "node-name 'router'",
    )
    four = LinkStateAddress.of(LinkStateCode.IPV4_LOCAL_ROUTER_ID, bytes.fromhex("0a860029"))
    assert four == LinkStateAddress(LinkStateCode.IPV4_LOCAL_ROUTER_ID, IPv4Address("10.134.0.41"))
    assert str(four) == "ipv4-local-router-id 10.134.0.41"
    six = LinkStateAddress.of(LinkStateCode.OSPF_FORWARDING_ADDRESS, bytes(16))
    assert (six.address, six.octets()) == (IPv6Address("::"), bytes(16))


@pytest.mark.parametrize(
    ("octets", "sid", "size"), [("30 0a 0000 000186a0", 100000, 4), ("70 00 0001 003e81", 16001, 3)]
)
def test_sids_are_an_index_or_a_label(octets: str, sid: int, size: int) -> None:
    """Flags, weight and a SID of four octets or three: RFC 9085, section 2.2.1."""
    value = LinkStateSid.of(LinkStateCode.ADJACENCY_SID, bytes.fromhex(octets))
    assert (value.sid, value.size, value.flags) == (sid, size, int(octets[:2], 16))
    assert value.octets() == bytes.fromhex(octets)
    assert str(value) == f"adjacency-sid {sid}"


def test_what_is_not_looked_into_keeps_its_octets() -> None:
    """SR capabilities have a name, and octets."""
    value = LinkStateOctets(LinkStateCode.SR_CAPABILITIES, b"\x80\0")
    assert (value.octets(), str(value)) == (b"\x80\0", "sr-capabilities 0x8000")


@pytest.mark.parametrize(
    "read",
    [
        lambda: IgpMetric.of(b""),
        lambda: IgpMetric.of(bytes(4)),
        lambda: LinkStateNumbers.of(LinkStateCode.SHARED_RISK_LINK_GROUP, bytes(5)),
        lambda: LinkStateBandwidth.of(LinkStateCode.UNRESERVED_BANDWIDTH, bytes(28)),
        lambda: LinkStateBandwidth.of(LinkStateCode.MAXIMUM_LINK_BANDWIDTH, bytes.fromhex("7f800000")),
        lambda: LinkStateBandwidth.of(LinkStateCode.MAXIMUM_LINK_BANDWIDTH, bytes.fromhex("7fa00001")),
        lambda: LinkStateText.of(LinkStateCode.NODE_NAME, b"\xff"),
        lambda: LinkStateAddress.of(LinkStateCode.IPV4_LOCAL_ROUTER_ID, bytes(5)),
        lambda: LinkStateSid.of(LinkStateCode.PREFIX_SID, bytes(6)),
    ],
)
def test_what_has_another_form_is_told(read: Callable[[], object]) -> None:
    """A wrong length, an infinite bandwidth and a name that is no text raise ValueError."""
    with pytest.raises(ValueError, match=r".+"):
        read()


@pytest.mark.parametrize(
    "make",
    [
        lambda: LinkStateNumber(LinkStateCode.NODE_FLAG_BITS, 256),
        lambda: LinkStateNumber(LinkStateCode.NODE_NAME, 1),
        lambda: IgpMetric(256, 1),
        lambda: IgpMetric(1, 4),
        lambda: LinkStateNumbers(LinkStateCode.SR_ALGORITHM, (256,)),
        lambda: LinkStateNumbers(LinkStateCode.NODE_NAME, (1,)),
        lambda: LinkStateBandwidth(LinkStateCode.MAXIMUM_LINK_BANDWIDTH, (0.1,)),
        lambda: LinkStateBandwidth(LinkStateCode.MAXIMUM_LINK_BANDWIDTH, (1e300,)),
        lambda: LinkStateBandwidth(LinkStateCode.MAXIMUM_LINK_BANDWIDTH, ()),
        lambda: LinkStateBandwidth(LinkStateCode.NODE_NAME, (1.0,)),
        lambda: LinkStateText(LinkStateCode.IGP_FLAGS, ""),
        lambda: LinkStateAddress(LinkStateCode.NODE_NAME, IPv4Address("192.0.2.1")),
        lambda: LinkStateSid(code=LinkStateCode.PREFIX_SID, sid=1 << 24, size=3, flags=0, parameter=0),
        lambda: LinkStateSid(code=LinkStateCode.PREFIX_SID, sid=1, size=5, flags=0, parameter=0),
        lambda: LinkStateSid(code=LinkStateCode.PREFIX_SID, sid=1, size=4, flags=-1, parameter=0),
        lambda: LinkStateSid(code=LinkStateCode.NODE_NAME, sid=1, size=4, flags=0, parameter=0),
    ],
)
def test_what_cannot_be_written_is_refused(make: Callable[[], object]) -> None:
    """A value beyond its field, or of a code of another form, raises ValueError."""
    with pytest.raises(ValueError, match=r".+"):
        make()

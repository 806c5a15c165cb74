"""RFC 8955, section 7: traffic filtering actions."""

from ipaddress import IPv4Address

import pytest

from bgpkit_rib import (
    ExtendedCommunity,
    RtRedirect,
    TrafficAction,
    TrafficMarking,
    TrafficRateBytes,
    TrafficRatePackets,
)

RATES = [
    pytest.param(0x06, TrafficRateBytes, marks=pytest.mark.rfc("8955", "7.1")),
    pytest.param(0x0C, TrafficRatePackets, marks=pytest.mark.rfc("8955", "7.2")),
]


@pytest.mark.parametrize(("subtype", "kind"), RATES)
def test_a_rate_is_an_ieee_number(subtype: int, kind: type[TrafficRateBytes | TrafficRatePackets]) -> None:
    """Two octets of AS, then IEEE 754 single precision: 0x42c80000 is 100."""
    community = ExtendedCommunity(bytes((0x80, subtype, 0xFC, 0x00, 0x42, 0xC8, 0x00, 0x00)))
    assert community.value == kind(64512, 100.0)


@pytest.mark.parametrize(("subtype", "kind"), RATES)
@pytest.mark.parametrize("rate", ["80000000", "c2c80000", "ff800000"])
def test_a_negative_rate_is_treated_as_zero(
    subtype: int, kind: type[TrafficRateBytes | TrafficRatePackets], rate: str
) -> None:
    """On decoding, negative values MUST be treated as zero: discard all."""
    community = ExtendedCommunity(bytes((0x80, subtype, 0xFC, 0x00)) + bytes.fromhex(rate))
    assert community.value == kind(64512, 0.0)
    assert ExtendedCommunity.parse(str(community)) == community


@pytest.mark.parametrize(("subtype", "kind"), RATES)
def test_a_negative_rate_is_never_encoded(subtype: int, kind: type[TrafficRateBytes | TrafficRatePackets]) -> None:
    """On encoding, the rate MUST NOT be negative."""
    for rate in (-1.0, -0.0, float("-inf")):
        with pytest.raises(ValueError, match="does not fit"):
            ExtendedCommunity.from_value(kind(64512, rate))
    name = str(ExtendedCommunity.from_value(kind(64512, 1.0))).partition(":")[0]
    with pytest.raises(ValueError, match="no known form"):
        ExtendedCommunity.parse(f"{name}:64512:-1")


@pytest.mark.rfc("8955", "7.3")
def test_traffic_action_has_two_bits_at_its_end() -> None:
    """T is bit 47, S is bit 46; the others MUST be ignored on receipt."""
    last, sampled = (ExtendedCommunity(bytes((0x80, 0x07, 0, 0, 0, 0, 0, flags))).value for flags in (1, 2))
    assert last == TrafficAction(terminal_action=True)
    assert sampled == TrafficAction(sample=True)
    noisy = ExtendedCommunity(bytes((0x80, 0x07, 9, 9, 9, 9, 9, 0xFE))).value
    assert isinstance(noisy, TrafficAction)
    assert (noisy.terminal_action, noisy.sample) == (False, True)


@pytest.mark.rfc("8955", "7.4")
@pytest.mark.parametrize(
    ("octets", "value"),
    [
        ("8008 fc00 01020304", RtRedirect(64512, 0x01020304)),
        ("8108 c0000201 0102", RtRedirect(IPv4Address("192.0.2.1"), 0x0102)),
        ("8208 00010000 0102", RtRedirect(65536, 0x0102)),
    ],
)
def test_redirect_has_the_three_forms_of_a_route_target(octets: str, value: RtRedirect) -> None:
    """0x8008: two-octet AS, 0x8108: IPv4, 0x8208: four-octet AS."""
    assert ExtendedCommunity(bytes.fromhex(octets)).value == value


@pytest.mark.rfc("8955", "7.5")
def test_the_dscp_is_in_the_last_six_bits() -> None:
    """The other bits are reserved: zero on encoding, ignored on receipt."""
    assert ExtendedCommunity.from_value(TrafficMarking(46)).octets == bytes((0x80, 0x09, 0, 0, 0, 0, 0, 46))
    value = ExtendedCommunity(bytes((0x80, 0x09, 1, 2, 3, 4, 5, 0xC0 | 46))).value
    assert isinstance(value, TrafficMarking)
    assert value.dscp == 46

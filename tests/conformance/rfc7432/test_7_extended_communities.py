"""RFC 7432, section 7: the extended communities of EVPN."""

import pytest

from bgpkit_rib import (
    DefaultGateway,
    EsiLabel,
    EsImportRouteTarget,
    ExtendedCommunity,
    MacAddress,
    MacMobility,
)


@pytest.mark.rfc("7432", "7.5")
def test_the_esi_label_is_in_the_high_order_bits() -> None:
    """Flags: 1 octet, the low-order bit is single-active; Reserved: 2; ESI Label: 3, the label in the first 20 bits."""
    label = 0xABCDE
    all_active = ExtendedCommunity(bytes((0x06, 0x01, 0x00, 0, 0, 0xAB, 0xCD, 0xE0)))
    single = ExtendedCommunity(bytes((0x06, 0x01, 0x01, 0, 0, 0xAB, 0xCD, 0xE0)))
    assert all_active.value == EsiLabel(label)
    assert single.value == EsiLabel(label, single_active=True)


@pytest.mark.rfc("7432", "7.6")
def test_the_es_import_route_target_is_six_octets() -> None:
    """The ES-Import Route Target fills the value."""
    community = ExtendedCommunity(bytes((0x06, 0x02, 0x02, 0x42, 0xAC, 0x11, 0x00, 0x02)))
    assert community.value == EsImportRouteTarget(MacAddress.parse("02:42:ac:11:00:02"))


@pytest.mark.rfc("7432", "7.7")
def test_mac_mobility_has_flags_and_a_sequence_number() -> None:
    """Flags: 1 octet, the low-order bit is sticky; Reserved: 1; Sequence Number: 4."""
    moving = ExtendedCommunity(bytes((0x06, 0x00, 0x00, 0, 0x01, 0x02, 0x03, 0x04)))
    sticky = ExtendedCommunity(bytes((0x06, 0x00, 0x01, 0, 0x00, 0x00, 0x00, 0x00)))
    assert moving.value == MacMobility(0x01020304)
    assert sticky.value == MacMobility(0, sticky=True)


@pytest.mark.rfc("7432", "7.8")
def test_the_default_gateway_is_an_opaque_community() -> None:
    """Type 0x03, subtype 0x0d; the value is reserved and does not matter."""
    assert ExtendedCommunity(bytes((0x03, 0x0D, 0, 0, 0, 0, 0, 0))).value == DefaultGateway()
    assert isinstance(ExtendedCommunity(bytes((0x03, 0x0D, 1, 2, 3, 4, 5, 6))).value, DefaultGateway)

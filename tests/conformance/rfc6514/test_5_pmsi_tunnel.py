"""RFC 6514, section 5: the PMSI Tunnel attribute, and when it is malformed."""

import pytest

from bgpkit.wire.attributes.pmsi_tunnel import ROWS, PmsiTunnel
from tests.unit.wire.octets import MANDATORY, NLRI, attribute, context, decode, update, verdict

ADDRESS = "c0000201"


def pmsi(value: str, flags: int = 0xC0) -> bytes:
    """Return a PMSI Tunnel attribute."""
    return attribute(flags, 22, bytes.fromhex(value))


@pytest.mark.rfc("6514", "5")
@pytest.mark.parametrize(
    "value",
    [
        "00 00 000000",
        f"01 01 000640 {ADDRESS} 0000 0001 00000002",
        f"00 02 000000 06 0001 04 {ADDRESS} 0007 01 0004 00000001",
        f"00 03 000000 {ADDRESS} e8000001",
        f"00 04 000000 {ADDRESS} e0000101",
        f"00 05 000000 {ADDRESS} e0000101",
        f"00 06 000640 {ADDRESS}",
        f"00 07 000000 08 0001 04 {ADDRESS} 0000",
    ],
)
@pytest.mark.parametrize("flags", [0xC0, 0xE0])
def test_tunnels_of_each_type_are_well_formed(value: str, flags: int) -> None:
    """The eight types of the RFC are taken, and stay in the block octet for octet."""
    octets = update(MANDATORY + pmsi(value, flags), NLRI)
    assert verdict(octets).action == "accept"
    assert decode(octets).announced[0][1].raw == MANDATORY + pmsi(value, flags)


@pytest.mark.rfc("6514", "5")
@pytest.mark.parametrize("kind", ["10", "7a", "7f", "ff"])
@pytest.mark.parametrize("flags", [0xC0, 0xE0])
def test_an_undefined_tunnel_type_withdraws(kind: str, flags: int) -> None:
    """(a): a type that no RFC defines makes the attribute malformed, and the routes count as withdrawn."""
    assert verdict(update(MANDATORY + pmsi(f"00 {kind} 000000 {ADDRESS}", flags), NLRI)).action == "treat-as-withdraw"


@pytest.mark.rfc("6514", "5")
@pytest.mark.parametrize(
    "value",
    [
        f"00 00 000000 {ADDRESS}",
        f"00 01 000000 {ADDRESS} 0000 0001 000002",
        f"00 02 000000 06 0001 04 {ADDRESS} 0007 01 0004 000000",
        f"00 03 000000 {ADDRESS}",
        f"00 04 000000 {ADDRESS} e00001",
        "00 05 000000",
        "00 06 000000 c00002",
        f"00 07 000000 06 0001 04 {ADDRESS} 0000",
    ],
)
def test_an_identifier_that_cannot_be_read_withdraws(value: str) -> None:
    """(b): an identifier that is none of its tunnel type makes the attribute malformed."""
    assert verdict(update(MANDATORY + pmsi(value), NLRI)).action == "treat-as-withdraw"


@pytest.mark.rfc("6514", "5")
@pytest.mark.parametrize("length", range(5))
def test_an_attribute_without_its_fields_withdraws(length: int) -> None:
    """Flags, tunnel type and label are five octets."""
    assert verdict(update(MANDATORY + attribute(0xC0, 22, bytes(length)), NLRI)).action == "treat-as-withdraw"


@pytest.mark.rfc("6514", "5")
@pytest.mark.parametrize(("field", "label"), [("000000", 0), ("000640", 100), ("fffff0", (1 << 20) - 1)])
def test_the_label_is_in_the_high_order_20_bits(field: str, label: int) -> None:
    """The MPLS Label field has three octets; zero says that there is no label."""
    tunnel = ROWS[0].decode(bytes.fromhex(f"00 06 {field} {ADDRESS}"), context())
    assert isinstance(tunnel, PmsiTunnel)
    assert tunnel.label == label
    assert f"label {label}" in str(tunnel) or label == 0


@pytest.mark.rfc("6514", "5")
@pytest.mark.parametrize(("flags", "required"), [(0x00, False), (0x01, True), (0xFE, False), (0xFF, True)])
def test_the_last_bit_of_the_flags_asks_for_leaf_information(flags: int, required: bool) -> None:
    """Bit 7 is Leaf Information Required, and the others say nothing."""
    tunnel = ROWS[0].decode(bytes((flags, 0, 0, 0, 0)), context())
    assert isinstance(tunnel, PmsiTunnel)
    assert tunnel.leaf_information_required is required

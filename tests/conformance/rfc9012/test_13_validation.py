"""RFC 9012, section 13: what is malformed in a Tunnel Encapsulation attribute, and what it leads to."""

import pytest

from bgpkit.wire.attributes.tunnel_encapsulation import ROWS, TunnelEncapsulation
from bgpkit.wire.attributes.tunnel_sub_tlvs import TunnelColor, TunnelEgressEndpoint
from bgpkit.wire.tlv import Tlv
from tests.unit.wire.octets import MANDATORY, NLRI, attribute, context, decode, update, verdict

ENDPOINT = "06 0a 00000000 0001 c0000201"
ENCAPSULATION = "01 0c 80 000064 000000000000 0000"


def tunnel(kind: int, sub_tlvs: str) -> bytes:
    """Return a tunnel in octets."""
    octets = bytes.fromhex(sub_tlvs)
    return kind.to_bytes(2, "big") + len(octets).to_bytes(2, "big") + octets


def action(value: bytes, flags: int = 0xC0) -> str:
    """Return what an UPDATE with the attribute leads to; what is accepted has to stay octet for octet."""
    block = MANDATORY + attribute(flags, 23, value)
    found = verdict(update(block, NLRI)).action
    if found == "accept":
        assert decode(update(block, NLRI)).announced[0][1].raw == block
    return found


def read(value: bytes) -> TunnelEncapsulation:
    """Return the tunnels of an attribute."""
    found = ROWS[0].decode(value, context())
    assert isinstance(found, TunnelEncapsulation)
    return found


@pytest.mark.rfc("9012", "13")
@pytest.mark.parametrize(
    "value",
    [
        tunnel(8, ENDPOINT)[:-1],
        tunnel(8, ENDPOINT) + b"\0",
        tunnel(8, f"{ENDPOINT} 04"),
        tunnel(8, "06 0b 00000000 0001 c0000201"),
        tunnel(8, "80 0002 00"),
        bytes.fromhex("00000064"),  # from the vectors of bgpkit-parser
    ],
)
def test_a_tlv_ends_where_its_last_sub_tlv_ends(value: bytes) -> None:
    """A TLV whose final octet is not that of its final sub-TLV is malformed: treat-as-withdraw."""
    assert action(value) == "treat-as-withdraw"


@pytest.mark.rfc("9012", "13")
def test_an_attribute_without_valid_tlvs_withdraws() -> None:
    """None at all, or only such as are to be ignored: treat-as-withdraw."""
    assert action(b"") == "treat-as-withdraw"
    assert action(tunnel(8, "06 06 00000000 0001")) == "treat-as-withdraw"


@pytest.mark.rfc("9012", "13")
@pytest.mark.parametrize("flags", [0x80, 0x00, 0x40])
def test_an_attribute_that_is_not_transitive_withdraws(flags: int) -> None:
    """Without the transitive bit, or the optional one: treat-as-withdraw."""
    assert action(tunnel(8, ENDPOINT), flags) == "treat-as-withdraw"


@pytest.mark.rfc("9012", "13")
def test_a_tunnel_type_that_is_not_known_stays() -> None:
    """It is no fault, and remains in the attribute."""
    assert action(tunnel(60000, "63 01 aa") + tunnel(8, ENDPOINT)) == "accept"
    assert action(tunnel(60000, "63 01 aa")) == "accept"


@pytest.mark.rfc("9012", "13")
@pytest.mark.parametrize(
    "sub_tlv", [ENCAPSULATION, "07 01 b8", "08 02 12b5", "09 01 01", "0a 04 03e81000", "0b 0a 01 0007 00 0000 00000064"]
)
def test_sub_tlvs_that_come_again_are_no_fault(sub_tlv: str) -> None:
    """All are passed on, and the first of them counts."""
    value = tunnel(8, f"{ENDPOINT} {sub_tlv} {sub_tlv}")
    assert action(value) == "accept"
    (found,) = read(value).tunnels
    assert found.sub_tlvs[1] == found.sub_tlvs[2]
    assert not isinstance(found.sub_tlvs[1], Tlv)


@pytest.mark.rfc("9012", "13")
def test_a_sub_tlv_that_is_not_known_stays() -> None:
    """The TLV is processed as if it were not there, and it remains in the attribute."""
    value = tunnel(8, f"{ENDPOINT} 63 02 aabb 04 08 030b 0000 00000007 c8 0001 cc")
    assert action(value) == "accept"
    (found,) = read(value).tunnels
    assert found.is_valid
    assert [each for each in found.sub_tlvs if not isinstance(each, Tlv)] == [
        TunnelEgressEndpoint.of(bytes.fromhex("00000000 0001 c0000201")),
        TunnelColor(7),
    ]


@pytest.mark.rfc("9012", "3.3.2")
@pytest.mark.rfc("9012", "3.4.1")
@pytest.mark.rfc("9012", "3.4.2")
@pytest.mark.rfc("9012", "3.5")
@pytest.mark.rfc("9012", "13")
@pytest.mark.parametrize(
    "sub_tlv",
    [
        "08 02 0000",
        "08 01 12",
        "02 02 ffff",
        "04 08 0002 0000 00000007",
        "04 07 030b 0000 000007",
        "09 01 00",
        "09 01 03",
        "0a 03 03e810",
        "01 0b 80 000064 000000000000 00",
        "0b 03 01 0007",
    ],
)
def test_a_malformed_sub_tlv_counts_as_not_known(sub_tlv: str) -> None:
    """The reserved port 0, the reserved protocol 0xffff, no colour, no label handling: it is kept, and not read."""
    value = tunnel(8, f"{ENDPOINT} {sub_tlv}")
    assert action(value) == "accept"
    (found,) = read(value).tunnels
    assert found.is_valid
    assert found.sub_tlvs[1] == Tlv(bytes.fromhex(sub_tlv)[0], bytes.fromhex(sub_tlv)[2:])


@pytest.mark.rfc("9012", "3.1")
@pytest.mark.rfc("9012", "13")
@pytest.mark.parametrize(
    "endpoint",
    ["06 06 00000000 0001", "06 07 00000000 0000 00", "06 0a 00000000 0002 c0000201", "06 05 00000000 00", "06 00"],
)
def test_a_tlv_with_a_malformed_endpoint_is_to_be_ignored(endpoint: str) -> None:
    """An address that is not as long as its family says makes the whole TLV invalid, not the attribute."""
    value = tunnel(8, f"{endpoint} {ENCAPSULATION}") + tunnel(2, ENDPOINT)
    assert verdict(update(MANDATORY + attribute(0xC0, 23, value), NLRI)).action == "accept"
    assert [each.is_valid for each in read(value).tunnels] == [False, True]


@pytest.mark.rfc("9012", "13")
def test_a_sub_tlv_without_meaning_for_the_type_is_no_fault() -> None:
    """A UDP port of a GRE tunnel does not make it malformed, and stays."""
    assert action(tunnel(2, f"{ENDPOINT} 08 02 12b5")) == "accept"
    assert action(tunnel(7, f"{ENDPOINT} {ENCAPSULATION}")) == "accept"

"""RFC 9012, section 3: what the sub-TLVs hold, and what of it passes unchanged."""

from ipaddress import IPv4Address, IPv6Address

import pytest

from bgpkit.wire.attributes.tunnel_encapsulation import ROWS, Tunnel, TunnelEncapsulation
from bgpkit.wire.attributes.tunnel_sub_tlvs import (
    MplsLabelStack,
    TunnelEgressEndpoint,
    VirtualNetworkEncapsulation,
)
from tests.unit.wire.octets import context


def read(kind: int, sub_tlvs: str) -> Tunnel:
    """Return a tunnel that has been read, after it has been written again as it was."""
    octets = bytes.fromhex(sub_tlvs)
    value = kind.to_bytes(2, "big") + len(octets).to_bytes(2, "big") + octets
    found = ROWS[0].decode(value, context())
    assert isinstance(found, TunnelEncapsulation)
    assert ROWS[0].encode(found, context()) == value
    return found.tunnels[0]


@pytest.mark.rfc("9012", "3.1")
@pytest.mark.parametrize(
    ("sub_tlv", "address"),
    [
        ("06 0a 00000000 0001 c0000201", IPv4Address("192.0.2.1")),
        ("06 16 00000000 0002 20010db8000000000000000000000001", IPv6Address("2001:db8::1")),
        ("06 06 00000000 0000", None),
    ],
)
def test_the_family_tells_the_length_of_the_endpoint(sub_tlv: str, address: IPv4Address | IPv6Address | None) -> None:
    """A whole IPv4 or IPv6 address, or none, which stands for the next hop."""
    (endpoint,) = read(8, sub_tlv).sub_tlvs
    assert endpoint == TunnelEgressEndpoint(address)


@pytest.mark.rfc("9012", "3.1")
def test_the_reserved_octets_of_an_endpoint_pass_unchanged() -> None:
    """They are disregarded on receipt, and propagated as they are."""
    (endpoint,) = read(8, "06 0a 01020304 0001 c0000201").sub_tlvs
    assert isinstance(endpoint, TunnelEgressEndpoint)
    assert (endpoint.address, endpoint.reserved) == (IPv4Address("192.0.2.1"), 0x01020304)


@pytest.mark.rfc("9012", "3.2.1")
@pytest.mark.rfc("9012", "3.2.2")
@pytest.mark.parametrize("kind", [8, 9])
def test_the_reserved_flags_of_an_encapsulation_pass_unchanged(kind: int) -> None:
    """The R bits, and the two reserved octets, are ignored and kept."""
    (encapsulation,) = read(kind, "01 0c bf 000064 0242ac110002 abcd").sub_tlvs
    assert isinstance(encapsulation, VirtualNetworkEncapsulation)
    assert (encapsulation.flags, encapsulation.vn_id, encapsulation.reserved) == (0xBF, 100, 0xABCD)
    assert str(encapsulation) == "encapsulation vn-id 100"


@pytest.mark.rfc("9012", "3.2.1")
@pytest.mark.parametrize(
    ("flags", "text"),
    [
        ("00", "encapsulation"),
        ("80", "encapsulation vn-id 100"),
        ("40", "encapsulation mac 02:42:ac:11:00:02"),
        ("c0", "encapsulation vn-id 100 mac 02:42:ac:11:00:02"),
    ],
)
def test_fields_whose_bit_is_clear_are_disregarded(flags: str, text: str) -> None:
    """Without V the VN-ID says nothing, without M the MAC address."""
    (encapsulation,) = read(8, f"01 0c {flags} 000064 0242ac110002 0000").sub_tlvs
    assert str(encapsulation) == text


@pytest.mark.rfc("9012", "3.6")
def test_the_length_tells_the_number_of_labels() -> None:
    """Twelve octets are three entries, the topmost first."""
    (stack,) = read(10, "0a 0c 03e81000 03e82000 03e831ff").sub_tlvs
    assert isinstance(stack, MplsLabelStack)
    assert [entry.label for entry in stack.entries] == [16001, 16002, 16003]
    assert [entry.ttl for entry in stack.entries] == [0, 0, 255]


@pytest.mark.rfc("9012", "2")
@pytest.mark.parametrize(("head", "size"), [("7f 01", 1), ("80 0001", 1), ("ff 0001", 1)])
def test_the_length_field_of_a_sub_tlv_has_one_octet_or_two(head: str, size: int) -> None:
    """One for the types 0 to 127, two for 128 to 255."""
    (sub_tlv,) = read(10, f"{head} aa").sub_tlvs
    assert len(sub_tlv.octets if isinstance(sub_tlv.octets, bytes) else sub_tlv.octets()) == size

"""Heads read from the headers that a trace has of a packet."""

from ipaddress import ip_address

import pytest

from bgpkit_node.policy.model import IcmpMatch
from bgpkit_node.policy_trace.head import Head, head_of

A, B = ip_address("10.0.0.1"), ip_address("10.0.0.2")
A6, B6 = ip_address("fd00::1"), ip_address("fd00::2")
PORTS = bytes.fromhex("c0de0050") + bytes(16)


def ipv4(protocol: int, fragment: int = 0) -> bytes:
    """Return a header of IPv4."""
    return bytes([0x45, 0, 0, 60, 0, 1, *fragment.to_bytes(2), 64, protocol, 0, 0]) + A.packed + B.packed


def ipv6(following: int) -> bytes:
    """Return a header of IPv6."""
    return bytes([0x60, 0, 0, 0, 0, 20, following, 64]) + A6.packed + B6.packed


@pytest.mark.parametrize(
    ("network", "transport", "head"),
    [
        (ipv4(6), PORTS, Head(A, B, 6, 0xC0DE, 80)),
        (ipv4(6, 0x4000), PORTS, Head(A, B, 6, 0xC0DE, 80)),
        (ipv4(17, 0x2000), PORTS, Head(A, B, 17, 0xC0DE, 80)),
        (ipv4(17, 0x0001), PORTS, Head(A, B, 17)),
        (ipv4(1), b"\x08\x00ab", Head(A, B, 1, icmp=IcmpMatch(8, 0))),
        (ipv4(89), PORTS, Head(A, B, 89)),
        (ipv4(6), b"\xc0", Head(A, B, 6)),
        (ipv6(132), PORTS, Head(A6, B6, 132, 0xC0DE, 80)),
        (ipv6(58), b"\x80\x00ab", Head(A6, B6, 58, icmp=IcmpMatch(128, 0))),
        (ipv6(44), PORTS, Head(A6, B6, 44)),
    ],
)
def test_a_head_has_what_its_protocol_has(network: bytes, transport: bytes, head: Head) -> None:
    """Ports, ICMP's type and code, or neither; a later fragment has none of them."""
    assert head_of(network, transport) == head


@pytest.mark.parametrize("network", [b"", b"\x45", ipv4(6)[:19], ipv6(6)[:39], b"\x15" + bytes(40)])
def test_what_is_no_packet_of_ip_has_no_head(network: bytes) -> None:
    """Nor one of which too little is told."""
    assert head_of(network, PORTS) is None

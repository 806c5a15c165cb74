"""Echo requests, with the checksum of the Internet."""

import struct

import pytest

from bgpkit_node.diagnosis.icmp import checksum, echo_request


def slow(octets: bytes) -> int:
    """Add up words as RFC 1071 says, one by one."""
    total = 0
    for index in range(0, len(octets), 2):
        total += int.from_bytes(octets[index : index + 2].ljust(2, b"\0"))
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


@pytest.mark.parametrize("octets", [0, 1, 548, 549, 1472])
def test_a_request_has_its_size_and_a_checksum_that_holds(octets: int) -> None:
    """Also where the payload has an odd number of octets. RFC 792."""
    request = echo_request(0xBEEF, 7, octets)
    assert len(request) == 8 + octets
    assert struct.unpack_from("!BBHHH", request)[::2] == (8, slow(request[:2] + b"\0\0" + request[4:]), 7)
    assert checksum(request) == slow(request) == 0

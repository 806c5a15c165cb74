"""bgpkit.bfd.sockets: ports, TTL, and what the kernel tells of a datagram."""

import errno
import socket

import pytest

from bgpkit.bfd.sockets import FIRST_SOURCE_PORT, SOURCE_PORTS, Datagram, ReceivingSocket, sending_socket
from bgpkit.errors import ConfigError
from tests.support.scripted_peer import eventually
from tests.unit.bfd.loopback import ONE, OTHER


@pytest.mark.parametrize(
    ("address", "remote", "multihop"), [(ONE, OTHER, False), ("::1", "::1", True)], ids=["v4", "v6"]
)
async def test_a_datagram_comes_with_its_addresses_and_ttl(address: str, remote: str, multihop: bool) -> None:
    """IPv4 and IPv6, either port; ours go out with TTL 255."""
    got: list[Datagram] = []
    receiving = ReceivingSocket(address, multihop=multihop, received=got.append)
    with sending_socket(address, remote, None, 0, taken=lambda _: False) as sending:
        sending.sendto(b"octets", (address, 4784 if multihop else 3784))
        await eventually(lambda: bool(got), "the datagram")
    receiving.close()
    assert (got[0].octets, got[0].source, got[0].destination) == (b"octets", remote, address)
    assert (got[0].ttl, got[0].multihop) == (255, multihop)
    assert socket.if_indextoname(got[0].interface) == "lo"


def test_source_ports_are_taken_in_turn_from_the_range() -> None:
    """Past those that other sessions, or others, have; after the last comes the first."""
    last = SOURCE_PORTS - 1
    with sending_socket(OTHER, ONE, None, last, taken=lambda _: False) as one:
        assert one.getsockname()[1] == 65535
        with sending_socket(OTHER, ONE, None, last, taken=lambda port: port == FIRST_SOURCE_PORT) as two:
            assert two.getsockname()[1] > FIRST_SOURCE_PORT


def test_no_source_port_left_is_told() -> None:
    """All of them are other sessions'."""
    with pytest.raises(ConfigError, match="no source port from 49152 to 65535 is free"):
        sending_socket(OTHER, ONE, None, 0, taken=lambda _: True)


async def test_an_address_that_is_not_ours_is_told() -> None:
    """With what to do."""
    with pytest.raises(ConfigError, match="give an address that this machine has") as told:
        ReceivingSocket("192.0.2.7", multihop=False, received=lambda _: None)
    assert isinstance(told.value.__cause__, OSError)
    assert told.value.__cause__.errno == errno.EADDRNOTAVAIL

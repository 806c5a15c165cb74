"""Addresses with interfaces: a socket's own namespace knows its name and its number."""

import socket
from typing import Any

import pytest

from bgpkit.transport.socket_address import host_of, interface_index, interface_name, socket_address, unmapped

LO = socket.if_nametoindex("lo")


def test_an_interface_has_a_name_and_a_number() -> None:
    """As the standard library says, which asks the namespace of the thread; OSError where there is none."""
    with socket.socket() as made:
        assert interface_index(made, "lo") == LO
        assert interface_name(made, LO) == "lo"
        with pytest.raises(OSError, match="No such device"):
            interface_index(made, "no-such")
        with pytest.raises(OSError, match="No such device"):
            interface_name(made, 9999)


@pytest.mark.parametrize(
    ("family", "address", "zone", "expected"),
    [
        (socket.AF_INET, "192.0.2.1", "", ("192.0.2.1", 179)),
        (socket.AF_INET6, "2001:db8::1", "", ("2001:db8::1", 179, 0, 0)),
        (socket.AF_INET6, "2001:db8::1", "lo", ("2001:db8::1", 179, 0, 0)),
        (socket.AF_INET6, "fe80::1%lo", "", ("fe80::1", 179, 0, LO)),
        (socket.AF_INET6, "fe80::1", "lo", ("fe80::1", 179, 0, LO)),
        (socket.AF_INET6, "192.0.2.1", "", ("::ffff:192.0.2.1", 179, 0, 0)),
    ],
)
def test_an_address_as_its_socket_takes_it(
    family: socket.AddressFamily, address: str, zone: str, expected: tuple[Any, ...]
) -> None:
    """A link-local one has the number of its interface, its own or the peer's; others have none."""
    with socket.socket(family) as made:
        assert socket_address(made, address, 179, zone) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (None, ""),
        ((), ""),
        (("192.0.2.1", 179), "192.0.2.1"),
        (("2001:db8::1", 179, 0, 0), "2001:db8::1"),
        (("fe80::1", 179, 0, LO), "fe80::1%lo"),
        (("fe80::1%lo", 179, 0, LO), "fe80::1%lo"),
        (("fe80::1", 179, 0, 9999), "fe80::1"),
        (("::ffff:192.0.2.1", 179, 0, 0), "192.0.2.1"),
        (("::FFFF:192.0.2.1", 179), "192.0.2.1"),
    ],
)
def test_the_address_that_a_socket_tells(name: tuple[Any, ...] | None, expected: str) -> None:
    """With its interface, unless that is gone; an IPv4 one in IPv6's clothes is IPv4."""
    with socket.socket() as made:
        assert host_of(name, made.fileno()) == expected


def test_only_a_mapped_address_is_unmapped() -> None:
    """IPv6 stays IPv6, and what is no address is refused."""
    assert [str(unmapped(host)) for host in ("::1", "::ffff:10.0.0.1", "10.0.0.1")] == ["::1", "10.0.0.1", "10.0.0.1"]
    with pytest.raises(ValueError, match="does not appear"):
        unmapped("localhost")

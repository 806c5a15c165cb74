"""Keys of the TCP Authentication Option, as the kernel's structure has them."""

import errno
import os
import socket
import sys

import pytest

from bgpkit.errors import ConfigError
from bgpkit.transport import AoKey, Secret
from bgpkit.transport.tcp_ao import add_ao_keys, delete_ao_keys, packed

KEYS = (
    AoKey(secret=Secret("first"), send_id=1, receive_id=2),
    AoKey(secret=Secret("second"), send_id=3, receive_id=4, algorithm="cmac(aes128)"),
)


@pytest.mark.rfc("5925", "3.1")
def test_a_key_as_the_kernel_reads_it() -> None:
    """As struct tcp_ao_add of include/uapi/linux/tcp.h: each field at its place."""
    octets = packed("192.0.2.1", KEYS[0], at_once=True)
    assert len(octets) == 288
    assert octets[4:8] == bytes((192, 0, 2, 1))
    assert octets[128:192] == b"hmac(sha1)".ljust(64, b"\0")
    assert octets[192:196] == bytes(4), "no interface"
    assert int.from_bytes(octets[196:200], sys.byteorder) & 3, "current, and next"
    assert tuple(octets[202:208]) == (32, 1, 2, 12, 0, 5), "prefix, SendID, RecvID, signature, flags, key length"
    assert octets[208:] == b"first".ljust(80, b"\0")


def test_a_key_that_is_taken_back_as_the_kernel_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """As struct tcp_ao_del of the same file: whose key, and the two numbers that name it."""
    given: list[tuple[object, ...]] = []

    def keep(_socket: socket.socket, *arguments: object) -> None:
        given.append(arguments)

    with socket.socket() as listener:
        monkeypatch.setattr(socket.socket, "setsockopt", keep)
        delete_ao_keys(listener, "192.0.2.1", KEYS[1:])
    (level, number, octets), *more = given
    assert isinstance(octets, bytes)
    assert (level, number, len(octets), more) == (socket.IPPROTO_TCP, 39, 144, [])
    assert octets[4:8] == bytes((192, 0, 2, 1))
    assert octets[128:138] == bytes(10), "no interface, no flag"
    assert octets[138:] == bytes((32, 3, 4, 0, 0, 0)), "prefix, SendID, RecvID"


def test_an_ipv4_peer_of_an_ipv6_socket_is_mapped() -> None:
    """So the kernel wants it; a link-local one loses its interface."""
    assert packed("192.0.2.1", KEYS[0], at_once=False, mapped=True)[8:24] == bytes(10) + b"\xff\xff\xc0\0\2\1"
    six = packed("fe80::1%eth0", KEYS[0], at_once=False, mapped=True)
    assert (six[8:10], six[202], six[196:200]) == (b"\xfe\x80", 128, bytes(4))


def test_the_first_key_signs_at_once_unless_the_socket_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    """A listener has no current key."""
    given: list[bytes] = []

    def keep(_socket: socket.socket, *arguments: object) -> None:
        assert isinstance(arguments[-1], bytes)
        given.append(arguments[-1])

    with socket.socket() as caller, socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        monkeypatch.setattr(socket.socket, "setsockopt", keep)
        add_ao_keys(caller, "192.0.2.1", KEYS)
        add_ao_keys(listener, "192.0.2.1", KEYS)
    assert [any(octets[196:200]) for octets in given] == [True, False, False, False]


@pytest.mark.parametrize(
    ("number", "cure"),
    [
        (
            errno.ENOPROTOOPT,
            "this kernel has no TCP-AO (CONFIG_TCP_AO, Linux 6.7 and later); use md5_key, or leave it",
        ),
        (errno.ENOENT, "this kernel does not know the algorithm; RFC 5926 asks for hmac(sha1) and cmac(aes128)"),
    ],
)
def test_a_refusal_names_what_the_kernel_lacks(number: int, cure: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And not the key."""

    def refuse(_socket: socket.socket, *_arguments: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(socket.socket, "setsockopt", refuse)
    with socket.socket() as made, pytest.raises(ConfigError) as raised:
        add_ao_keys(made, "192.0.2.1", KEYS)
    assert str(raised.value) == f"transport: ao_keys for 192.0.2.1: {os.strerror(number)}; {cure}"

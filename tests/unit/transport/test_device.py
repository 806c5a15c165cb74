"""The interface of a socket: bound to, and told by the kernel for what came in."""

import socket

import pytest

from bgpkit.errors import ConfigError
from bgpkit.transport import device
from bgpkit.transport.device import bind_to_device, check_entry
from bgpkit.transport.kernel_option import SO_BINDTODEVICE


def accepted(family: socket.AddressFamily, address: str) -> socket.socket:
    """Return a connection that has come in through the loopback interface."""
    with socket.socket(family) as listener, socket.socket(family) as caller:
        listener.bind((address, 0))
        listener.listen()
        caller.connect(listener.getsockname())
        return listener.accept()[0]


def test_a_socket_is_bound_to_an_interface() -> None:
    """As the kernel tells; what is not there is named, with the cure."""
    with socket.socket() as made:
        bind_to_device(made, "lo")
        assert made.getsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE, 16).rstrip(b"\0") == b"lo"
        with pytest.raises(ConfigError, match=r"^transport: device no-such: No such device; there is no "):
            bind_to_device(made, "no-such")


def another(_socket: socket.socket, _name: str) -> int:
    """Return the number of an interface that is not lo."""
    return 9999


@pytest.mark.parametrize(("family", "address"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_a_connection_tells_where_it_came_in(
    family: socket.AddressFamily, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through the interface asked for it is taken, through another one refused with both names."""
    with accepted(family, address) as made:
        check_entry(made, "lo")
        check_entry(made, "no-such")
        monkeypatch.setattr(device, "interface_index", another)
        with pytest.raises(ConfigError, match=r"^transport: the connection came in through lo, and "):
            check_entry(made, "eth0")


def test_what_did_not_come_in_is_taken() -> None:
    """The kernel knows no interface of a socket that is not connected."""
    with socket.socket() as made:
        check_entry(made, "lo")

"""What the kernel tells of an interface by its name, against what it tells elsewhere."""

import errno
import socket
from pathlib import Path

import pytest

from bgpkit_node.kernel import KernelError, interface_index, interface_mac, interface_mtu


def test_index_mtu_and_mac_are_those_of_sysfs() -> None:
    """Of every interface of this namespace."""
    names = [name for _, name in socket.if_nameindex()]
    assert "lo" in names
    for name in names:
        told = Path("/sys/class/net") / name
        if told.exists():  # sysfs may show another namespace than the thread's
            assert interface_index(name) == int((told / "ifindex").read_text())
            assert interface_mtu(name) == int((told / "mtu").read_text())
    assert interface_mac("lo") == "00:00:00:00:00:00"


def test_an_interface_that_is_not_there_is_named() -> None:
    """With the kernel's number; its index is 0."""
    assert interface_index("nothing0") == 0
    with pytest.raises(KernelError, match="cannot read the interface nothing0") as caught:
        interface_mtu("nothing0")
    assert caught.value.errno == errno.ENODEV
    with pytest.raises(KernelError):
        interface_mac("nothing0")

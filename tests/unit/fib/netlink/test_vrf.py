"""VRF devices, read from octets that Linux 6.1 sent, without the attributes that do not matter here."""

import pytest

from bgpkit.fib.netlink.decode import messages
from bgpkit.fib.netlink.vrf import Link, encode_link_request, read_link

# ip link add red type vrf table 4242
RED = (
    "400000001000000007000000b402000000000100040000008004000000000000"
    "0800030072656400 18001200 0800010076726600 0c000200 0800010092100000"
)
# ip link add dummy0 type dummy
DUMMY = (
    "3c0000001000000007000000b402000000000100020000008200000000000000"
    "0b00030064756d6d79300000 10001200 0a00010064756d6d79000000"
)
LOOPBACK = "280000001000000007000000b402000000000403010000004900010000000000 070003006c6f0000"


def read(text: str) -> Link:
    """Return the interface of one message."""
    data = bytes.fromhex(text)
    (message,) = messages(data)
    return read_link(data, message)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (RED, Link("red", "vrf", 4242)),
        (DUMMY, Link("dummy0", "dummy", None)),
        (LOOPBACK, Link("lo", "", None)),
    ],
)
def test_a_vrf_has_a_table_and_other_interfaces_have_none(text: str, expected: Link) -> None:
    """The name, the kind, and the table of the kind vrf."""
    assert read(text) == expected


def test_an_interface_is_asked_for_by_its_name() -> None:
    """RTM_GETLINK with IFLA_IFNAME, which ends with a zero."""
    expected = "280000001200010007000000 00000000" + "00" * 16 + "08000300 72656400"
    assert encode_link_request("red", 7) == bytes.fromhex(expected)

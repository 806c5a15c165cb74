"""What is read of objects and of those who use them; the kernel itself: integration/test_fib_objects.py."""

import struct

from bgpkit.fib.netlink.object_octets import decode_users
from bgpkit.fib.netlink.uapi import RTA_NH_ID, RTA_PRIORITY


def attribute(kind: int, value: int) -> bytes:
    """Return an attribute that holds a number."""
    return struct.pack("=HHI", 8, kind, value)


def test_a_user_is_found_right_behind_what_only_looks_like_one() -> None:
    """A metric may happen to be spelled like the header of the attribute: the object named next is in use."""
    (like_a_header,) = struct.unpack("=I", attribute(RTA_NH_ID, 0)[:4])
    data = bytes(28) + attribute(RTA_PRIORITY, like_a_header) + attribute(RTA_NH_ID, 4711)
    assert 4711 in decode_users(data)
    assert decode_users(data + data[:30]) == decode_users(data)

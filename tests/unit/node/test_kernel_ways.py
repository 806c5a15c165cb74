"""How this machine reaches addresses, against the kernel's own answer by sockets."""

import socket
from ipaddress import ip_address

from bgpkit_node.kernel import Ways


def test_an_own_address_is_known_as_such_and_one_without_a_route_has_no_interface() -> None:
    """By both families; a second question is answered from memory."""
    with Ways() as ways:
        for loop in ("127.0.0.1", "127.9.9.9", "::1"):
            assert ways.to(ip_address(loop)) == ("lo", True)
        for text, family in (("203.0.113.9", socket.AF_INET), ("2001:db8::9", socket.AF_INET6)):
            interface, own = ways.to(ip_address(text))
            assert (bool(interface), own) == (_is_reached(text, family), False)
            assert ways.to(ip_address(text)) == (interface, own)


def _is_reached(address: str, family: int) -> bool:
    with socket.socket(family, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect((address, 9))
        except OSError:
            return False
        return True

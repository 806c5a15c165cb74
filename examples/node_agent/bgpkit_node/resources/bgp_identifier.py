"""The BGP Identifier that a node has in the datastore: said by its agent, else its IPv4 address, else of its name.

RFC 6286, section 2.1: four octets, not zero, and within an autonomous system no other speaker's.
"""

import hashlib
from ipaddress import IPv4Address
from typing import Final

IDENTIFIER: Final = "bgpkit-node/bgp-identifier"
"""The annotation of a Node whose identifier is not what its addresses and its name make it."""
_OCTETS: Final = 4
_LAST_UNICAST: Final = 223
_BELOW_MULTICAST: Final = 32


def parse_identifier(text: str) -> IPv4Address:
    """Return a BGP Identifier; ValueError where ``text`` cannot be one."""
    try:
        found = IPv4Address(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a BGP Identifier: write it as an IPv4 address, 10.4.7.11") from None
    if not int(found) or found.is_multicast:
        raise ValueError(f"{found} cannot be a BGP Identifier: name one such as 10.4.7.11")
    return found


def usual_identifier(name: str, ipv4: IPv4Address | None) -> IPv4Address:
    """Return what node ``name`` has where nobody says otherwise: its IPv4 address, else made of its name."""
    return name_hash(name) if ipv4 is None else ipv4


def name_hash(name: str) -> IPv4Address:
    """Return what Calico makes of a node's name: the first octets of its SHA-256, as a unicast address."""
    octets = bytearray(hashlib.sha256(name.encode()).digest()[:_OCTETS])
    if octets[0] > _LAST_UNICAST:
        octets[0] -= _BELOW_MULTICAST
    return IPv4Address(bytes(octets))

"""The BGP Identifier of a node: its IPv4 address, else made of its name, unless the operator names another.

RFC 6286, section 2.1: four octets, not zero, and no other node's.
"""

import hashlib
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final, Self

HASH: Final = "hash"
_OCTETS: Final = 4
_LAST_UNICAST: Final = 223
_BELOW_MULTICAST: Final = 32


@dataclass(frozen=True, slots=True)
class RouterId:
    """What an operator says of it; nothing: a node with an IPv4 address has that one."""

    given: IPv4Address | None = None
    hashed: bool = False
    """It is made of the node's name, whatever address the node has."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``hash`` or an IPv4 address; empty is nothing said. ValueError."""
        word = text.strip().lower()
        if word in {"", HASH}:
            return cls(hashed=word == HASH)
        try:
            given = IPv4Address(word)
        except ValueError:
            raise ValueError(f"{text!r} is neither an IPv4 address nor {HASH}") from None
        if not int(given) or given.is_multicast:
            raise ValueError(f"{given} cannot be a BGP Identifier: name one such as 10.4.7.11")
        return cls(given=given)

    def of(self, name: str, ipv4: IPv4Address | None) -> IPv4Address:
        """Return the identifier of node ``name``, whose IPv4 address is ``ipv4``, if it has one."""
        if self.given is not None:
            return self.given
        return name_hash(name) if self.hashed or ipv4 is None else ipv4


BY_ADDRESS: Final = RouterId()
"""What holds where nobody says otherwise."""


def name_hash(name: str) -> IPv4Address:
    """Return what Calico makes of a node's name: the first octets of its SHA-256, as a unicast address."""
    octets = bytearray(hashlib.sha256(name.encode()).digest()[:_OCTETS])
    if octets[0] > _LAST_UNICAST:
        octets[0] -= _BELOW_MULTICAST
    return IPv4Address(bytes(octets))

"""What an operator says of the BGP Identifier of a node: nothing, an address, or that it is made of the node's name."""

from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final, Self

from bgpkit_node.resources.bgp_identifier import name_hash, parse_identifier, usual_identifier

HASH: Final = "hash"


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
            IPv4Address(word)
        except ValueError:
            raise ValueError(f"{text!r} is neither an IPv4 address nor {HASH}") from None
        return cls(given=parse_identifier(word))

    def of(self, name: str, ipv4: IPv4Address | None) -> IPv4Address:
        """Return the identifier of node ``name``, whose IPv4 address is ``ipv4``, if it has one."""
        if self.given is not None:
            return self.given
        return name_hash(name) if self.hashed else usual_identifier(name, ipv4)


BY_ADDRESS: Final = RouterId()
"""What holds where nobody says otherwise."""

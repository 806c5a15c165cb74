"""Address families, as the pair (AFI, SAFI) that capabilities and messages carry."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, order=True)
class Family:
    """One address family: an AFI and a SAFI as IANA numbers them.

    RFC 4760, section 3.
    """

    afi: int
    """Address Family Identifier, 0 to 65535."""
    safi: int
    """Subsequent Address Family Identifier, 0 to 255."""

    def __str__(self) -> str:
        """Return the usual name, such as ``ipv4-unicast``, or the two numbers of an unnamed family."""
        return _NAMES.get((self.afi, self.safi), f"afi-{self.afi}-safi-{self.safi}")

    @classmethod
    def parse(cls, text: str) -> "Family":
        """Return the family that ``text`` names (``ipv4-unicast``); ValueError names the known ones."""
        for (afi, safi), name in _NAMES.items():
            if name == text:
                return cls(afi, safi)
        raise ValueError(f"unknown address family {text!r}; known: {', '.join(sorted(_NAMES.values()))}")


_NAMES: Final = {(1, 1): "ipv4-unicast", (2, 1): "ipv6-unicast"}

IPV4_UNICAST: Final = Family(1, 1)
IPV6_UNICAST: Final = Family(2, 1)

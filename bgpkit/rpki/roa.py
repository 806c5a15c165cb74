"""One statement of the RPKI: which AS may originate a prefix."""

from dataclasses import dataclass

from bgpkit.rpki.nodes import Node, prefix_of
from bgpkit_rib import Prefix


@dataclass(frozen=True, slots=True, order=True)
class Roa:
    """A validated ROA payload: the AS ``asn`` may originate ``prefix``, and what it covers up to ``max_length``.

    AS 0 says that nobody may. Making one raises ValueError when the length or the AS is out of range.

    RFC 6811, section 2; RFC 6483, section 4.
    """

    prefix: Prefix
    max_length: int
    """The longest prefix allowed, in bits: from the length of ``prefix`` to its width."""
    asn: int

    def __post_init__(self) -> None:
        """Refuse what no ROA can say."""
        if not self.prefix.length <= self.max_length <= self.prefix.width:
            bounds = f"from {self.prefix.length} to {self.prefix.width}"
            raise ValueError(f"the maximum length of {self.prefix} is {bounds}, not {self.max_length}")
        if not 0 <= self.asn < 1 << 32:
            raise ValueError(f"{self.asn} is no AS number; they go from 0 to 4294967295")

    def __str__(self) -> str:
        """Return prefix, maximum length and AS: ``192.0.2.0/24-26 AS64500``."""
        return f"{self.prefix}-{self.max_length} AS{self.asn}"


def roa_of(width: int, node: Node, one: int) -> Roa:
    """Return the ROA that a table holds as the record ``one`` of the prefix ``node``."""
    return Roa(prefix_of(node, width), one & 255, one >> 8)

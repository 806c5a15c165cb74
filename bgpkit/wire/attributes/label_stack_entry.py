"""The MPLS label stack entry, as tunnels and SR policies hold it (RFC 3032, section 2.1)."""

from dataclasses import dataclass
from typing import Final

_LIMITS: Final = {"label": 1 << 20, "traffic_class": 8, "ttl": 256}


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelStackEntry:
    """One entry of an MPLS label stack: four octets. ValueError when a field does not fit.

    RFC 3032, section 2.1; RFC 5462.
    """

    label: int
    traffic_class: int = 0
    bottom_of_stack: bool = False
    ttl: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        fields = {"label": self.label, "traffic_class": self.traffic_class, "ttl": self.ttl}
        for name, number in fields.items():
            if not 0 <= number < _LIMITS[name]:
                raise ValueError(f"{name.replace('_', ' ')} {number} does not fit a label stack entry")

    @classmethod
    def of(cls, octets: bytes) -> "LabelStackEntry":
        """Read an entry; ValueError unless there are four octets."""
        if len(octets) != 4:
            raise ValueError(f"a label stack entry of {len(octets)} octets does not have 4")
        bits = int.from_bytes(octets, "big")
        return cls(
            label=bits >> 12,
            traffic_class=bits >> 9 & 7,
            bottom_of_stack=bool(bits & 0x100),
            ttl=bits & 0xFF,
        )

    def octets(self) -> bytes:
        """Return the entry in octets."""
        bits = self.label << 12 | self.traffic_class << 9 | self.bottom_of_stack << 8 | self.ttl
        return bits.to_bytes(4, "big")

    def __str__(self) -> str:
        """Return the label."""
        return str(self.label)

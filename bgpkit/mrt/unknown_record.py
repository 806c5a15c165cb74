"""Records that are carried without looking into them."""

from dataclasses import dataclass

from bgpkit.mrt.codes import RecordType
from bgpkit.mrt.fields import moment

_TYPES = {int(each): each.name for each in RecordType}


@dataclass(frozen=True, slots=True)
class UnknownRecord:
    """A record of another type or subtype, or of a family whose NLRI are not known, octet for octet.

    RFC 6396, sections 2 and 4.3.3.
    """

    timestamp: int
    """Seconds since 1970."""
    type: int
    """The Type field, such as a value of `RecordType`."""
    subtype: int
    octets: bytes
    """The message behind the header; in the types of extended time it starts with the microseconds."""

    def __str__(self) -> str:
        """Return type, subtype and size in a line."""
        name = _TYPES.get(self.type, f"type {self.type}")
        return f"{moment(self.timestamp)} {name} subtype {self.subtype}: {len(self.octets)} octets"

"""NLRI that the codec carries without looking into them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OpaqueNlri:
    """An NLRI whose type is not known, octet for octet with the octets that tell type and length.

    RFC 7606, section 5.4.
    """

    octets: bytes

    def __str__(self) -> str:
        """Return ``0x`` and the octets in hexadecimal."""
        return f"0x{self.octets.hex()}"

"""The MAC address of EVPN routes and communities."""

import re
from dataclasses import dataclass
from typing import Final

_TEXTS: Final = re.compile(
    r"[0-9a-f]{2}(:[0-9a-f]{2}){5}|[0-9a-f]{2}(-[0-9a-f]{2}){5}|[0-9a-f]{4}(\.[0-9a-f]{4}){2}", re.ASCII | re.IGNORECASE
)


@dataclass(frozen=True, slots=True, order=True)
class MacAddress:
    """A MAC address: six octets, written ``02:42:ac:11:00:02``. ValueError when there are not six.

    RFC 7432, section 7.2.
    """

    octets: bytes

    def __post_init__(self) -> None:
        """Refuse what is not six octets."""
        if len(self.octets) != 6:
            raise ValueError(f"a MAC address is 6 octets, not {len(self.octets)}")

    @classmethod
    def parse(cls, text: str) -> "MacAddress":
        """Return the address that ``text`` writes; ValueError otherwise.

        The digits may be of either case and divided as ``02:42:ac:11:00:02``, ``02-42-ac-11-00-02`` or
        ``0242.ac11.0002``.
        """
        if not _TEXTS.fullmatch(text):
            raise ValueError(f"MAC address {text!r} is not of the form 02:42:ac:11:00:02")
        return cls(bytes.fromhex(re.sub(r"[:.-]", "", text)))

    def __str__(self) -> str:
        """Return six pairs of lower-case hexadecimal digits between colons."""
        return self.octets.hex(":")

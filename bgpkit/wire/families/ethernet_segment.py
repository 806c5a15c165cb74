"""The identifier of an Ethernet segment: the links of one site to several provider edges."""

import re
from dataclasses import dataclass
from typing import Final

_TEXT: Final = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){9}", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True, order=True)
class EthernetSegmentIdentifier:
    """An Ethernet Segment Identifier: ten octets, written ``00:11:22:33:44:55:66:77:88:99``.

    ValueError when there are not ten. All zero, it says that a site has one link only. RFC 7432, section 5.
    """

    octets: bytes = bytes(10)

    def __post_init__(self) -> None:
        """Refuse what is not ten octets."""
        if len(self.octets) != 10:
            raise ValueError(f"an Ethernet segment identifier is 10 octets, not {len(self.octets)}")

    @classmethod
    def parse(cls, text: str) -> "EthernetSegmentIdentifier":
        """Return the identifier that ``text`` writes in the form of ``str``, in either case; ValueError otherwise."""
        if not _TEXT.fullmatch(text):
            raise ValueError(
                f"Ethernet segment identifier {text!r} is not ten pairs of hexadecimal digits between colons"
            )
        return cls(bytes.fromhex(text.replace(":", "")))

    @property
    def type(self) -> int:
        """The first octet: how the other nine came about, such as 0 for by hand. RFC 7432, section 5."""
        return self.octets[0]

    def __str__(self) -> str:
        """Return ten pairs of lower-case hexadecimal digits between colons."""
        return self.octets.hex(":")


SINGLE_HOMED: Final = EthernetSegmentIdentifier()
"""A site with one link. RFC 7432, section 5."""

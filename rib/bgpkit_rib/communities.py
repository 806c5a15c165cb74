"""The three kinds of community as values."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final, Self


class Community(int):
    """A community: 32 bits, written ``64512:100`` or by its well-known name.

    It is an int, so it compares, sorts and packs as one. ValueError when the number does not fit.

    RFC 1997; the well-known ones: the IANA registry that it founded.
    """

    __slots__ = ()

    def __new__(cls, value: int) -> Self:
        """Make a community of an unsigned 32-bit ``value``."""
        if not 0 <= value < 1 << 32:
            raise ValueError(f"a community is a number of 32 bits, not {value}")
        return super().__new__(cls, value)

    @classmethod
    def parse(cls, text: str) -> "Community":
        """Return the community that ``text`` names: ``64512:100`` or ``no-export``; ValueError otherwise."""
        if text in _BY_NAME:
            return _BY_NAME[text]
        high, low = _numbers(text, (16, 16), "community")
        return cls(high << 16 | low)

    def __str__(self) -> str:
        """Return the well-known name, or the two halves: ``64512:100``."""
        return _NAMES.get(self, f"{self >> 16}:{self & 0xFFFF}")

    def __repr__(self) -> str:
        """Return a constructor call that a person can read."""
        return f"Community.parse({str(self)!r})"


def _numbers(text: str, bits: Sequence[int], what: str) -> tuple[int, ...]:
    """Read colon-separated decimal numbers of at most so many bits each."""
    parts = text.split(":")
    if len(parts) == len(bits) and all(part.isascii() and part.isdecimal() for part in parts):
        numbers = tuple(map(int, parts))
        if all(number < 1 << size for number, size in zip(numbers, bits, strict=True)):
            return numbers
    shape = ":".join(f"<{size} bits>" for size in bits)
    raise ValueError(f"{what} {text!r} is not of the form {shape}")


NO_EXPORT: Final = Community(0xFFFFFF01)
"""Not to be advertised outside the AS or confederation. RFC 1997, "Well-known Communities"."""
NO_ADVERTISE: Final = Community(0xFFFFFF02)
"""Not to be advertised to any peer. RFC 1997, "Well-known Communities"."""
NO_EXPORT_SUBCONFED: Final = Community(0xFFFFFF03)
"""Not to be advertised to external peers, those within the confederation included. RFC 1997."""
NO_PEER: Final = Community(0xFFFFFF04)
"""Need not be advertised over bilateral peerings. RFC 3765."""
GRACEFUL_SHUTDOWN: Final = Community(0xFFFF0000)
"""The path is about to go away. RFC 8326."""
LLGR_STALE: Final = Community(0xFFFF0006)
"""The path is kept by long-lived graceful restart. RFC 9494, section 4.6."""
NO_LLGR: Final = Community(0xFFFF0007)
"""The path is not to be kept by long-lived graceful restart. RFC 9494, section 4.6."""
BLACKHOLE: Final = Community(0xFFFF029A)
"""Traffic is to be discarded. RFC 7999."""

_BY_NAME: Final = {
    "no-export": NO_EXPORT,
    "no-advertise": NO_ADVERTISE,
    "no-export-subconfed": NO_EXPORT_SUBCONFED,
    "no-peer": NO_PEER,
    "graceful-shutdown": GRACEFUL_SHUTDOWN,
    "llgr-stale": LLGR_STALE,
    "no-llgr": NO_LLGR,
    "blackhole": BLACKHOLE,
}
_NAMES: Final = {community: name for name, community in _BY_NAME.items()}


@dataclass(frozen=True, slots=True, order=True)
class LargeCommunity:
    """A large community: three numbers of 32 bits, written ``64512:1:2``. RFC 8092, section 3."""

    global_admin: int
    """The AS that defines the meaning of the rest."""
    data1: int
    data2: int

    def __post_init__(self) -> None:
        """Refuse numbers that do not fit."""
        if not all(0 <= number < 1 << 32 for number in (self.global_admin, self.data1, self.data2)):
            raise ValueError(f"a large community is three numbers of 32 bits, not {self}")

    @classmethod
    def parse(cls, text: str) -> "LargeCommunity":
        """Return the large community that ``text`` writes as ``64512:1:2``; ValueError otherwise."""
        return cls(*_numbers(text, (32, 32, 32), "large community"))

    def __str__(self) -> str:
        """Return the three numbers: ``64512:1:2``."""
        return f"{self.global_admin}:{self.data1}:{self.data2}"


_SUBTYPES: Final = {"rt": 0x02, "ro": 0x03}
_SUBTYPE_NAMES: Final = {number: name for name, number in _SUBTYPES.items()}


@dataclass(frozen=True, slots=True, order=True)
class ExtendedCommunity:
    """An extended community: eight octets, the first one or two their type.

    Route targets and route origins are written ``rt:64512:100`` or ``rt:192.0.2.1:100``, all others as
    ``0x`` and hexadecimal digits. RFC 4360, section 2; 4-octet AS numbers: RFC 5668, section 2.
    """

    octets: bytes

    def __post_init__(self) -> None:
        """Refuse what is not eight octets."""
        if len(self.octets) != 8:
            raise ValueError(f"an extended community is 8 octets, not {len(self.octets)}")

    @classmethod
    def parse(cls, text: str) -> "ExtendedCommunity":
        """Return the extended community that ``text`` writes in the form of ``str``; ValueError otherwise."""
        if text.startswith("0x"):
            return cls(_hexadecimal(text))
        name, _, rest = text.partition(":")
        if name not in _SUBTYPES:
            raise ValueError(f"extended community {text!r} is not of the form rt:..., ro:... or 0x...")
        return cls(_specific(_SUBTYPES[name], rest, text))

    def __str__(self) -> str:
        """Return ``rt:64512:100``, ``ro:192.0.2.1:7`` or ``0x...`` with sixteen digits."""
        kind, name, value = self.octets[0], _SUBTYPE_NAMES.get(self.octets[1]), self.octets[2:]
        if name is not None:
            if kind == 0x00:
                return f"{name}:{int.from_bytes(value[:2], 'big')}:{int.from_bytes(value[2:], 'big')}"
            if kind == 0x01:
                return f"{name}:{IPv4Address(value[:4])}:{int.from_bytes(value[4:], 'big')}"
            if kind == 0x02 and value[:2] != b"\0\0":  # a small AS number has the form of type 0x00 to itself
                return f"{name}:{int.from_bytes(value[:4], 'big')}:{int.from_bytes(value[4:], 'big')}"
        return f"0x{self.octets.hex()}"


def _hexadecimal(text: str) -> bytes:
    """Read eight octets in hexadecimal."""
    try:
        return bytes.fromhex(text[2:])
    except ValueError as error:
        raise ValueError(f"extended community {text!r} is not hexadecimal") from error


def _specific(subtype: int, rest: str, whole: str) -> bytes:
    """Pack ``<administrator>:<number>`` as a two-octet AS, IPv4 or four-octet AS specific community."""
    what = f"the part after the type in extended community {whole!r}:"
    administrator, _, number = rest.partition(":")
    if "." in administrator:
        address = IPv4Address(administrator)
        return bytes((0x01, subtype)) + address.packed + _numbers(number, (16,), what)[0].to_bytes(2, "big")
    asn = _numbers(administrator, (32,), what)[0]
    if asn < 1 << 16:
        value = _numbers(number, (32,), what)[0]
        return bytes((0x00, subtype)) + asn.to_bytes(2, "big") + value.to_bytes(4, "big")
    value = _numbers(number, (16,), what)[0]
    return bytes((0x02, subtype)) + asn.to_bytes(4, "big") + value.to_bytes(2, "big")

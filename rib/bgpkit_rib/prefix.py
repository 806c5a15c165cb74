"""Address prefixes, kept as the octets that a table is keyed by."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import total_ordering
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network


@total_ordering
@dataclass(frozen=True, slots=True)
class Prefix:
    """An IPv4 or IPv6 prefix; equal prefixes are equal octets.

    Prefixes order by width, then by address, then by length, so that a covering prefix comes before what it
    covers. Making one raises ValueError when ``key`` is not canonical.

    RFC 4271, section 4.3, NLRI encoding.
    """

    key: bytes
    """Canonical NLRI: the length octet, then ``ceil(length / 8)`` octets whose spare bits are zero."""
    width: int = 32
    """Bits of an address: 32 or 128."""

    def __post_init__(self) -> None:
        """Refuse what is not canonical."""
        if self.width not in {32, 128}:
            raise ValueError(f"a prefix is 32 or 128 bits wide, not {self.width}")
        key = self.key
        if not key or key[0] > self.width or len(key) != 1 + (key[0] + 7) // 8:
            raise ValueError(f"the octets {key.hex(' ')!r} are not a prefix of a {self.width}-bit address")
        if key[0] % 8 and key[-1] & (0xFF >> (key[0] % 8)):
            raise ValueError(f"the octets {key.hex(' ')!r} have bits set beyond the prefix length {key[0]}")

    @classmethod
    def parse(cls, text: str) -> "Prefix":
        """Return the prefix that ``text`` writes as ``10.0.0.0/8`` or ``2001:db8::/32``.

        ValueError says what is wrong: no length, a length out of range, host bits set, no address at all.
        """
        address_text, slash, length_text = text.partition("/")
        if not slash:
            raise ValueError(f"prefix {text!r} has no length; a single address is written with /32 or /128")
        address = _address(address_text, text)
        width = address.max_prefixlen
        if not (length_text.isascii() and length_text.isdecimal() and int(length_text) <= width):
            raise ValueError(f"prefix {text!r} needs a length from 0 to {width}, not {length_text!r}")
        length = int(length_text)
        octets = address.packed
        number = int.from_bytes(octets, "big")
        if number & ((1 << (width - length)) - 1):
            network = cls._of(number >> (width - length) << (width - length), length, width)
            raise ValueError(f"prefix {text!r} has host bits set; did you mean {network}?")
        return cls._of(number, length, width)

    @classmethod
    def from_key(cls, key: bytes, width: int) -> "Prefix":
        """Return the prefix of a table's ``key``; ValueError when the octets are not canonical."""
        return cls(key, width)

    @classmethod
    def canonical(cls, key: bytes, width: int) -> "Prefix":
        """Return the prefix of a ``key`` that is known to be canonical, as a decoder's are; nothing is checked."""
        prefix = object.__new__(cls)
        object.__setattr__(prefix, "key", key)
        object.__setattr__(prefix, "width", width)
        return prefix

    @classmethod
    def all_canonical(cls, keys: Iterable[bytes], width: int) -> "list[Prefix]":
        """Return the prefixes of many keys that are known to be canonical; nothing is checked."""
        new, set_key, set_width = _new, _set_key, _set_width
        prefixes: list[Prefix] = []
        append = prefixes.append
        for key in keys:
            prefix = new(cls)
            set_key(prefix, key)
            set_width(prefix, width)
            append(prefix)
        return prefixes

    @classmethod
    def from_network(cls, network: IPv4Network | IPv6Network) -> "Prefix":
        """Return the prefix of a network of the standard library."""
        return cls._of(int(network.network_address), network.prefixlen, network.max_prefixlen)

    @classmethod
    def _of(cls, number: int, length: int, width: int) -> "Prefix":
        octets = number.to_bytes(width // 8, "big")
        return cls(bytes((length,)) + octets[: (length + 7) // 8], width)

    @property
    def length(self) -> int:
        """The number of leading bits that the prefix fixes."""
        return self.key[0]

    @property
    def address(self) -> IPv4Address | IPv6Address:
        """The first address of the prefix."""
        packed = self.packed
        return IPv4Address(packed) if self.width == 32 else IPv6Address(packed)

    @property
    def packed(self) -> bytes:
        """The first address of the prefix in network order: 4 or 16 octets."""
        return self.key[1:].ljust(self.width // 8, b"\0")

    @property
    def network(self) -> IPv4Network | IPv6Network:
        """The prefix as a network of the standard library."""
        if self.width == 32:
            return IPv4Network((self.packed, self.length))
        return IPv6Network((self.packed, self.length))

    def contains(self, other: "Prefix | IPv4Address | IPv6Address") -> bool:
        """Tell whether ``other`` lies within the prefix: itself, a longer one, an address; never another width."""
        if isinstance(other, Prefix):
            width, length, packed = other.width, other.length, other.packed
        else:
            width, length, packed = other.max_prefixlen, other.max_prefixlen, other.packed
        if width != self.width or length < self.length:
            return False
        shift = self.width - self.length
        return int.from_bytes(packed, "big") >> shift == int.from_bytes(self.packed, "big") >> shift

    def __contains__(self, other: "Prefix | IPv4Address | IPv6Address") -> bool:
        """Tell whether ``other`` lies within the prefix."""
        return self.contains(other)

    def __lt__(self, other: "Prefix") -> bool:
        """Order by width, address and length."""
        return (self.width, self.packed, self.key[0]) < (other.width, other.packed, other.key[0])

    def __str__(self) -> str:
        """Return the usual text: ``10.0.0.0/8``."""
        if self.width == 32:
            first, second, third, fourth = self.packed
            return f"{first}.{second}.{third}.{fourth}/{self.key[0]}"
        return f"{self.address}/{self.key[0]}"


_new = object.__new__
_set_key = Prefix.__dict__["key"].__set__
_set_width = Prefix.__dict__["width"].__set__


def _address(text: str, whole: str) -> IPv4Address | IPv6Address:
    """Read the address part of the prefix ``whole``."""
    if "%" in text:
        raise ValueError(f"prefix {whole!r} names an interface; a prefix has none")
    try:
        return IPv6Address(text) if ":" in text else IPv4Address(text)
    except ValueError as error:
        raise ValueError(f"prefix {whole!r} does not start with an IPv4 or IPv6 address") from error

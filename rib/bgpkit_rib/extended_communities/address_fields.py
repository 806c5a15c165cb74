"""The fields of extended communities that are addresses: IPv4, IPv6, MAC."""

from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from bgpkit_rib.decimals import read_ipv4
from bgpkit_rib.extended_communities.fields import FieldValue
from bgpkit_rib.mac_address import MacAddress


@dataclass(frozen=True, slots=True)
class Ipv4:
    """An IPv4 address."""

    name: str
    shift: int

    @property
    def mask(self) -> int:
        """The field's bits, in place."""
        return ((1 << 32) - 1) << self.shift

    @property
    def pattern(self) -> str:
        """Digits and dots."""
        return ":([0-9.]+)"

    def value(self, bits: int) -> IPv4Address:
        """Return the address."""
        return IPv4Address(bits)

    def bits(self, value: FieldValue) -> int | None:
        """Return the address as a number."""
        return int(value) if isinstance(value, IPv4Address) else None

    def text(self, bits: int) -> str:
        """Return the address in dotted decimal."""
        return f":{IPv4Address(bits)}"

    def parse(self, text: str | None) -> int | None:
        """Read dotted decimal."""
        octets = read_ipv4(text or "")
        return None if octets is None else int.from_bytes(octets, "big")


@dataclass(frozen=True, slots=True)
class Ipv6:
    """An IPv6 address, written in brackets; they may be left out."""

    name: str
    shift: int

    @property
    def mask(self) -> int:
        """The field's bits, in place."""
        return ((1 << 128) - 1) << self.shift

    @property
    def pattern(self) -> str:
        """Hexadecimal digits, colons and dots, perhaps in brackets."""
        return r":(\[[0-9a-f:.]+\]|[0-9a-f:.]+)"

    def value(self, bits: int) -> IPv6Address:
        """Return the address."""
        return IPv6Address(bits)

    def bits(self, value: FieldValue) -> int | None:
        """Return the address as a number."""
        return int(value) if isinstance(value, IPv6Address) else None

    def text(self, bits: int) -> str:
        """Return the address in brackets."""
        return f":[{IPv6Address(bits)}]"

    def parse(self, text: str | None) -> int | None:
        """Read an address in brackets, or without them."""
        try:
            return int(IPv6Address((text or "").strip("[]")))
        except AddressValueError:
            return None


@dataclass(frozen=True, slots=True)
class Mac:
    """A MAC address."""

    name: str
    shift: int = 0

    @property
    def mask(self) -> int:
        """The field's bits, in place."""
        return ((1 << 48) - 1) << self.shift

    @property
    def pattern(self) -> str:
        """Hexadecimal digits and what divides them."""
        return ":([0-9a-f:.-]+)"

    def value(self, bits: int) -> MacAddress:
        """Return the address."""
        return MacAddress(bits.to_bytes(6, "big"))

    def bits(self, value: FieldValue) -> int | None:
        """Return the address as a number."""
        return int.from_bytes(value.octets, "big") if isinstance(value, MacAddress) else None

    def text(self, bits: int) -> str:
        """Return the address with colons."""
        return f":{self.value(bits)}"

    def parse(self, text: str | None) -> int | None:
        """Read the forms of MacAddress."""
        try:
            return self.bits(MacAddress.parse(text or ""))
        except ValueError:
            return None

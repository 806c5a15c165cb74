"""The route distinguisher, which tells equal prefixes of different VPNs apart."""

from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final

from bgpkit_rib.decimals import read_decimal, read_decimals, read_hexadecimal, read_ipv4

_TWO_OCTET_AS: Final = 0
_IPV4: Final = 1
_FOUR_OCTET_AS: Final = 2
_TYPES: Final = {"0": _TWO_OCTET_AS, "1": _IPV4, "2": _FOUR_OCTET_AS}


@dataclass(frozen=True, slots=True, order=True)
class RouteDistinguisher:
    """A route distinguisher: eight octets, the first two its type.

    Every eight octets have a text of their own, which reads back to them:

    - type 0, a two-octet AS and a number of 32 bits: ``64512:100``;
    - type 1, an IPv4 address and a number of 16 bits: ``192.0.2.1:100``;
    - type 2, a four-octet AS and a number of 16 bits: ``4200000000:100``; where the AS would fit in two octets,
      the type stands before it, ``2:64512:100``, since ``64512:100`` is of type 0;
    - any other type: ``0x`` and sixteen hexadecimal digits.

    They order by their octets. ValueError when there are not eight.

    RFC 4364, section 4.2.
    """

    octets: bytes

    def __post_init__(self) -> None:
        """Refuse what is not eight octets."""
        if len(self.octets) != 8:
            raise ValueError(f"a route distinguisher is 8 octets, not {len(self.octets)}")

    @classmethod
    def parse(cls, text: str) -> "RouteDistinguisher":
        """Return the route distinguisher that ``text`` writes; ValueError otherwise.

        The forms of ``str`` are read, and the type may always stand before: ``0:64512:100``, ``1:192.0.2.1:100``.
        """
        octets = read_hexadecimal(text, 8)
        if octets is None:
            octets = _typed(text)
        if octets is None:
            raise ValueError(f"route distinguisher {text!r} is not of the form <AS or IPv4 address>:<number>")
        return cls(octets)

    @property
    def type(self) -> int:
        """The type field: how the other six octets are divided."""
        return int.from_bytes(self.octets[:2], "big")

    def __str__(self) -> str:
        """Return ``64512:100``, ``192.0.2.1:100``, ``4200000000:100``, ``2:64512:100`` or ``0x...``."""
        kind, value = self.type, self.octets[2:]
        if kind == _TWO_OCTET_AS:
            return f"{int.from_bytes(value[:2], 'big')}:{int.from_bytes(value[2:], 'big')}"
        if kind == _IPV4:
            return f"{IPv4Address(value[:4])}:{int.from_bytes(value[4:], 'big')}"
        if kind == _FOUR_OCTET_AS:
            asn = int.from_bytes(value[:4], "big")
            return f"{'2:' if asn < 1 << 16 else ''}{asn}:{int.from_bytes(value[4:], 'big')}"
        return f"0x{self.octets.hex()}"


def _typed(text: str) -> bytes | None:
    """Read ``[<type>:]<administrator>:<number>``."""
    administrator, _, number = text.rpartition(":")
    type_text, colon, rest = administrator.partition(":")
    if colon:
        return _of_type(_TYPES.get(type_text), rest, number)
    if "." in administrator:
        return _of_type(_IPV4, administrator, number)
    asn = read_decimal(administrator, 32)
    return None if asn is None else _of_type(_TWO_OCTET_AS if asn < 1 << 16 else _FOUR_OCTET_AS, administrator, number)


def _of_type(kind: int | None, administrator: str, number: str) -> bytes | None:
    """Pack the two fields of a known type."""
    if kind is None:
        return None
    if kind == _IPV4:
        address, low = read_ipv4(administrator), read_decimal(number, 16)
        return None if address is None or low is None else b"\0\1" + address + low.to_bytes(2, "big")
    sizes = (16, 32) if kind == _TWO_OCTET_AS else (32, 16)
    fields = read_decimals(f"{administrator}:{number}", sizes)
    if fields is None:
        return None
    return kind.to_bytes(2, "big") + b"".join(
        field.to_bytes(size // 8, "big") for field, size in zip(fields, sizes, strict=True)
    )

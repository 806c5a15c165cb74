"""What a capability's octets are read and written by (RFC 5492, section 4)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from bgpkit_fsm import Capability, Family

C = TypeVar("C", bound=Capability)


@dataclass(frozen=True, slots=True)
class CapabilityRow:
    """One capability: its code, its class of values, and how the value field is read and written."""

    code: int
    kind: type[object]
    decode: Callable[[bytes], Capability | None]
    """Return what the value field says; None when it is not laid out as the capability's RFC has it."""
    encode: Callable[[Capability], bytes]
    """Return the value field; ValueError when something does not fit its octets."""


def capability_row(
    code: int, kind: type[C], decode: Callable[[bytes], C | None], encode: Callable[[C], bytes]
) -> CapabilityRow:
    """Return the row of a capability, given the functions of its own class of values."""

    def encode_any(capability: Capability) -> bytes:
        if not isinstance(capability, kind):
            raise TypeError(f"{capability} is not a {kind.__name__}")
        return encode(capability)

    return CapabilityRow(code, kind, decode, encode_any)


def bare_row(code: int, capability: Capability) -> CapabilityRow:
    """Return the row of a capability that has no value field: with one it is not understood."""
    return CapabilityRow(code, type(capability), lambda value: None if value else capability, lambda _capability: b"")


def number(value: int, size: int, name: str) -> bytes:
    """Return ``value`` in ``size`` octets; ValueError, with its ``name``, when it does not fit them."""
    if not 0 <= value < 1 << 8 * size:
        raise ValueError(f"{name} {value} does not fit {size} octets")
    return value.to_bytes(size, "big")


def read_family(value: bytes, offset: int) -> Family:
    """Return the family whose AFI and SAFI are the three octets from ``offset``."""
    return Family(int.from_bytes(value[offset : offset + 2], "big"), value[offset + 2])


def write_family(family: Family) -> bytes:
    """Return AFI and SAFI in three octets; ValueError when they do not fit."""
    return number(family.afi, 2, "AFI") + number(family.safi, 1, "SAFI")


def read_flag(octet: int) -> tuple[bool, int]:
    """Return the highest bit of an octet and the number that the other seven make."""
    return bool(octet & 0x80), octet & 0x7F


def write_flag(flag: bool, reserved: int) -> bytes:
    """Return an octet of a flag and seven reserved bits; ValueError when these do not fit."""
    if not 0 <= reserved <= 0x7F:
        raise ValueError(f"reserved bits {reserved} do not fit 7 bits")
    return bytes((0x80 * flag | reserved,))

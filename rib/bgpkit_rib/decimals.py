"""Decimal numbers and addresses in the texts of communities and route distinguishers."""

from collections.abc import Sequence
from ipaddress import IPv4Address


def read_decimal(text: str, bits: int) -> int | None:
    """Return the number that ``text`` writes if it fits in ``bits`` bits, or None.

    Only the canonical text counts: ASCII digits without leading zeros, so that one number has one text.
    RFC 8092, section 5.
    """
    if not (text.isascii() and text.isdecimal()) or len(text) > 20 or (text[0] == "0" and text != "0"):
        return None
    number = int(text)
    return number if number < 1 << bits else None


def read_decimals(text: str, bits: Sequence[int]) -> tuple[int, ...] | None:
    """Return the colon-separated numbers that ``text`` writes, as many as there are sizes in ``bits``, or None."""
    parts = text.split(":", len(bits))
    if len(parts) != len(bits):
        return None
    numbers = [
        number for part, size in zip(parts, bits, strict=True) if (number := read_decimal(part, size)) is not None
    ]
    return tuple(numbers) if len(numbers) == len(bits) else None


def read_ipv4(text: str) -> bytes | None:
    """Return the four octets of the address that ``text`` writes in dotted decimal, or None."""
    try:
        return IPv4Address(text).packed
    except ValueError:
        return None


def read_hexadecimal(text: str, length: int) -> bytes | None:
    """Return the ``length`` octets that ``text`` writes as ``0x`` and hexadecimal digits, or None."""
    if not text.startswith("0x") or len(text) != 2 + 2 * length or not text[2:].isalnum():
        return None
    try:
        return bytes.fromhex(text[2:])
    except ValueError:
        return None

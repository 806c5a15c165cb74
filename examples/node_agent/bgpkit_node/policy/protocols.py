"""The numbers of IP protocols that policies call by name."""

from typing import Final

TCP: Final = 6
UDP: Final = 17

_NUMBERS: Final = {"TCP": TCP, "UDP": UDP, "ICMP": 1, "ICMPV6": 58, "SCTP": 132, "UDPLITE": 136}
_NAMES: Final = {number: name for name, number in _NUMBERS.items()} | {58: "ICMPv6", 136: "UDPLite"}


def protocol_number(protocol: int | str) -> int:
    """Return the number that IANA gives a protocol; raises ValueError for one that is none."""
    text = str(protocol)
    number = int(text) if text.isdecimal() else _NUMBERS.get(text.upper(), 0)
    if not 1 <= number <= 255:
        raise ValueError(f"{text!r} is not a protocol: write {', '.join(_NAMES.values())}, or a number from 1 to 255")
    return number


def protocol_name(number: int) -> str:
    """Return the name of a protocol, or its number as a text."""
    return _NAMES.get(number, str(number))

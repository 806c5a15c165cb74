"""Attributes in the words of BIRD: read from what birdc prints, and written from octets."""

import re
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from tests.support import octets

_ORIGINS: Final = ("IGP", "EGP", "Incomplete")
_ROUTE: Final = re.compile(r"^(\S+)\s+(\w+) \[(\w+) ")


@dataclass(frozen=True, slots=True)
class BirdRoute:
    """The first route to a prefix as birdc prints it."""

    protocol: str
    words: Mapping[str, str]
    """Name, such as ``as_path``, and value of each attribute."""


def shown(text: str) -> dict[str, BirdRoute]:
    """Read what ``show route primary all`` prints: prefix to route."""
    found: dict[str, BirdRoute] = {}
    words: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("\tBGP."):
            name, _, value = line[5:].partition(":")
            words[name] = value.strip()
        elif match := _ROUTE.match(line):
            words = {}
            found[match[1]] = BirdRoute(match[3], words)
    return found


def written(block: bytes) -> dict[str, str]:
    """Return the words for a canonical attribute block with 4-octet AS numbers, as BIRD would print them."""
    words = {"local_pref": "100"}
    for code, value in octets.read_attributes(block).items():
        name, writer = _WRITERS.get(code, (f"{code:02x} [t]", _hexadecimal))
        words[name] = writer(value)
    return words


def _as_path(value: bytes) -> str:
    parts: list[str] = []
    while value:
        kind, count = value[0], value[1]
        asns = " ".join(map(str, struct.unpack_from(f"!{count}I", value, 2)))
        parts.append({1: f"{{{asns}}}", 2: asns, 3: f"({asns})", 4: f"({{{asns}}})"}[kind])
        value = value[2 + 4 * count :]
    return " ".join(parts)


def _number(value: bytes) -> str:
    return str(int.from_bytes(value, "big"))


def _address(value: bytes) -> str:
    return str(IPv4Address(value) if len(value) == 4 else IPv6Address(value))


def _aggregator(value: bytes) -> str:
    return f"{IPv4Address(value[4:])} AS{int.from_bytes(value[:4], 'big')}"


def _reach(value: bytes) -> str:
    """Return the next hops of a reduced MP_REACH_NLRI."""
    hops = value[4 : 4 + value[3]]
    return " ".join(str(IPv6Address(hops[at : at + 16])) for at in range(0, len(hops), 16))


def _tuples(form: str, size: int) -> Callable[[bytes], str]:
    def write(value: bytes) -> str:
        numbers: Iterable[tuple[int, ...]] = struct.iter_unpack(form, value)
        return " ".join(
            f"({','.join(map(str, each))})" if size == 4 else f"({', '.join(map(str, each))})" for each in numbers
        )

    return write


def _extended(value: bytes) -> str:
    return " ".join(_one_extended(value[at : at + 8]) for at in range(0, len(value), 8))


def _one_extended(value: bytes) -> str:
    kind, subtype = value[0], value[1]
    name = {2: "rt", 3: "ro"}.get(subtype)
    if name and kind & 0x3F == 0:
        administrator, number = struct.unpack("!HI", value[2:])
        return f"({name}, {administrator}, {number})"
    if name and kind & 0x3F == 1:
        return f"({name}, {IPv4Address(value[2:6])}, {int.from_bytes(value[6:], 'big')})"
    if name and kind & 0x3F == 2:
        administrator, number = struct.unpack("!IH", value[2:])
        return f"({name}, {administrator}, {number})"
    high, low = struct.unpack("!II", value)
    return f"(generic, 0x{high:x}, 0x{low:x})"


def _hexadecimal(value: bytes) -> str:
    return " ".join(f"{octet:02x}" for octet in value)


_WRITERS: Final[Mapping[int, tuple[str, Callable[[bytes], str]]]] = {
    1: ("origin", lambda value: _ORIGINS[value[0]]),
    2: ("as_path", _as_path),
    3: ("next_hop", _address),
    4: ("med", _number),
    5: ("local_pref", _number),
    6: ("atomic_aggr", lambda _: ""),
    7: ("aggregator", _aggregator),
    8: ("community", _tuples("!HH", 4)),
    9: ("originator_id", _address),
    14: ("next_hop", _reach),
    16: ("ext_community", _extended),
    32: ("large_community", _tuples("!III", 12)),
}

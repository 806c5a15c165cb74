"""Addresses, networks, numbers and times as people write them in resources; every ValueError is one clear sentence."""

import re
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
    ip_address,
    ip_interface,
    ip_network,
)
from typing import Final

MAX_AS_NUMBER: Final = 0xFFFFFFFF

_DURATION: Final = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)")
_SECONDS: Final = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_INTERFACE: Final = re.compile(r"[A-Za-z0-9_.-]{1,15}")
_PROTOCOLS: Final = ("TCP", "UDP", "ICMP", "ICMPv6", "SCTP", "UDPLite")
_PORT_RANGE: Final = re.compile(r"(\d{1,5})(?::(\d{1,5}))?")
_PEER: Final = re.compile(r"\[(?P<bracketed>[^\]]*)\]:(?P<port6>\d+)|(?P<plain>[^:\[\]]+):(?P<port4>\d+)")


def parse_address(text: str, version: int | None = None) -> IPv4Address | IPv6Address:
    """Read an IP address (of one IP ``version``, when given)."""
    try:
        address = ip_address(text)
    except ValueError:
        raise ValueError(f"{text!r} is not an IP{f'v{version}' if version else ''} address") from None
    if version and address.version != version:
        raise ValueError(f"{text} is an IPv{address.version} address, not an IPv{version} one")
    return address


def parse_interface(text: str, version: int | None = None) -> IPv4Interface | IPv6Interface:
    """Read an address with its subnet, as ``10.4.7.11/24``; without one the prefix is the whole address.

    As for Calico, a mask in the place of the prefix's length, and the zone of an IPv6 address, are none of it.
    """
    try:
        interface = ip_interface(text)
    except ValueError:
        raise ValueError(f"{text!r} is not an IP{f'v{version}' if version else ''} address with a prefix") from None
    address, slash, length = text.partition("/")
    if slash and not length.isdecimal():
        raise ValueError(f"{text} has a mask in the place of the prefix's length: write {interface}")
    if "%" in address:
        raise ValueError(f"{text} has a zone: write it without %{address.partition('%')[2]}")
    if version and interface.version != version:
        raise ValueError(f"{text} is an IPv{interface.version} address, not an IPv{version} one")
    return interface


def parse_network(text: str) -> IPv4Network | IPv6Network:
    """Read a network, or one address as a network of its own; bits behind the prefix are refused."""
    interface = parse_interface(text)
    if interface.ip != interface.network.network_address:
        raise ValueError(f"{text} is not strictly masked: the network is {interface.network}")
    return ip_network(interface.network)


def parse_peer(text: str) -> tuple[IPv4Address | IPv6Address, int | None]:
    """Read ``ip``, ``ip:port`` or ``[v6]:port``; the port is None when not given."""
    found = _PEER.fullmatch(text)
    if found is None:
        return parse_address(text), None
    port = int(found["port6"] or found["port4"])
    if not 1 <= port <= 65535:
        raise ValueError(f"port {port} of {text} is not between 1 and 65535")
    return parse_address(found["bracketed"] or found["plain"]), port


def parse_interface_name(text: str) -> str:
    """Read the name of a network interface."""
    if not _INTERFACE.fullmatch(text):
        raise ValueError(f"{text!r} is not the name of an interface")
    return text


def parse_protocol(protocol: int | str) -> int | str:
    """Read an IP protocol: a number from 1 to 255, or a name."""
    number = int(protocol) if isinstance(protocol, int) or protocol.isdecimal() else 0
    if not 1 <= number <= 255 and protocol not in _PROTOCOLS:
        raise ValueError(f"{protocol!r} is not a protocol: write {', '.join(_PROTOCOLS)}, or a number from 1 to 255")
    return number or protocol


def parse_port_range(text: str) -> range:
    """Read ports as ``80`` or ``30000:32767``, from 0 to 65535."""
    found = _PORT_RANGE.fullmatch(text)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
    if first > last or last > 65535:
        raise ValueError(f"{text!r} is not a range of ports: write 80 or 30000:32767")
    return range(first, last + 1)


def parse_mac(text: str) -> bytes:
    """Read a MAC address as ``ee:ee:ee:ee:ee:ee``."""
    octets = text.split(":")
    try:
        address = bytes.fromhex("".join(octets))
    except ValueError:
        address = b""
    if len(address) != 6 or not all(len(octet) == 2 and octet.isalnum() for octet in octets):
        raise ValueError(f"{text!r} is not a MAC address")
    return address


def parse_as_number(text: str) -> int:
    """Read an AS number as ``64512`` or as two 16-bit numbers with a dot between: ``1.10`` is 65546."""
    parts = text.split(".")
    if len(parts) > 2 or not all(part.isascii() and part.isdigit() and len(part) <= 10 for part in parts):
        raise ValueError(f"{text!r} is not an AS number")
    numbers = [int(part) for part in parts]
    if len(numbers) == 2:
        if max(numbers) > 0xFFFF:
            raise ValueError(f"{text!r} is not an AS number: both parts must be at most 65535")
        return numbers[0] << 16 | numbers[1]
    if numbers[0] > MAX_AS_NUMBER:
        raise ValueError(f"{text!r} is not an AS number: it must be at most {MAX_AS_NUMBER}")
    return numbers[0]


def parse_duration(text: str) -> float:
    """Read a time as ``90s``, ``1m30s`` or ``2h`` and return it in seconds."""
    position = 0
    seconds = 0.0
    while found := _DURATION.match(text, position):
        seconds += float(found[1]) * _SECONDS[found[2]]
        position = found.end()
    if position != len(text) or not text:
        if text == "0":
            return 0.0
        raise ValueError(f"{text!r} is not a time: write 90s, 1m30s or 2h")
    return seconds


def parse_community(text: str) -> tuple[int, ...]:
    """Read a community ``aa:nn`` (16 bits each) or a large community ``aa:nn:mm`` (32 bits each)."""
    parts = text.split(":")
    if len(parts) not in {2, 3} or not all(part.isascii() and part.isdigit() and len(part) <= 10 for part in parts):
        raise ValueError(f"{text!r} is not a community: write aa:nn or aa:nn:mm")
    bits = 16 if len(parts) == 2 else 32
    numbers = tuple(map(int, parts))
    if max(numbers) >> bits:
        raise ValueError(f"{text!r} is not a community: each number has at most {bits} bits")
    return numbers

"""Numbers, addresses and times as they stand in MRT records: in network octet order (RFC 6396, section 1)."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from typing import Final, TypeAlias

IPAddress: TypeAlias = IPv4Address | IPv6Address

AFI_OF_WIDTH: Final = {32: 1, 128: 2}
"""Address Family Identifier by the bits of an address. RFC 6396, section 4.4.1."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def unsigned(name: str, value: int, octets: int) -> bytes:
    """Return ``value`` in so many ``octets``; ValueError names the field that does not fit."""
    if not 0 <= value < 1 << 8 * octets:
        raise ValueError(f"{name} {value} does not fit {octets} octets")
    return value.to_bytes(octets, "big")


@lru_cache(maxsize=1024)
def address(packed: bytes) -> IPAddress:
    """Return the address of 4 or 16 octets; few different ones stand in a file, so those seen last are kept."""
    return IPv4Address(packed) if len(packed) == 4 else IPv6Address(packed)


def moment(timestamp: int, microseconds: int | None = None) -> str:
    """Return a time in UTC for people: ``2002-07-22 23:37:35``, with a fraction when there are ``microseconds``.

    Seconds count from 1970 and have 32 bits. RFC 6396, sections 2 and 3.
    """
    time = _EPOCH + timedelta(seconds=timestamp, microseconds=microseconds or 0)
    return f"{time:%Y-%m-%d %H:%M:%S}" if microseconds is None else f"{time:%Y-%m-%d %H:%M:%S.%f}"

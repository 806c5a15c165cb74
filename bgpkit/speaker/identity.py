"""Who a speaker is, checked: numbers that cannot be are told in one sentence."""

from collections.abc import Iterable
from ipaddress import IPv4Address, ip_address
from math import inf

from bgpkit.errors import ConfigError
from bgpkit.wire import ROWS
from bgpkit_fsm import Family
from bgpkit_rib import Table


def checked_asn(asn: int) -> int:
    """Return ``asn``; ConfigError when it is no AS number. RFC 7607."""
    if not _is_integer(asn):
        raise ConfigError(f"asn {asn!r} is not an int")
    if not 1 <= asn < 2**32:
        raise ConfigError(f"asn {asn} is not between 1 and {2**32 - 1} (AS 0: RFC 7607)")
    return asn


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def checked_seconds(field: str, value: float) -> float:
    """Return ``value``; ConfigError naming ``field`` when it is no time to wait, such as NaN."""
    if not 0 <= value < inf:
        raise ConfigError(f"{field} {value} is not a number of seconds from 0 on")
    return value


def checked_identifier(field: str, value: str | IPv4Address) -> IPv4Address:
    """Return the identifier that ``value`` is; ConfigError naming ``field`` when it is none. RFC 6286, section 2.1."""
    try:
        identifier = IPv4Address(value)
    except ValueError:
        raise ConfigError(f"{field} {value!r} is not written like an IPv4 address (RFC 6286)") from None
    if not int(identifier):
        raise ConfigError(f"{field} 0.0.0.0 is not allowed (RFC 6286, section 2.1)")
    return identifier


def canonical_address(address: str) -> str:
    """Return an address as configurations keep it; what is none stays as it is, and is found nowhere."""
    try:
        return str(ip_address(address))
    except ValueError:
        return address


def tables_for(families: Iterable[Family]) -> dict[Family, Table]:
    """Return an empty table for each of ``families``; ConfigError for one that the codec has no row for."""
    tables: dict[Family, Table] = {}
    for family in families:
        if family not in ROWS:
            raise ConfigError(f"family {family} is not known to the codec; register a row for it")
        tables[family] = Table(ROWS[family].width)
    return tables

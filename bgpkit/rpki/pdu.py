"""The PDUs between router and cache (RFC 8210, section 5; RFC 6810, section 5, for version 0)."""

from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

from bgpkit.rpki.intervals import RtrIntervals
from bgpkit.rpki.roa import Roa


class PduType(IntEnum):
    """The second octet of a PDU. RFC 8210, section 14."""

    SERIAL_NOTIFY = 0
    SERIAL_QUERY = 1
    RESET_QUERY = 2
    CACHE_RESPONSE = 3
    IPV4_PREFIX = 4
    IPV6_PREFIX = 6
    END_OF_DATA = 7
    CACHE_RESET = 8
    ROUTER_KEY = 9
    ERROR_REPORT = 10


@dataclass(frozen=True, slots=True)
class SerialNotify:
    """The cache has new data. RFC 8210, section 5.2."""

    session_id: int
    serial: int


@dataclass(frozen=True, slots=True)
class SerialQuery:
    """The router wants what changed since ``serial``. RFC 8210, section 5.3."""

    session_id: int
    serial: int


@dataclass(frozen=True, slots=True)
class ResetQuery:
    """The router wants all data. RFC 8210, section 5.4."""


@dataclass(frozen=True, slots=True)
class CacheResponse:
    """Data follows, up to an End of Data. RFC 8210, section 5.5."""

    session_id: int


@dataclass(frozen=True, slots=True)
class PrefixPdu:
    """A ROA comes or goes. RFC 8210, sections 5.6 and 5.7."""

    announce: bool
    roa: Roa


@dataclass(frozen=True, slots=True)
class EndOfData:
    """All data up to ``serial`` has been sent; version 0 has no intervals. RFC 8210, section 5.8."""

    session_id: int
    serial: int
    intervals: RtrIntervals | None = None


@dataclass(frozen=True, slots=True)
class CacheReset:
    """The cache cannot tell what changed. RFC 8210, section 5.9."""


@dataclass(frozen=True, slots=True)
class RouterKey:
    """A BGPsec key comes or goes; only version 1 has it. RFC 8210, section 5.10."""

    announce: bool
    subject_key_identifier: bytes
    """20 octets."""
    asn: int
    subject_public_key_info: bytes


@dataclass(frozen=True, slots=True)
class ErrorReport:
    """Something is wrong with a PDU or with the sender. RFC 8210, section 5.11."""

    code: int
    """One of RtrErrorCode, or a later one."""
    pdu: bytes = b""
    """The PDU at fault, perhaps cut; empty when there is none."""
    text: str = ""


Pdu: TypeAlias = (
    SerialNotify
    | SerialQuery
    | ResetQuery
    | CacheResponse
    | PrefixPdu
    | EndOfData
    | CacheReset
    | RouterKey
    | ErrorReport
)

"""The octets of EVPN routes: what is their key and what is not (RFC 7432, section 7; RFC 9136, section 3.1).

A key is the route type and, in the order of the NLRI, the fields that tell routes apart; of the types that are carried
octet for octet it is the NLRI, without the last octets where these are no part of it.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

from bgpkit.wire.families.evpn_values import OPAQUE_TYPES, EvpnRouteType

_SplitBody: TypeAlias = Callable[[bytes], tuple[bytes, bytes]]

_ADDRESSES: Final = {32: 4, 128: 16}
"""Octets of an address, by its length in bits."""
_OPTIONAL_ADDRESSES: Final = {0: 0, **_ADDRESSES}
_MAC_LENGTH: Final = 48
_PREFIX_ROUTES: Final = {34: 4, 58: 16}
"""Octets of an address in an IP Prefix route, by the length of the route. RFC 9136, section 3.1."""
_NOT_KEY: Final = {
    EvpnRouteType.SELECTIVE_MULTICAST_ETHERNET_TAG: 1,
    EvpnRouteType.MULTICAST_MEMBERSHIP_REPORT_SYNCH: 1,
    EvpnRouteType.MULTICAST_LEAVE_SYNCH: 6,
}
"""The last octets that are no part of the key: Flags, before it Maximum Response Time and Reserved.

RFC 9251, sections 9.1 to 9.3.
"""


def frame_evpn(nlri: bytes, offset: int, withdrawn: bool) -> tuple[int, bytes, bytes]:
    """Cut one EVPN route: an octet for the type, an octet for the length, then so many octets.

    A type that is not assigned has an empty key (RFC 7606, section 5.4). ValueError when the fields of a known type do
    not fit the length (RFC 7606, section 5.3). RFC 7432, section 7.
    """
    del withdrawn
    kind, length = nlri[offset], nlri[offset + 1]
    stop = offset + 2 + length
    body = nlri[offset + 2 : stop]
    if len(body) < length:
        return stop, b"", b""
    split = _SPLITS.get(kind)
    if split is not None:
        key, rest = split(body)
    elif kind in OPAQUE_TYPES:
        key, rest = split_opaque(EvpnRouteType(kind), body)
    else:
        key, rest = b"", b""
    return stop, key, rest


def join_evpn(key: bytes, rest: bytes) -> bytes:
    """Return the NLRI of a key and its rest; without a rest the fields that are no part of the key are zero."""
    match key[0]:
        case EvpnRouteType.ETHERNET_AUTO_DISCOVERY:
            body = key[1:] + (rest or bytes(3))
        case EvpnRouteType.MAC_IP_ADVERTISEMENT:
            rest = rest or bytes(13)
            body = key[1:9] + rest[:10] + key[9:] + rest[10:]
        case EvpnRouteType.INCLUSIVE_MULTICAST_ETHERNET_TAG | EvpnRouteType.ETHERNET_SEGMENT:
            body = key[1:]
        case EvpnRouteType.IP_PREFIX:
            rest = rest or bytes(len(key) - 1)
            body = key[1:9] + rest[:10] + key[9:] + rest[10:]
        case kind:
            return key + (rest or bytes(_NOT_KEY.get(EvpnRouteType(kind), 0)))
    return bytes((key[0], len(body))) + body


def split_opaque(kind: EvpnRouteType, body: bytes) -> tuple[bytes, bytes]:
    """Return key and rest of a route that is carried octet for octet; ValueError when it lacks its last fields."""
    end = len(body) - _NOT_KEY.get(kind, 0)
    if end < 0:
        raise _misfit(kind, body)
    return bytes((kind, len(body))) + body[:end], body[end:]


def _split_auto_discovery(body: bytes) -> tuple[bytes, bytes]:
    """Set the label apart. RFC 7432, section 7.1."""
    if len(body) != 25:
        raise _misfit(EvpnRouteType.ETHERNET_AUTO_DISCOVERY, body)
    return b"\1" + body[:22], body[22:]


def _split_mac_ip(body: bytes) -> tuple[bytes, bytes]:
    """Set the Ethernet segment and the one or two labels apart. RFC 7432, sections 7.2 and 9.2.1."""
    size = _OPTIONAL_ADDRESSES.get(body[29]) if len(body) > 29 else None
    if size is None or len(body) - size not in {33, 36} or body[22] != _MAC_LENGTH:
        raise _misfit(EvpnRouteType.MAC_IP_ADVERTISEMENT, body)
    end = 30 + size
    return b"\2" + body[:8] + body[18:end], body[8:18] + body[end:]


def _split_inclusive_multicast(body: bytes) -> tuple[bytes, bytes]:
    """Take all for the key. RFC 7432, section 7.3."""
    if len(body) < 13 or len(body) - 13 != _ADDRESSES.get(body[12]):
        raise _misfit(EvpnRouteType.INCLUSIVE_MULTICAST_ETHERNET_TAG, body)
    return b"\3" + body, b""


def _split_ethernet_segment(body: bytes) -> tuple[bytes, bytes]:
    """Take all for the key. RFC 7432, section 7.4."""
    if len(body) < 19 or len(body) - 19 != _ADDRESSES.get(body[18]):
        raise _misfit(EvpnRouteType.ETHERNET_SEGMENT, body)
    return b"\4" + body, b""


def _split_ip_prefix(body: bytes) -> tuple[bytes, bytes]:
    """Set the Ethernet segment, the gateway and the label apart. RFC 9136, section 3.1."""
    size = _PREFIX_ROUTES.get(len(body))
    if size is None or body[22] > 8 * size:
        raise _misfit(EvpnRouteType.IP_PREFIX, body)
    end = 23 + size
    return b"\5" + body[:8] + body[18:end], body[8:18] + body[end:]


_SPLITS: Final[dict[int, _SplitBody]] = {
    EvpnRouteType.ETHERNET_AUTO_DISCOVERY: _split_auto_discovery,
    EvpnRouteType.MAC_IP_ADVERTISEMENT: _split_mac_ip,
    EvpnRouteType.INCLUSIVE_MULTICAST_ETHERNET_TAG: _split_inclusive_multicast,
    EvpnRouteType.ETHERNET_SEGMENT: _split_ethernet_segment,
    EvpnRouteType.IP_PREFIX: _split_ip_prefix,
}


def _misfit(kind: EvpnRouteType, body: bytes) -> ValueError:
    name = kind.name.lower().replace("_", " ")
    return ValueError(f"an EVPN route of type {kind.value}, {name}, whose fields do not fit its {len(body)} octets")

"""Capabilities in octets (RFC 5492)."""

from collections.abc import Callable, Mapping
from typing import Final, assert_never

from bgpkit_fsm import (
    AddPathCapability,
    AddPathMode,
    Capability,
    EnhancedRouteRefreshCapability,
    ExtendedMessageCapability,
    Family,
    ForwardingState,
    FourOctetAsCapability,
    GracefulRestartCapability,
    MultiprotocolCapability,
    RouteRefreshCapability,
    UnknownCapability,
)

_RESTARTED: Final = 0x8000
_NOTIFICATION: Final = 0x4000
_RESTART_TIME: Final = 0x0FFF
_PRESERVED: Final = 0x80


def decode_capabilities(value: bytes) -> tuple[Capability, ...]:
    """Return the capabilities of one Capabilities parameter, in order.

    A capability that is not known, or whose length or content is not what its RFC says, is kept as an
    UnknownCapability. ValueError when a capability runs past the end of ``value``.

    RFC 5492, section 4.
    """
    found: list[Capability] = []
    offset = 0
    while offset < len(value):
        if offset + 2 > len(value) or offset + 2 + value[offset + 1] > len(value):
            raise ValueError(f"a capability runs past the end of its parameter at octet {offset}")
        stop = offset + 2 + value[offset + 1]
        found.append(_decode(value[offset], value[offset + 2 : stop]))
        offset = stop
    return tuple(found)


def encode_capability(capability: Capability) -> bytes:
    """Return code, length and value of ``capability``; ValueError when a field does not fit its octets.

    RFC 5492, section 4.
    """
    code, value = _code_and_value(capability)
    if not 0 <= code <= 255 or len(value) > 255:
        raise ValueError(f"capability {code} of {len(value)} octets does not fit: a code and a length are one octet")
    return bytes((code, len(value))) + value


def _decode(code: int, value: bytes) -> Capability:
    decoder = _DECODERS.get(code)
    capability = decoder(value) if decoder else None
    return UnknownCapability(code, value) if capability is None else capability


def _multiprotocol(value: bytes) -> Capability | None:
    return MultiprotocolCapability(Family(int.from_bytes(value[:2], "big"), value[3])) if len(value) == 4 else None


def _graceful_restart(value: bytes) -> Capability | None:
    if len(value) % 4 != 2:
        return None
    head = int.from_bytes(value[:2], "big")
    return GracefulRestartCapability(
        restarted=bool(head & _RESTARTED),
        notification=bool(head & _NOTIFICATION),
        restart_time=head & _RESTART_TIME,
        families=tuple(
            ForwardingState(_family(value, offset), bool(value[offset + 3] & _PRESERVED))
            for offset in range(2, len(value), 4)
        ),
    )


def _four_octet_as(value: bytes) -> Capability | None:
    return FourOctetAsCapability(int.from_bytes(value, "big")) if len(value) == 4 else None


def _add_path(value: bytes) -> Capability | None:
    """Read RFC 7911, section 4: a Send/Receive field out of range makes the capability not understood."""
    offsets = range(0, len(value), 4)
    if not value or len(value) % 4 or not all(1 <= value[offset + 3] <= 3 for offset in offsets):
        return None
    return AddPathCapability(tuple((_family(value, offset), AddPathMode(value[offset + 3])) for offset in offsets))


def _family(value: bytes, offset: int) -> Family:
    """Read AFI and SAFI from three octets."""
    return Family(int.from_bytes(value[offset : offset + 2], "big"), value[offset + 2])


def _bare(capability: Capability) -> Callable[[bytes], Capability | None]:
    """Return the decoder of a capability that has no value."""
    return lambda value: None if value else capability


_DECODERS: Final[Mapping[int, Callable[[bytes], Capability | None]]] = {
    1: _multiprotocol,
    2: _bare(RouteRefreshCapability()),
    6: _bare(ExtendedMessageCapability()),
    64: _graceful_restart,
    65: _four_octet_as,
    69: _add_path,
    70: _bare(EnhancedRouteRefreshCapability()),
}


def _code_and_value(capability: Capability) -> tuple[int, bytes]:
    match capability:
        case MultiprotocolCapability(family):
            return 1, _afi(family) + bytes((0, _octet(family.safi, "SAFI")))
        case RouteRefreshCapability():
            return 2, b""
        case ExtendedMessageCapability():
            return 6, b""
        case GracefulRestartCapability():
            return 64, _graceful_restart_value(capability)
        case FourOctetAsCapability(asn):
            return 65, _number(asn, 4, "AS number")
        case AddPathCapability(families):
            return 69, b"".join(_afi(family) + bytes((_octet(family.safi, "SAFI"), mode)) for family, mode in families)
        case EnhancedRouteRefreshCapability():
            return 70, b""
        case UnknownCapability(code, value):
            return code, value
        case _:
            assert_never(capability)


def _graceful_restart_value(capability: GracefulRestartCapability) -> bytes:
    if not 0 <= capability.restart_time <= _RESTART_TIME:
        raise ValueError(f"restart time {capability.restart_time} is not within 0 to {_RESTART_TIME} seconds")
    head = _RESTARTED * capability.restarted | _NOTIFICATION * capability.notification | capability.restart_time
    return head.to_bytes(2, "big") + b"".join(
        _afi(state.family) + bytes((_octet(state.family.safi, "SAFI"), _PRESERVED * state.preserved))
        for state in capability.families
    )


def _afi(family: Family) -> bytes:
    return _number(family.afi, 2, "AFI")


def _octet(value: int, name: str) -> int:
    return _number(value, 1, name)[0]


def _number(value: int, size: int, name: str) -> bytes:
    if not 0 <= value < 1 << 8 * size:
        raise ValueError(f"{name} {value} does not fit {size} octets")
    return value.to_bytes(size, "big")

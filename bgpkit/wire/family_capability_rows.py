"""The capabilities that list families, one row each."""

from typing import Final

from bgpkit.wire.capability_row import (
    CapabilityRow,
    capability_row,
    number,
    read_family,
    read_flag,
    write_family,
    write_flag,
)
from bgpkit_fsm import (
    AddPathCapability,
    AddPathMode,
    ExtendedNextHopCapability,
    Family,
    ForwardingState,
    GracefulRestartCapability,
    LongLivedGracefulRestartCapability,
    LongLivedState,
    OrfCapability,
    OrfMode,
    OrfSupport,
)

_RESTARTED: Final = 0x8000
_NOTIFICATION: Final = 0x4000
_RESERVED_SHIFT: Final = 12
_RESERVED_BITS: Final = 3
_RESTART_TIME: Final = 0x0FFF
_MODES: Final = range(1, 4)


def _decode_orf(value: bytes) -> OrfCapability | None:
    """Read entries of AFI, a reserved octet, SAFI, a count, and as many ORF types with a mode. RFC 5291, section 5."""
    families: list[OrfSupport] = []
    offset = 0
    while offset < len(value):
        start = offset + 5
        if start > len(value) or start + 2 * value[start - 1] > len(value):
            return None
        stop = start + 2 * value[start - 1]
        if any(mode not in _MODES for mode in value[start + 1 : stop : 2]):
            return None
        family = Family(int.from_bytes(value[offset : offset + 2], "big"), value[offset + 3])
        types = tuple((value[position], OrfMode(value[position + 1])) for position in range(start, stop, 2))
        families.append(OrfSupport(family, types, value[offset + 2]))
        offset = stop
    return OrfCapability(tuple(families)) if families else None


def _encode_orf(capability: OrfCapability) -> bytes:
    _refuse_none(capability.families, "an ORF capability")
    return b"".join(
        number(support.family.afi, 2, "AFI")
        + number(support.reserved, 1, "reserved octet")
        + number(support.family.safi, 1, "SAFI")
        + number(len(support.types), 1, "number of ORF types")
        + b"".join(number(kind, 1, "ORF type") + bytes((mode,)) for kind, mode in support.types)
        for support in capability.families
    )


def _decode_extended_next_hop(value: bytes) -> ExtendedNextHopCapability | None:
    """Read triples of an AFI, a SAFI and a next hop's AFI, two octets each. RFC 8950, section 4."""
    offsets = range(0, len(value), 6)
    if not value or len(value) % 6 or any(value[offset + 2] for offset in offsets):
        return None
    return ExtendedNextHopCapability(
        tuple(
            (
                Family(int.from_bytes(value[offset : offset + 2], "big"), value[offset + 3]),
                int.from_bytes(value[offset + 4 : offset + 6], "big"),
            )
            for offset in offsets
        )
    )


def _encode_extended_next_hop(capability: ExtendedNextHopCapability) -> bytes:
    _refuse_none(capability.families, "an extended next hop capability")
    return b"".join(
        number(family.afi, 2, "AFI") + b"\0" + number(family.safi, 1, "SAFI") + number(afi, 2, "AFI of a next hop,")
        for family, afi in capability.families
    )


def _decode_graceful_restart(value: bytes) -> GracefulRestartCapability | None:
    """Read flags and time in two octets, then families with their flags. RFC 4724, section 3; RFC 8538, section 2."""
    if len(value) % 4 != 2:
        return None
    head = int.from_bytes(value[:2], "big")
    return GracefulRestartCapability(
        restarted=bool(head & _RESTARTED),
        notification=bool(head & _NOTIFICATION),
        restart_time=head & _RESTART_TIME,
        families=tuple(
            ForwardingState(read_family(value, offset), *read_flag(value[offset + 3]))
            for offset in range(2, len(value), 4)
        ),
        reserved=head >> _RESERVED_SHIFT & _RESERVED_BITS,
    )


def _encode_graceful_restart(capability: GracefulRestartCapability) -> bytes:
    if not 0 <= capability.restart_time <= _RESTART_TIME:
        raise ValueError(f"restart time {capability.restart_time} is not within 0 to {_RESTART_TIME} seconds")
    if not 0 <= capability.reserved <= _RESERVED_BITS:
        raise ValueError(f"reserved bits {capability.reserved} do not fit 2 bits")
    flags = _RESTARTED * capability.restarted | _NOTIFICATION * capability.notification
    head = flags | capability.reserved << _RESERVED_SHIFT | capability.restart_time
    return head.to_bytes(2, "big") + b"".join(
        write_family(state.family) + write_flag(state.preserved, state.reserved) for state in capability.families
    )


def _decode_add_path(value: bytes) -> AddPathCapability | None:
    """Read families and modes. RFC 7911, section 4: with a mode out of range the capability is not understood."""
    offsets = range(0, len(value), 4)
    if not value or len(value) % 4 or any(value[offset + 3] not in _MODES for offset in offsets):
        return None
    return AddPathCapability(tuple((read_family(value, offset), AddPathMode(value[offset + 3])) for offset in offsets))


def _encode_add_path(capability: AddPathCapability) -> bytes:
    _refuse_none(capability.families, "an ADD-PATH capability")
    return b"".join(write_family(family) + bytes((mode,)) for family, mode in capability.families)


def _decode_long_lived(value: bytes) -> LongLivedGracefulRestartCapability | None:
    """Read families with flags and a stale time of three octets. RFC 9494, section 3.1."""
    if len(value) % 7:
        return None
    states: list[LongLivedState] = []
    for offset in range(0, len(value), 7):
        preserved, reserved = read_flag(value[offset + 3])
        stale_time = int.from_bytes(value[offset + 4 : offset + 7], "big")
        states.append(
            LongLivedState(
                family=read_family(value, offset), preserved=preserved, stale_time=stale_time, reserved=reserved
            )
        )
    return LongLivedGracefulRestartCapability(tuple(states))


def _encode_long_lived(capability: LongLivedGracefulRestartCapability) -> bytes:
    return b"".join(
        write_family(state.family)
        + write_flag(state.preserved, state.reserved)
        + number(state.stale_time, 3, "long-lived stale time")
        for state in capability.families
    )


def _refuse_none(families: tuple[object, ...], name: str) -> None:
    if not families:
        raise ValueError(f"{name} names at least one family: without one it does not fit its definition")


FAMILY_ROWS: Final[tuple[CapabilityRow, ...]] = (
    capability_row(3, OrfCapability, _decode_orf, _encode_orf),
    capability_row(5, ExtendedNextHopCapability, _decode_extended_next_hop, _encode_extended_next_hop),
    capability_row(64, GracefulRestartCapability, _decode_graceful_restart, _encode_graceful_restart),
    capability_row(69, AddPathCapability, _decode_add_path, _encode_add_path),
    capability_row(71, LongLivedGracefulRestartCapability, _decode_long_lived, _encode_long_lived),
)

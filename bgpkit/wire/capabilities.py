"""Capabilities in octets (RFC 5492)."""

from collections.abc import Mapping
from typing import Final

from bgpkit.wire.capability_row import CapabilityRow
from bgpkit.wire.capability_rows import SESSION_ROWS
from bgpkit.wire.family_capability_rows import FAMILY_ROWS
from bgpkit_fsm import Capability, UnknownCapability

CAPABILITY_ROWS: Final[Mapping[int, CapabilityRow]] = {row.code: row for row in (*SESSION_ROWS, *FAMILY_ROWS)}
"""The capabilities that are interpreted, by their code."""

_BY_KIND: Final[Mapping[type[object], CapabilityRow]] = {row.kind: row for row in CAPABILITY_ROWS.values()}


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
    row = CAPABILITY_ROWS.get(code)
    capability = row.decode(value) if row is not None else None
    return UnknownCapability(code, value) if capability is None else capability


def _code_and_value(capability: Capability) -> tuple[int, bytes]:
    if isinstance(capability, UnknownCapability):
        return capability.code, capability.value
    row = _BY_KIND[type(capability)]
    return row.code, row.encode(capability)

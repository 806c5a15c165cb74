"""Flow specifications for IPv4 and IPv6, for VPNs too (RFC 8955, sections 4 and 8; RFC 8956, section 2)."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from bgpkit.wire.families.flowspec_components import FlowMatch, FlowPrefix
from bgpkit.wire.families.flowspec_octets import canonical_components, read_components, write_component
from bgpkit.wire.families.opaque import OpaqueNlri
from bgpkit.wire.families.row import FamilyRow, Frame, Nlri
from bgpkit_fsm import Family
from bgpkit_rib import RouteDistinguisher

_EXTENDED: Final = 0xF0
"""From here on a length takes two octets, with this nibble first. RFC 8955, section 4.1."""
_LIMIT: Final = 0xFFF
_RD: Final = 8
_ANY_LENGTH: Final = frozenset(range(256))
"""The next hop is sent without octets, and ignored on receipt. RFC 8955, section 4."""


@dataclass(frozen=True, slots=True)
class FlowSpecRule:
    """What traffic a flow specification is about: packets that all of its components match; any, when it has none.

    ValueError when the components do not stand in ascending order of their types, each once.
    RFC 8955, section 4.2; section 8 for VPNs.
    """

    components: tuple[FlowMatch, ...]
    route_distinguisher: RouteDistinguisher | None = None
    """Of a VPN; None in the families that are not for VPNs."""

    def __post_init__(self) -> None:
        """Refuse components out of order."""
        kinds = [match.component for match in self.components]
        if any(first >= second for first, second in pairwise(kinds)):
            raise ValueError(f"flow specification components {', '.join(kind.name for kind in kinds)} are out of order")

    def __str__(self) -> str:
        """Return ``dst 192.0.2.0/24 & proto =tcp & port >=137&<=139|=8080``, in a VPN behind ``rd 65000:1``."""
        text = " & ".join(map(str, self.components)) or "any"
        return text if self.route_distinguisher is None else f"rd {self.route_distinguisher} {text}"


def _value(nlri: bytes, offset: int) -> tuple[int, int]:
    """Return where the value of an NLRI starts and stops. RFC 8955, section 4.1."""
    length = nlri[offset]
    if length < _EXTENDED:
        return offset + 1, offset + 1 + length
    start = offset + 2
    return start, start + ((length & 0xF) << 8 | nlri[offset + 1])


def _with_length(value: bytes) -> bytes:
    """Return a value behind its length, in the shorter form where there are two. RFC 8955, section 4.1."""
    length = len(value)
    return (bytes((length,)) if length < _EXTENDED else (_EXTENDED << 8 | length).to_bytes(2, "big")) + value


def _frame(width: int, prefix_length: int) -> Frame:
    """Return the frame of rules for addresses of ``width`` bits, behind ``prefix_length`` octets of a VPN."""

    def frame(nlri: bytes, offset: int, withdrawn: bool) -> tuple[int, bytes, bytes]:
        del withdrawn
        start, stop = _value(nlri, offset)
        value = nlri[start:stop]
        if stop > len(nlri):
            return stop, value, b""
        if len(value) < prefix_length:
            raise ValueError(f"a flow specification of {len(value)} octets has no route distinguisher")
        components = canonical_components(value[prefix_length:], width)
        return stop, _with_length(value[:prefix_length] + components), b""

    return frame


def _opaque_frame(nlri: bytes, offset: int, withdrawn: bool) -> tuple[int, bytes, bytes]:
    del withdrawn
    start, stop = _value(nlri, offset)
    return stop, _with_length(nlri[start:stop]), b""


def _row(family: Family, width: int, *, vpn: bool) -> FamilyRow:
    prefix_length = _RD if vpn else 0

    def decode(key: bytes, rest: bytes) -> FlowSpecRule:
        del rest
        value = key[_value(key, 0)[0] :]
        distinguisher = RouteDistinguisher(value[:_RD]) if vpn else None
        return FlowSpecRule(read_components(value[prefix_length:], width), distinguisher)

    def encode(value: Nlri) -> tuple[bytes, bytes]:
        if not isinstance(value, FlowSpecRule) or (value.route_distinguisher is not None) is not vpn:
            wanted = "a route distinguisher" if vpn else "no route distinguisher"
            raise ValueError(f"{value} is not an NLRI of {family}: it takes flow specification rules with {wanted}")
        distinguisher = b"" if value.route_distinguisher is None else value.route_distinguisher.octets
        return _with_length(_within_limit(distinguisher + _octets(value, family, width))), b""

    return FamilyRow(
        family=family,
        frame=_frame(width, prefix_length),
        decode=decode,
        encode=encode,
        values=(FlowSpecRule,),
        next_hop_lengths=_ANY_LENGTH,
    )


def _octets(rule: FlowSpecRule, family: Family, width: int) -> bytes:
    """Return the components in octets; ValueError when the family does not have them, or bits that must be zero."""
    for match in rule.components:
        if isinstance(match, FlowPrefix) and match.prefix.width != width:
            raise ValueError(f"{match} is not for {family}: it takes prefixes of {width}-bit addresses")
    octets = b"".join(map(write_component, rule.components))
    if canonical_components(octets, width) != octets:
        raise ValueError(f"{rule} has bits set in a fragment component that {family} does not have")
    return octets


def _within_limit(value: bytes) -> bytes:
    if len(value) > _LIMIT:
        raise ValueError(f"a flow specification of {len(value)} octets is longer than {_LIMIT}")
    return value


def _opaque_row(family: Family) -> FamilyRow:
    """Return a row that carries rules for layer 2 without looking into them (draft-ietf-idr-flowspec-l2vpn)."""

    def decode(key: bytes, rest: bytes) -> OpaqueNlri:
        del rest
        return OpaqueNlri(key)

    def encode(value: Nlri) -> tuple[bytes, bytes]:
        octets = value.octets if isinstance(value, OpaqueNlri) else b""
        header = octets[:2].ljust(2, b"\0")
        if not octets or _value(header, 0)[1] != len(octets):
            raise ValueError(f"{value} is not an NLRI of {family}: it takes octets behind their length")
        return _opaque_frame(octets, 0, False)[1:]

    return FamilyRow(
        family=family,
        frame=_opaque_frame,
        decode=decode,
        encode=encode,
        values=(OpaqueNlri,),
        next_hop_lengths=_ANY_LENGTH,
    )


FLOWSPEC_ROWS: Final = (
    _row(Family(1, 133), 32, vpn=False),
    _row(Family(2, 133), 128, vpn=False),
    _row(Family(1, 134), 32, vpn=True),
    _row(Family(2, 134), 128, vpn=True),
    _opaque_row(Family(25, 133)),
    _opaque_row(Family(25, 134)),
)

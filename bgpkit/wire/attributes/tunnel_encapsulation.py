"""TUNNEL_ENCAPSULATION, the tunnels through which a route may be reached (RFC 9012, RFC 9830)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeAlias

from bgpkit.wire.attributes.code import OPTIONAL_TRANSITIVE, AttributeCode
from bgpkit.wire.attributes.row import AttributeRow, expect
from bgpkit.wire.attributes.short_tlv import by_type, pair, read_short_tlvs, write_short_tlvs
from bgpkit.wire.attributes.sr_policy_sub_tlvs import (
    BindingSid,
    CandidatePathName,
    ExplicitNullLabelPolicy,
    PolicyName,
    Preference,
    Priority,
    SegmentList,
    SrPolicyDescription,
    Srv6BindingSid,
)
from bgpkit.wire.attributes.tunnel_sub_tlvs import (
    GreEncapsulation,
    L2tpv3Encapsulation,
    MplsLabelStack,
    TunnelColor,
    TunnelDescription,
    TunnelEgressEndpoint,
    TunnelParameter,
    TunnelParameterCode,
    TunnelPrefixSid,
    VirtualNetworkEncapsulation,
)
from bgpkit.wire.faults import FaultAction
from bgpkit.wire.tlv import Tlv, read_tlvs, write_tlvs
from bgpkit.wire.update_context import UpdateContext
from bgpkit_rib import TunnelType

SubTlv: TypeAlias = TunnelDescription | SrPolicyDescription | Tlv
"""A Tlv for a sub-TLV that is not known, and for one that is malformed, which counts as not known.

RFC 9012, section 13.
"""


_ENCAPSULATION: Final = 1
_ENCAPSULATIONS: Final[Mapping[int, Callable[[bytes], SubTlv]]] = {
    TunnelType.L2TPV3: L2tpv3Encapsulation.of,
    TunnelType.GRE: GreEncapsulation.of,
    TunnelType.MPLS_IN_GRE: GreEncapsulation.of,
    TunnelType.VXLAN: VirtualNetworkEncapsulation.of,
    TunnelType.NVGRE: VirtualNetworkEncapsulation.of,
}
"""How the Encapsulation sub-TLV is read, which each tunnel type has its own form of. RFC 9012, section 3.2."""

_SR_POLICY: Final[Mapping[int, Callable[[bytes], SubTlv]]] = {
    kind.code: kind.of
    for kind in (
        Preference,
        BindingSid,
        ExplicitNullLabelPolicy,
        Priority,
        Srv6BindingSid,
        SegmentList,
        CandidatePathName,
        PolicyName,
    )
}
_READERS: Final[Mapping[int, Callable[[bytes], SubTlv]]] = {
    **{kind.code: kind.of for kind in (TunnelEgressEndpoint, TunnelColor, MplsLabelStack, TunnelPrefixSid)},
    **{int(code): partial(TunnelParameter.of, code) for code in TunnelParameterCode},
    **_SR_POLICY,
}
"""How all others are read. RFC 9012, section 3; RFC 9830, section 2.4."""


@dataclass(frozen=True, slots=True)
class Tunnel:
    """One tunnel. ValueError when its type does not fit two octets. RFC 9012, section 2."""

    tunnel_type: int
    sub_tlvs: tuple[SubTlv, ...] = ()
    """In order. Of several of a kind the first counts, but for colours, protocol types and segment lists.

    RFC 9012, section 13; RFC 9830, section 2.4.
    """

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        if not 0 <= self.tunnel_type < 1 << 16:
            raise ValueError(f"tunnel type {self.tunnel_type} does not fit 2 octets")

    @property
    def is_valid(self) -> bool:
        """Whether the tunnel can be used at all: not when its egress endpoint is malformed.

        Such a tunnel is to be ignored, and not to be passed on. An SR policy has no use for an endpoint.
        RFC 9012, section 13; RFC 9830, section 2.3.
        """
        if self.tunnel_type == TunnelType.SR_POLICY:
            return True
        return not any(isinstance(each, Tlv) and each.code == TunnelEgressEndpoint.code for each in self.sub_tlvs)

    def __str__(self) -> str:
        """Return type and sub-TLVs: ``vxlan (endpoint 192.0.2.1, encapsulation vn-id 100)``."""
        known = {int(each): each.name.lower().replace("_", "-") for each in TunnelType}
        name = known.get(self.tunnel_type, f"tunnel-{self.tunnel_type}")
        return f"{name} ({', '.join(map(str, self.sub_tlvs))})" if self.sub_tlvs else name


@dataclass(frozen=True, slots=True)
class TunnelEncapsulation:
    """The tunnels of a route, in order; the order says nothing. RFC 9012, section 2."""

    tunnels: tuple[Tunnel, ...]

    def __str__(self) -> str:
        """Return the tunnels."""
        return "; ".join(map(str, self.tunnels))


def _decode(value: bytes, context: UpdateContext) -> TunnelEncapsulation:
    """Return the tunnels; ValueError when TLVs do not fit each other, or when there is no valid tunnel.

    RFC 9012, section 13; for SR policies RFC 9830, sections 2.2 and 5.
    """
    del context
    tunnels = tuple(_read_tunnel(code, octets) for code, octets in read_tlvs(value))
    if not any(tunnel.is_valid for tunnel in tunnels):
        raise ValueError("no tunnel is valid")
    if sum(tunnel.tunnel_type == TunnelType.SR_POLICY for tunnel in tunnels) > 1:
        raise ValueError("there is more than one SR policy")
    return TunnelEncapsulation(tunnels)


def _read_tunnel(tunnel_type: int, octets: bytes) -> Tunnel:
    pairs = read_short_tlvs(octets, by_type, f"sub-TLV of tunnel type {tunnel_type}")
    return Tunnel(tunnel_type, tuple(_read_sub_tlv(tunnel_type, code, value) for code, value in pairs))


def _read_sub_tlv(tunnel_type: int, code: int, octets: bytes) -> SubTlv:
    """Read a sub-TLV; ValueError only for a malformed one of an SR policy.

    RFC 9012, section 13; RFC 9830, section 5.
    """
    reader = _ENCAPSULATIONS.get(tunnel_type) if code == _ENCAPSULATION else _READERS.get(code)
    if reader is None:
        return Tlv(code, octets)
    try:
        return reader(octets)
    except UnicodeDecodeError:
        return Tlv(code, octets)
    except ValueError:
        if tunnel_type == TunnelType.SR_POLICY and code in _SR_POLICY:
            raise
        return Tlv(code, octets)


def _encode(value: object, context: UpdateContext) -> bytes:
    del context
    tunnels = expect(TunnelEncapsulation, value, "TUNNEL_ENCAPSULATION").tunnels
    return write_tlvs((tunnel.tunnel_type, _write_sub_tlvs(tunnel)) for tunnel in tunnels)


def _write_sub_tlvs(tunnel: Tunnel) -> bytes:
    pairs = (pair(each) if isinstance(each, Tlv) else (int(each.code), each.octets()) for each in tunnel.sub_tlvs)
    return write_short_tlvs(pairs, by_type, f"sub-TLV of tunnel type {tunnel.tunnel_type}")


ROWS: Final = (
    AttributeRow(
        code=AttributeCode.TUNNEL_ENCAPSULATION,
        flags=OPTIONAL_TRANSITIVE,
        lengths=range(4, 1 << 16),
        section="RFC 9012, section 13",
        decode=_decode,
        encode=_encode,
        value=TunnelEncapsulation,
        judged_by_value=True,
        from_external=FaultAction.IGNORE,
        external_section="RFC 9012, section 11",
    ),
)

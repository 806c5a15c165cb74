"""Link states in BGP, for VPNs too (RFC 9552, section 5.2; RFC 9514, section 6)."""

from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import Final

from bgpkit.wire.families.bgp_ls_descriptors import LinkStateDescriptor, NodeDescriptor, NodeDescriptors
from bgpkit.wire.families.bgp_ls_tlvs import LOCAL_NODE, REMOTE_NODE, read_descriptors, write_descriptor
from bgpkit.wire.families.opaque import OpaqueNlri
from bgpkit.wire.families.row import FamilyRow, Frame, Nlri
from bgpkit.wire.tlv import read_tlvs, write_tlvs
from bgpkit_fsm import Family
from bgpkit_rib import RouteDistinguisher

_HEADER: Final = 4
_RD: Final = 8
_PROTOCOL_AND_IDENTIFIER: Final = 9


class LinkStateType(IntEnum):
    """The types of NLRI that have descriptors. RFC 9552, section 5.2; RFC 9514, section 6."""

    NODE = 1
    LINK = 2
    IPV4_PREFIX = 3
    IPV6_PREFIX = 4
    SRV6_SID = 6


_KNOWN: Final = frozenset(LinkStateType)
_WIDTHS: Final = {LinkStateType.IPV4_PREFIX: 32, LinkStateType.IPV6_PREFIX: 128}
_PROTOCOLS: Final = {
    1: "isis-l1",
    2: "isis-l2",
    3: "ospfv2",
    4: "direct",
    5: "static",
    6: "ospfv3",
    7: "bgp",
}
"""RFC 9552, section 5.2; RFC 9086, section 4."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkStateNlri:
    """A node, link, prefix or segment identifier of an IGP. ValueError for a number that does not fit its field.

    RFC 9552, section 5.2.
    """

    nlri_type: LinkStateType
    protocol_id: int
    """Where it comes from: 1 and 2 IS-IS levels, 3 OSPFv2, 4 direct, 5 static, 6 OSPFv3, 7 BGP; 8 bits."""
    identifier: int
    """The instance of the protocol; 64 bits."""
    descriptors: tuple[LinkStateDescriptor, ...]
    """All TLVs, in ascending order of type, then length, then value."""
    route_distinguisher: RouteDistinguisher | None = None
    """Of a VPN; None in the family that is not for VPNs."""

    def __post_init__(self) -> None:
        """Refuse what does not fit."""
        if not 0 <= self.protocol_id < 1 << 8:
            raise ValueError(f"protocol {self.protocol_id} of a link state does not fit an octet")
        if not 0 <= self.identifier < 1 << 64:
            raise ValueError(f"identifier {self.identifier} of a link state does not fit 8 octets")

    @property
    def local_node(self) -> tuple[NodeDescriptor, ...]:
        """The descriptors of the local node; empty when there are none."""
        return self._node(remote=False)

    @property
    def remote_node(self) -> tuple[NodeDescriptor, ...]:
        """The descriptors of the remote node of a link; empty when there are none."""
        return self._node(remote=True)

    def _node(self, *, remote: bool) -> tuple[NodeDescriptor, ...]:
        for descriptor in self.descriptors:
            if isinstance(descriptor, NodeDescriptors) and descriptor.remote is remote:
                return descriptor.descriptors
        return ()

    def __str__(self) -> str:
        """Return ``node isis-l2 id 0 local(as 65000 router 0000.0000.0003)``, in a VPN behind ``rd 65000:1``."""
        distinguisher = "" if self.route_distinguisher is None else f"rd {self.route_distinguisher} "
        kind = self.nlri_type.name.lower().replace("_", "-")
        protocol = _PROTOCOLS.get(self.protocol_id, f"protocol {self.protocol_id}")
        return f"{distinguisher}{kind} {protocol} id {self.identifier} {' '.join(map(str, self.descriptors))}"


def _frame(prefix_length: int) -> Frame:
    """Return the frame of NLRI with ``prefix_length`` octets of a VPN before them.

    One that is malformed within its length has no key, so that it is discarded; one of an unknown type has, since
    it is to be propagated: "An implementation MUST handle unknown Link-State NLRI types as opaque objects and MUST
    preserve and propagate them". RFC 9552, sections 5.2 and 8.2.2.
    """

    def frame(nlri: bytes, offset: int, withdrawn: bool) -> tuple[int, bytes, bytes]:
        del withdrawn
        start = offset + _HEADER
        stop = start + (nlri[start - 2] << 8 | nlri[start - 1])
        octets = nlri[offset:stop]
        known = nlri[offset] << 8 | nlri[offset + 1] in _KNOWN
        return stop, b"" if known and not _is_sound(octets[_HEADER + prefix_length :]) else octets, b""

    return frame


def _is_sound(body: bytes) -> bool:
    """Tell whether the syntax of an NLRI is right: TLVs fill it and stand in order. RFC 9552, section 8.2.2.

    Whether TLVs are missing or unexpected, and what is in them, is no matter of syntax.
    """
    if len(body) < _PROTOCOL_AND_IDENTIFIER:
        return False
    try:
        tlvs = read_tlvs(body[_PROTOCOL_AND_IDENTIFIER:])
        nodes = [read_tlvs(value) for code, value in tlvs if code in {LOCAL_NODE, REMOTE_NODE}]
    except ValueError:
        return False
    ranks = [(code, len(value), value) for code, value in tlvs]
    if any(first > second for first, second in pairwise(ranks)):
        return False
    return all(first[0] < second[0] for node in nodes for first, second in pairwise(node))


def _is_whole(octets: bytes) -> bool:
    """Tell whether octets are one NLRI with its type and length."""
    return len(octets) >= _HEADER and len(octets) == _HEADER + (octets[2] << 8 | octets[3])


def _row(family: Family, next_hop_lengths: frozenset[int], *, vpn: bool) -> FamilyRow:
    start = _HEADER + (_RD if vpn else 0)

    def decode(key: bytes, rest: bytes) -> LinkStateNlri | OpaqueNlri:
        del rest
        if int.from_bytes(key[:2], "big") not in _KNOWN:
            return OpaqueNlri(key)
        kind = LinkStateType(key[1])
        body = key[start:]
        return LinkStateNlri(
            nlri_type=kind,
            protocol_id=body[0],
            identifier=int.from_bytes(body[1:_PROTOCOL_AND_IDENTIFIER], "big"),
            descriptors=read_descriptors(body[_PROTOCOL_AND_IDENTIFIER:], _WIDTHS.get(kind, 0)),
            route_distinguisher=RouteDistinguisher(key[_HEADER:start]) if vpn else None,
        )

    def encode(value: Nlri) -> tuple[bytes, bytes]:
        if isinstance(value, OpaqueNlri) and _is_whole(value.octets):
            return value.octets, b""
        if not isinstance(value, LinkStateNlri) or (value.route_distinguisher is not None) is not vpn:
            wanted = "a route distinguisher" if vpn else "no route distinguisher"
            raise ValueError(f"{value} is not an NLRI of {family}: it takes link states with {wanted}")
        return _octets(value), b""

    return FamilyRow(
        family=family,
        frame=_frame(start - _HEADER),
        decode=decode,
        encode=encode,
        values=(LinkStateNlri, OpaqueNlri),
        next_hop_lengths=next_hop_lengths,
    )


def _octets(value: LinkStateNlri) -> bytes:
    """Return a link state in octets; ValueError for descriptors out of order. RFC 9552, sections 5.1 and 5.2."""
    body = bytes((value.protocol_id,)) + value.identifier.to_bytes(8, "big")
    body += write_tlvs(map(write_descriptor, value.descriptors))
    if not _is_sound(body):
        raise ValueError(f"the descriptors of {value} are not in ascending order of type, length and value")
    if value.route_distinguisher is not None:
        body = value.route_distinguisher.octets + body
    return write_tlvs([(value.nlri_type, body)])


BGP_LS_ROWS: Final = (
    _row(Family(16388, 71), frozenset({4, 16, 32}), vpn=False),
    _row(Family(16388, 72), frozenset({12, 24, 48}), vpn=True),
)

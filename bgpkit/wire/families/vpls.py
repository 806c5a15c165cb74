"""VPLS and layer 2 VPNs (RFC 4761, section 3.2.2; RFC 6074, section 7; RFC 6624).

They share one family; the length of an NLRI tells which it is. RFC 6074, section 7.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final, TypeAlias

from bgpkit.wire.families.label_stack import LABEL_LENGTH, MplsLabel, read_label_stack, write_label_stack
from bgpkit.wire.families.row import FamilyRow, Nlri
from bgpkit_fsm import Family
from bgpkit_rib import RouteDistinguisher

_RD: Final = 8
_DISCOVERY: Final = 12
_SIGNALING: Final = 17
_CIRCUITS: Final = 15
"""Octets of the three kinds of NLRI behind their length; the last may be followed by TLVs."""
_HEADER: Final = 2
_IDENTITY: Final = 12
"""Octets behind the length that identify a block of labels: RD, VE or CE ID, block offset. RFC 4761, section 3.5."""
_FAMILY: Final = Family(25, 65)


@dataclass(frozen=True, slots=True)
class VplsDiscovery:
    """A virtual switch that looks for others. RFC 6074, sections 3.2.2 and 7."""

    route_distinguisher: RouteDistinguisher
    vsi_id: IPv4Address
    """The VSI-ID, usually the address of the PE."""

    def __str__(self) -> str:
        """Return ``rd 65000:1 vsi 192.0.2.1``."""
        return f"rd {self.route_distinguisher} vsi {self.vsi_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class VplsLabelBlock:
    """A block of labels for the other VEs of a VPLS. ValueError for a number that does not fit its field.

    Route distinguisher, VE ID and block offset identify it; size and labels belong to the path.
    RFC 4761, sections 3.2.2 and 3.5.
    """

    route_distinguisher: RouteDistinguisher
    ve_id: int
    """16 bits."""
    block_offset: int
    """The VE ID that the first label is for; 16 bits."""
    block_size: int
    """How many labels there are; 16 bits."""
    label_base: MplsLabel
    """The first label."""

    def __post_init__(self) -> None:
        """Refuse what does not fit."""
        _check(ve_id=self.ve_id, block_offset=self.block_offset, block_size=self.block_size)

    def __str__(self) -> str:
        """Return ``rd 65000:1 ve 5 offset 1 size 8 base 10702``."""
        block = f"ve {self.ve_id} offset {self.block_offset} size {self.block_size} base {self.label_base}"
        return f"rd {self.route_distinguisher} {block}"


@dataclass(frozen=True, slots=True, kw_only=True)
class L2vpnLabelBlock:
    """A block of labels for the other CEs of a layer 2 VPN. ValueError for a number that does not fit its field.

    Route distinguisher, CE ID and block offset identify it; labels and TLVs belong to the path. RFC 6624.
    """

    route_distinguisher: RouteDistinguisher
    ce_id: int
    """16 bits."""
    block_offset: int
    """The CE ID that the first label is for; 16 bits."""
    label_base: MplsLabel
    """The first label."""
    tlvs: bytes = b""
    """What follows, such as the circuit status vector that tells the block's size; not of 2 octets."""

    def __post_init__(self) -> None:
        """Refuse what does not fit, and what would be read as a VPLS."""
        _check(ce_id=self.ce_id, block_offset=self.block_offset)
        size = _CIRCUITS + len(self.tlvs)
        if size == _SIGNALING or size >= 1 << 16:
            raise ValueError(f"a layer 2 VPN cannot have TLVs of {len(self.tlvs)} octets")

    def __str__(self) -> str:
        """Return ``rd 65000:1 ce 5 offset 1 base 10702``, and the TLVs in hexadecimal."""
        text = f"rd {self.route_distinguisher} ce {self.ce_id} offset {self.block_offset} base {self.label_base}"
        return f"{text} tlvs 0x{self.tlvs.hex()}" if self.tlvs else text


VplsNlri: TypeAlias = VplsDiscovery | VplsLabelBlock | L2vpnLabelBlock


def _check(**numbers: int) -> None:
    """Refuse a number that does not fit two octets."""
    for name, number in numbers.items():
        if not 0 <= number < 1 << 16:
            raise ValueError(f"{name} {number} does not fit 2 octets")


def _frame(nlri: bytes, offset: int, withdrawn: bool) -> tuple[int, bytes, bytes]:
    """Cut one NLRI. The key has the length that tells the kind, though TLVs may make the NLRI longer."""
    del withdrawn
    start = offset + _HEADER
    length = nlri[offset] << 8 | nlri[offset + 1]
    stop = start + length
    middle = start + _IDENTITY
    if length in {_DISCOVERY, _SIGNALING}:
        return stop, nlri[offset:middle], nlri[middle:stop]
    if length < _CIRCUITS:
        raise ValueError(f"a VPLS NLRI of {length} octets")
    return stop, _CIRCUITS.to_bytes(_HEADER, "big") + nlri[start:middle], nlri[middle:stop]


def _join(key: bytes, rest: bytes) -> bytes:
    """Put an NLRI together; one that is withdrawn has zeros for what is beside its key."""
    length = key[1]
    rest = rest or bytes(length - _IDENTITY)
    return (_IDENTITY + len(rest)).to_bytes(_HEADER, "big") + key[_HEADER:] + rest


def _decode(key: bytes, rest: bytes) -> VplsNlri:
    length, value = key[1], key[_HEADER:]
    rest = rest or bytes(length - _IDENTITY)
    distinguisher = RouteDistinguisher(value[:_RD])
    if length == _DISCOVERY:
        return VplsDiscovery(distinguisher, IPv4Address(value[_RD:]))
    number, block_offset = int.from_bytes(value[8:10], "big"), int.from_bytes(value[10:12], "big")
    if length == _SIGNALING:
        return VplsLabelBlock(
            route_distinguisher=distinguisher,
            ve_id=number,
            block_offset=block_offset,
            block_size=int.from_bytes(rest[:2], "big"),
            label_base=read_label_stack(rest[2:])[0],
        )
    return L2vpnLabelBlock(
        route_distinguisher=distinguisher,
        ce_id=number,
        block_offset=block_offset,
        label_base=read_label_stack(rest[:LABEL_LENGTH])[0],
        tlvs=rest[LABEL_LENGTH:],
    )


def _encode(value: Nlri) -> tuple[bytes, bytes]:
    match value:
        case VplsDiscovery():
            length, rest = _DISCOVERY, b""
            identity = value.vsi_id.packed
        case VplsLabelBlock():
            length, rest = _SIGNALING, value.block_size.to_bytes(2, "big") + write_label_stack((value.label_base,))
            identity = value.ve_id.to_bytes(2, "big") + value.block_offset.to_bytes(2, "big")
        case L2vpnLabelBlock():
            length, rest = _CIRCUITS, write_label_stack((value.label_base,)) + value.tlvs
            identity = value.ce_id.to_bytes(2, "big") + value.block_offset.to_bytes(2, "big")
        case _:
            raise ValueError(f"{value} is not an NLRI of {_FAMILY}: it takes VPLS and layer 2 VPN NLRI")
    return length.to_bytes(_HEADER, "big") + value.route_distinguisher.octets + identity, rest


VPLS_ROWS: Final = (
    FamilyRow(
        family=_FAMILY,
        frame=_frame,
        join=_join,
        decode=_decode,
        encode=_encode,
        values=(VplsDiscovery, VplsLabelBlock, L2vpnLabelBlock),
        next_hop_lengths=frozenset({4, 16}),
    ),
)

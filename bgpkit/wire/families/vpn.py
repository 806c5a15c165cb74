"""IPv4 and IPv6 prefixes of VPNs: with labels (RFC 4364, RFC 4659), and without for multicast (RFC 6514)."""

from dataclasses import dataclass
from typing import Final

from bgpkit.wire.families.label_stack import MplsLabel, check_label_stack, read_label_stack, stack_text
from bgpkit.wire.families.labeled import join_labeled, labeled_frame, write_labels
from bgpkit.wire.families.row import FamilyRow, Frame, Nlri
from bgpkit.wire.families.unicast import canonical_prefix
from bgpkit_fsm import Family
from bgpkit_rib import Prefix, RouteDistinguisher

_RD: Final = 8
"""Octets of a route distinguisher. RFC 4364, section 4.1."""


@dataclass(frozen=True, slots=True)
class LabeledVpnPrefix:
    """A prefix of a VPN and the label stack bound to it. ValueError when the S bits contradict the stack.

    RFC 4364, section 4.3.4; RFC 4659, section 3.2.
    """

    route_distinguisher: RouteDistinguisher
    prefix: Prefix
    labels: tuple[MplsLabel, ...] = ()
    """The top one first; none in a withdrawal as RFC 8277 wants it."""

    def __post_init__(self) -> None:
        """Refuse a stack that ends elsewhere than its S bits say."""
        check_label_stack(self.labels)

    def __str__(self) -> str:
        """Return prefix, route distinguisher and labels: ``10.0.0.0/8 rd 64512:1 label 100``."""
        labels = f" label {stack_text(self.labels)}" if self.labels else ""
        return f"{self.prefix} rd {self.route_distinguisher}{labels}"


@dataclass(frozen=True, slots=True)
class VpnPrefix:
    """A prefix of a VPN that serves to find the upstream router of multicast; it has no label.

    RFC 6514, section 10.
    """

    route_distinguisher: RouteDistinguisher
    prefix: Prefix

    def __str__(self) -> str:
        """Return prefix and route distinguisher: ``10.0.0.0/8 rd 64512:1``."""
        return f"{self.prefix} rd {self.route_distinguisher}"


def _read_key(key: bytes, width: int) -> tuple[RouteDistinguisher, Prefix]:
    """Return the two parts of a key: a length octet for both, an RD, a prefix."""
    prefix = bytes((key[0] - 8 * _RD,)) + key[1 + _RD :]
    return RouteDistinguisher(key[1 : 1 + _RD]), Prefix(prefix, width)


def _write_key(value: LabeledVpnPrefix | VpnPrefix) -> bytes:
    key = value.prefix.key
    return bytes((key[0] + 8 * _RD,)) + value.route_distinguisher.octets + key[1:]


def _labeled_row(
    family: Family, width: int, next_hop_lengths: frozenset[int], ipv6_next_hops: frozenset[int]
) -> FamilyRow:
    """Return the row of labelled prefixes. RFC 4364, section 4.3.4; RFC 4659, section 3.2."""

    def decode(key: bytes, rest: bytes) -> LabeledVpnPrefix:
        return LabeledVpnPrefix(*_read_key(key, width), read_label_stack(rest))

    def encode(value: Nlri) -> tuple[bytes, bytes]:
        if not isinstance(value, LabeledVpnPrefix) or value.prefix.width != width:
            raise ValueError(
                f"{value} is not an NLRI of {family}: it takes labelled prefixes of VPNs, {width} bits wide"
            )
        key = _write_key(value)
        return key, write_labels(value.labels, key)

    return FamilyRow(
        family=family,
        frame=labeled_frame(8 * _RD, 8 * _RD + width),
        decode=decode,
        encode=encode,
        values=(LabeledVpnPrefix,),
        next_hop_lengths=next_hop_lengths,
        ipv6_next_hop_lengths=ipv6_next_hops,
        join=join_labeled,
    )


def _frame(width: int) -> Frame:
    """Return the frame of an RD and a prefix behind one length octet. RFC 6514, section 10."""
    least, most = 8 * _RD, 8 * _RD + width

    def frame(nlri: bytes, offset: int, withdrawn: bool) -> tuple[int, bytes, bytes]:
        del withdrawn
        length = nlri[offset]
        if not least <= length <= most:
            raise ValueError(f"a route distinguisher and a prefix of {length} bits in all, not {least} to {most}")
        stop = offset + 1 + (length + 7 >> 3)
        return stop, canonical_prefix(nlri[offset:stop]), b""

    return frame


def _plain_row(
    family: Family, width: int, next_hop_lengths: frozenset[int], ipv6_next_hops: frozenset[int]
) -> FamilyRow:
    """Return the row of prefixes without labels. RFC 6514, section 10."""

    def decode(key: bytes, rest: bytes) -> VpnPrefix:
        del rest
        return VpnPrefix(*_read_key(key, width))

    def encode(value: Nlri) -> tuple[bytes, bytes]:
        if not isinstance(value, VpnPrefix) or value.prefix.width != width:
            raise ValueError(f"{value} is not an NLRI of {family}: it takes prefixes of VPNs, {width} bits wide")
        return _write_key(value), b""

    return FamilyRow(
        family=family,
        frame=_frame(width),
        decode=decode,
        encode=encode,
        values=(VpnPrefix,),
        next_hop_lengths=next_hop_lengths,
        ipv6_next_hop_lengths=ipv6_next_hops,
    )


_UNICAST: Final = 128
_MULTICAST: Final = 129
_IPV4_NEXT_HOPS: Final = frozenset({12})
"""An IPv4 address behind a route distinguisher of zero. RFC 4364, section 4.3.2."""
_IPV6_NEXT_HOPS: Final = frozenset({24, 48})
"""A global address, with a link-local one beside it or without, each behind a route distinguisher of zero.

RFC 4659, section 3.2.1; RFC 8950, section 3.
"""

VPN_ROWS: Final = (
    _labeled_row(Family(1, _UNICAST), 32, _IPV4_NEXT_HOPS, _IPV6_NEXT_HOPS),
    _labeled_row(Family(2, _UNICAST), 128, _IPV6_NEXT_HOPS, frozenset()),
    _plain_row(Family(1, _MULTICAST), 32, _IPV4_NEXT_HOPS, _IPV6_NEXT_HOPS),
    _plain_row(Family(2, _MULTICAST), 128, _IPV6_NEXT_HOPS, frozenset()),
)

"""IPv4 and IPv6 prefixes with MPLS labels bound to them (RFC 8277)."""

from dataclasses import dataclass
from typing import Final

from bgpkit.wire.families.label_stack import MplsLabel, check_label_stack, read_label_stack, stack_text
from bgpkit.wire.families.labeled import join_labeled, labeled_frame, write_labels
from bgpkit.wire.families.row import FamilyRow, Nlri
from bgpkit_fsm import Family
from bgpkit_rib import Prefix


@dataclass(frozen=True, slots=True)
class LabeledPrefix:
    """A prefix and the label stack bound to it. ValueError when the S bits contradict the stack.

    RFC 8277, sections 2.2 to 2.4.
    """

    prefix: Prefix
    labels: tuple[MplsLabel, ...] = ()
    """The top one first; none in a withdrawal as RFC 8277 wants it."""

    def __post_init__(self) -> None:
        """Refuse a stack that ends elsewhere than its S bits say."""
        check_label_stack(self.labels)

    def __str__(self) -> str:
        """Return prefix and labels: ``10.0.0.0/8 label 100/200``."""
        return f"{self.prefix} label {stack_text(self.labels)}" if self.labels else str(self.prefix)


def _row(family: Family, width: int, next_hop_lengths: frozenset[int], ipv6_next_hops: frozenset[int]) -> FamilyRow:
    def decode(key: bytes, rest: bytes) -> LabeledPrefix:
        return LabeledPrefix(Prefix(key, width), read_label_stack(rest))

    def encode(value: Nlri) -> tuple[bytes, bytes]:
        if not isinstance(value, LabeledPrefix) or value.prefix.width != width:
            raise ValueError(f"{value} is not an NLRI of {family}: it takes labelled prefixes of {width}-bit addresses")
        return value.prefix.key, write_labels(value.labels, value.prefix.key)

    return FamilyRow(
        family=family,
        frame=labeled_frame(0, width),
        decode=decode,
        encode=encode,
        values=(LabeledPrefix,),
        next_hop_lengths=next_hop_lengths,
        ipv6_next_hop_lengths=ipv6_next_hops,
        join=join_labeled,
        width=width,
    )


_SAFI: Final = 4
_IPV6_NEXT_HOPS: Final = frozenset({16, 32})
"""A global address, with a link-local one beside it or without; it may be IPv4-mapped.

RFC 2545, section 3; RFC 4798, section 2; RFC 8950, section 3.
"""

LABELED_UNICAST_ROWS: Final = (
    _row(Family(1, _SAFI), 32, frozenset({4}), _IPV6_NEXT_HOPS),
    _row(Family(2, _SAFI), 128, _IPV6_NEXT_HOPS, frozenset()),
)

"""NLRI that have labels before the prefix: how they are cut and put together (RFC 8277, section 2)."""

from collections.abc import Sequence
from typing import Final

from bgpkit.wire.families.label_stack import LABEL_LENGTH, MplsLabel, write_label_stack
from bgpkit.wire.families.row import Frame
from bgpkit.wire.families.unicast import canonical_prefix

COMPATIBILITY: Final = b"\x80\0\0"
"""What stands in place of labels when a prefix is withdrawn. RFC 8277, section 2.4."""
_WITHDRAWN: Final = frozenset({COMPATIBILITY, b"\0\0\0"})
"""The Compatibility fields that do not pass for a label; some send the second. RFC 8277, section 2.4."""
_LABEL_BITS: Final = 8 * LABEL_LENGTH
_LONGEST: Final = 255
"""Bits that the Length field can tell. RFC 8277, section 2.3."""


def labeled_frame(least: int, most: int) -> Frame:
    """Return the frame of labelled prefixes of ``least`` to ``most`` bits, an RD counted in.

    The key is the prefix with its own length, the rest is the labels: routes that differ in their labels only are
    comparable. In a withdrawal the rest is empty when the field is the one that RFC 8277 wants there.
    RFC 8277, sections 2.2 to 2.4 and 3.1.
    """

    def frame(nlri: bytes, offset: int, withdrawn: bool) -> tuple[int, bytes, bytes]:
        length = nlri[offset]
        start = offset + 1
        stop = start + (length + 7 >> 3)
        bits = length - _LABEL_BITS
        if bits < least:
            raise ValueError(f"a labelled prefix of {length} bits in all, fewer than {least + _LABEL_BITS}")
        if stop > len(nlri):
            return stop, b"", b""
        if bits <= most and nlri[offset + LABEL_LENGTH] & 1:
            labels = LABEL_LENGTH
        else:
            labels = _stack_length(nlri[start:stop], length, least, most, withdrawn=withdrawn)
            bits = length - 8 * labels
        rest = nlri[start : start + labels]
        key = canonical_prefix(bytes((bits,)) + nlri[start + labels : stop])
        return stop, key, b"" if withdrawn and rest == COMPATIBILITY else rest

    return frame


def _stack_length(octets: bytes, length: int, least: int, most: int, *, withdrawn: bool) -> int:
    """Return how many octets of an NLRI are labels, when the first has no S bit or cannot be the only one.

    A stack of several ends with its S bit (section 2.3, and RFC 3107 before it). Where no S bit ends one, there is a
    single field whose S bit is ignored (section 2.2); so it is in withdrawals whose Compatibility field is one of the
    two that are in use (section 2.4). RFC 8277.
    """
    single = length - _LABEL_BITS <= most
    if single and withdrawn and octets[:LABEL_LENGTH] in _WITHDRAWN:
        return LABEL_LENGTH
    for end in range(LABEL_LENGTH, len(octets) + 1, LABEL_LENGTH):
        bits = length - 8 * end
        if bits < least:
            break
        if octets[end - 1] & 1:
            if bits <= most:
                return end
            raise ValueError(f"a prefix of {bits} bits behind its labels, more than {most}")
    if single:
        return LABEL_LENGTH
    raise ValueError(f"{length} bits of labels and prefix in which no S bit ends the labels")


def join_labeled(key: bytes, rest: bytes) -> bytes:
    """Return the NLRI of a key and its labels; without labels the form that withdrawals have.

    RFC 8277, sections 2.2 to 2.4.
    """
    labels = rest or COMPATIBILITY
    return b"%c%b%b" % (key[0] + 8 * len(labels), labels, key[1:])


def write_labels(labels: Sequence[MplsLabel], key: bytes) -> bytes:
    """Return the labels of the prefix with this key in octets; ValueError when both do not fit one NLRI.

    RFC 8277, section 2.3.
    """
    rest = write_label_stack(labels)
    bits = key[0] + 8 * len(rest or COMPATIBILITY)
    if bits > _LONGEST:
        raise ValueError(f"{len(labels)} labels and a prefix of {key[0]} bits do not fit the {_LONGEST} of an NLRI")
    return rest

"""The MPLS labels that an NLRI carries (RFC 8277, section 2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

LABEL_LENGTH: Final = 3
"""Octets of a Label field with its Rsrv field and S bit. RFC 8277, section 2.2."""


@dataclass(frozen=True, slots=True)
class MplsLabel:
    """A label as an NLRI carries it: 20 bits, with the four bits behind them. ValueError when they do not fit.

    RFC 8277, section 2.2.
    """

    label: int
    """The label, 20 bits."""
    reserved: int = 0
    """The Rsrv field, three bits, zero when sent; RFC 3107 called it experimental."""
    bottom_of_stack: bool = True
    """The S bit: no further label follows."""

    def __post_init__(self) -> None:
        """Refuse what does not fit its field."""
        if not 0 <= self.label < 1 << 20:
            raise ValueError(f"label {self.label} does not fit 20 bits")
        if not 0 <= self.reserved < 1 << 3:
            raise ValueError(f"{self.reserved} does not fit the three bits beside a label")

    def __str__(self) -> str:
        """Return the label, and what is unusual beside it: ``16``, ``16(rsrv 1)``."""
        return f"{self.label}(rsrv {self.reserved})" if self.reserved else str(self.label)


def label_stack(*labels: int) -> tuple[MplsLabel, ...]:
    """Return the stack of ``labels``, the top one first: the S bit is set in the last only.

    RFC 8277, section 2.3.
    """
    return tuple(MplsLabel(label, bottom_of_stack=at == len(labels)) for at, label in enumerate(labels, 1))


def check_label_stack(labels: Sequence[MplsLabel]) -> None:
    """Refuse a stack of several labels that ends elsewhere than its S bits say.

    The S bit of a single label is ignored on receipt. RFC 8277, sections 2.2 and 2.3.
    """
    if len(labels) > 1 and [each.bottom_of_stack for each in labels] != [False] * (len(labels) - 1) + [True]:
        raise ValueError(f"the last of the labels {stack_text(labels)}, and none else, is the bottom of the stack")


def read_label_stack(octets: bytes) -> tuple[MplsLabel, ...]:
    """Return the labels that ``octets`` hold, three octets each."""
    numbers = [int.from_bytes(octets[at : at + LABEL_LENGTH], "big") for at in range(0, len(octets), LABEL_LENGTH)]
    return tuple(MplsLabel(number >> 4, number >> 1 & 7, bool(number & 1)) for number in numbers)


def write_label_stack(labels: Sequence[MplsLabel]) -> bytes:
    """Return labels in octets, three each."""
    return b"".join(
        (each.label << 4 | each.reserved << 1 | each.bottom_of_stack).to_bytes(LABEL_LENGTH, "big") for each in labels
    )


def stack_text(labels: Sequence[MplsLabel]) -> str:
    """Return labels for people, the top one first: ``100/200``."""
    return "/".join(map(str, labels))

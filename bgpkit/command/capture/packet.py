"""A packet of a capture, as it stands in the file."""

from dataclasses import dataclass
from typing import Final

from bgpkit.command.items import Time

MAXIMUM_LENGTH: Final = 1 << 24
"""The longest packet or block that is taken, in octets; a length beyond is a sign of rubbish."""
_LAST_SECOND: Final = 253_402_300_799
_MICROSECONDS: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """One packet, from the header of its link on."""

    number: int
    """From 1."""
    time: Time | None
    """None when the file does not tell."""
    link: int
    """The LINKTYPE_ value that says what the octets start with."""
    octets: bytes
    """What was captured of it."""
    length: int
    """Octets that it had on the link: more than were captured when these were cut off."""


def moment(ticks: int, ticks_a_second: int, offset: int = 0) -> Time | None:
    """Return the time of so many ticks, ``offset`` seconds later; None for one that no calendar has.

    Nanoseconds and the like are cut off behind the microseconds.
    """
    seconds, rest = divmod(ticks, ticks_a_second)
    seconds += offset
    return Time(seconds, rest * _MICROSECONDS // ticks_a_second) if 0 <= seconds <= _LAST_SECOND else None

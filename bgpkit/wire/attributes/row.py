"""What the codec knows of one path attribute: when it is well-formed, what it says, and what follows if it is not."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final, TypeVar, cast

from bgpkit.wire.attributes.code import AttributeCode
from bgpkit.wire.faults import FaultAction
from bgpkit.wire.update_context import UpdateContext

T = TypeVar("T")

ANY_LENGTH: Final[Collection[int]] = range(1 << 16)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeRow:
    """One path attribute."""

    code: AttributeCode
    flags: int
    """The Optional and Transitive bits that the attribute must have."""
    lengths: Collection[int]
    """Octets that the value may have."""
    section: str
    """The RFC and section that say what a wrong length or value leads to."""
    decode: Callable[[bytes, UpdateContext], object]
    """The value in octets, of a length that is allowed, to a value for people; ValueError when it is malformed."""
    encode: Callable[[object, UpdateContext], bytes]
    """A value to octets; ValueError for a value of another class, or that cannot be written."""
    value: object
    """What ``decode`` returns, as a type hint: ``Origin``, ``tuple[Community, ...]``, ``PmsiTunnel``."""
    two_octet_lengths: Collection[int] | None = None
    """Octets that it may have in a session with 2-octet AS numbers, where that is something else."""
    judged_by_value: bool = False
    """Whether a value of an allowed length can be malformed all the same, so that ``decode`` has to judge it."""
    action: FaultAction = FaultAction.WITHDRAW
    """What a wrong length or value leads to."""
    flags_action: FaultAction = FaultAction.WITHDRAW
    """What wrong flags lead to. RFC 7606, section 3 (c)."""
    from_external: FaultAction | None = None
    """What follows, whatever it holds, when an external peer sends it; None where it may."""
    external_section: str = ""
    """The RFC and section that say so, where that is another one than ``section``."""

    def is_out_of_place(self, context: UpdateContext) -> bool:
        """Tell whether the peer of a session may not send the attribute."""
        out = self.from_external is not None and not context.internal
        return out and self.code not in context.accepted_from_external

    def lengths_in(self, context: UpdateContext) -> Collection[int]:
        """Return the octets that the value may have in a session."""
        return self.lengths if context.four_octet_as or self.two_octet_lengths is None else self.two_octet_lengths


def exactly(length: int) -> Collection[int]:
    """Return the one length that is allowed, in octets."""
    return frozenset({length})


def multiples(unit: int) -> Collection[int]:
    """Return the lengths that are a non-zero multiple of ``unit``."""
    return range(unit, 1 << 16, unit)


def expect(kind: type[T], value: object, name: str) -> T:
    """Return ``value`` when it is a ``kind``; ValueError says that attribute ``name`` wants one."""
    if not isinstance(value, kind):
        raise ValueError(f"{name} holds {value!r}, which is not a {kind.__name__}")
    return value


def expect_all(kind: type[T], value: object, name: str) -> tuple[T, ...]:
    """Return ``value`` when it is a tuple of ``kind``; ValueError says that attribute ``name`` wants one."""
    if not isinstance(value, tuple):
        raise ValueError(f"{name} holds {value!r}, which is not a tuple")
    return tuple(expect(kind, each, name) for each in cast("tuple[object, ...]", value))


def parts(value: bytes, size: int) -> list[bytes]:
    """Cut a value that is a list into its parts of ``size`` octets each."""
    return [value[start : start + size] for start in range(0, len(value), size)]


def four_octets(number: object, name: str) -> bytes:
    """Return an unsigned number in four octets; ValueError when ``name`` cannot hold it."""
    if not isinstance(number, int) or not 0 <= number < 1 << 32:
        raise ValueError(f"{name} holds {number!r}, which is not a number of 4 octets")
    return number.to_bytes(4, "big")

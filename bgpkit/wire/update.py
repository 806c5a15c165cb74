"""What one UPDATE says, as blocks of keys that share attributes (RFC 4271, section 4.3)."""

from collections.abc import Sequence
from typing import Generic, TypeAlias, TypeVar, final

from bgpkit.wire.faults import AttributeFault
from bgpkit_fsm import Family

T = TypeVar("T")

Withdrawn: TypeAlias = tuple[Family, list[bytes], int]
"""Family, keys and Path Identifier (0 without ADD-PATH) of routes that go."""

Announced: TypeAlias = tuple[Family, T, list[bytes], bytes | None]
"""Family, what was made of the attributes, keys, and the NLRI octets when they are just the keys joined."""


@final
class Update(Generic[T]):
    """One UPDATE, as blocks of keys; what is withdrawn comes before what is announced.

    A key that is announced is not withdrawn, too. It may stand twice in a block, where a peer says a thing twice: to
    find that out would cost more than tables, which take it as one. RFC 4271, section 4.3.
    """

    __slots__ = ("announced", "disabled", "end_of_rib", "faults", "withdrawn")

    withdrawn: Sequence[Withdrawn]
    announced: Sequence[Announced[T]]
    end_of_rib: Family | None
    """The family whose initial routes are complete. RFC 4724, section 2."""
    faults: Sequence[AttributeFault]
    """What was wrong and has been dealt with. RFC 7606, section 2."""
    disabled: Sequence[Family]
    """Families whose routes of this session are all to be deleted; none will come any more. RFC 4760, section 7."""

    def __init__(
        self,
        withdrawn: Sequence[Withdrawn] = (),
        announced: Sequence[Announced[T]] = (),
        end_of_rib: Family | None = None,
        faults: Sequence[AttributeFault] = (),
        disabled: Sequence[Family] = (),
    ) -> None:
        """Make an update; empty by default."""
        self.withdrawn = withdrawn
        self.announced = announced
        self.end_of_rib = end_of_rib
        self.faults = faults
        self.disabled = disabled

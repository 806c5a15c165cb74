"""The BGP role of a speaker towards its external peer (RFC 9234, section 4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final


class BgpRole(IntEnum):
    """What the speaker is to the other AS. RFC 9234, section 4.1, table 1."""

    PROVIDER = 0
    RS = 1
    """A route server."""
    RS_CLIENT = 2
    CUSTOMER = 3
    PEER = 4

    @property
    def counterpart(self) -> "BgpRole":
        """The one role that the other speaker may have. RFC 9234, section 4.2, table 2."""
        return _COUNTERPARTS[self]


_COUNTERPARTS: Final[Mapping[BgpRole, BgpRole]] = {
    BgpRole.PROVIDER: BgpRole.CUSTOMER,
    BgpRole.CUSTOMER: BgpRole.PROVIDER,
    BgpRole.RS: BgpRole.RS_CLIENT,
    BgpRole.RS_CLIENT: BgpRole.RS,
    BgpRole.PEER: BgpRole.PEER,
}


@dataclass(frozen=True, slots=True)
class RoleCapability:
    """Capability 9: the speaker's role. RFC 9234, section 4.1."""

    role: int
    """A ``BgpRole``, or another number from 0 to 255 that corresponds to no role."""

    @property
    def assigned(self) -> BgpRole | None:
        """The role when the number stands for one, else None."""
        return next((role for role in BgpRole if role == self.role), None)

    def __str__(self) -> str:
        """Return the role by name, such as ``role provider``, or by number."""
        role = self.assigned
        return f"role {self.role}" if role is None else f"role {role.name.lower().replace('_', '-')}"

"""Capabilities that say of each family what the speaker can do (RFC 5291, RFC 7911, RFC 8950)."""

from dataclasses import dataclass
from enum import IntEnum

from bgpkit_fsm.family import Family


class AddPathMode(IntEnum):
    """Send/Receive field of one family of an ADD-PATH capability. RFC 7911, section 4."""

    RECEIVE = 1
    SEND = 2
    BOTH = 3

    @property
    def receives(self) -> bool:
        """Whether the speaker takes several paths."""
        return self is not AddPathMode.SEND

    @property
    def sends(self) -> bool:
        """Whether the speaker may send several paths."""
        return self is not AddPathMode.RECEIVE


@dataclass(frozen=True, slots=True)
class AddPathCapability:
    """Capability 69: several paths for a prefix. RFC 7911, section 4."""

    families: tuple[tuple[Family, AddPathMode], ...]
    """At least one."""

    def __str__(self) -> str:
        """Return families and modes, such as ``add-path (ipv4-unicast both)``."""
        return f"add-path ({', '.join(f'{family} {mode.name.lower()}' for family, mode in self.families)})"


class OrfMode(IntEnum):
    """Send/Receive field of one filter type of an ORF capability. RFC 5291, section 5."""

    RECEIVE = 1
    SEND = 2
    BOTH = 3


@dataclass(frozen=True, slots=True)
class OrfSupport:
    """One family of an ORF capability. RFC 5291, section 5."""

    family: Family
    types: tuple[tuple[int, OrfMode], ...]
    """ORF types as IANA numbers them (64: address prefix, RFC 5292), each with what the speaker does with it."""
    reserved: int = 0
    """The octet between AFI and SAFI that a receiver ignores."""

    def __str__(self) -> str:
        """Return the family and its filter types, such as ``ipv4-unicast type 64 both``."""
        return f"{self.family}{''.join(f' type {kind} {mode.name.lower()}' for kind, mode in self.types)}"


@dataclass(frozen=True, slots=True)
class OrfCapability:
    """Capability 3: outbound route filtering. RFC 5291, section 5."""

    families: tuple[OrfSupport, ...]
    """At least one."""

    def __str__(self) -> str:
        """Return the families, such as ``outbound-route-filtering (ipv4-unicast type 64 both)``."""
        return f"outbound-route-filtering ({', '.join(map(str, self.families))})"


@dataclass(frozen=True, slots=True)
class ExtendedNextHopCapability:
    """Capability 5: routes of a family may have a next hop of another. RFC 8950, section 4."""

    families: tuple[tuple[Family, int], ...]
    """At least one: a family of routes, and the AFI of the next hop (2: IPv6)."""

    def __str__(self) -> str:
        """Return families and next hops, such as ``extended-next-hop (ipv4-unicast via afi 2)``."""
        return f"extended-next-hop ({', '.join(f'{family} via afi {afi}' for family, afi in self.families)})"

"""What a rule does to the attributes of a route, communities aside."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Address, IPv6Address
from typing import ClassVar, Final

from bgpkit.errors import ConfigError
from bgpkit.policy.block_edits import BlockEdits
from bgpkit.wire import AttributeCode
from bgpkit_rib import Origin

_U32: Final = (1 << 32) - 1
_WEIGHT_MAXIMUM: Final = (1 << 16) - 1
_AS_SEQUENCE: Final = 2
_SEGMENT_MAXIMUM: Final = 255
_PREPEND_MAXIMUM: Final = 64


class Action(ABC):
    """One change of the attributes of a route. Actions are hashable values: equal ones do the same."""

    __slots__ = ()

    @property
    @abstractmethod
    def codes(self) -> frozenset[int]:
        """Type codes of the attributes that it sets."""

    @abstractmethod
    def edit(self, block: BlockEdits) -> None:
        """Change the attributes of ``block``."""


class FixedAction(Action):
    """An action that sets the same attributes whatever its values are."""

    __slots__ = ()
    sets: ClassVar[frozenset[int]] = frozenset()
    """Type codes of the attributes."""

    @property
    def codes(self) -> frozenset[int]:
        """Type codes of the attributes that it sets."""
        return self.sets

    def edit(self, block: BlockEdits) -> None:
        """Leave the block alone: what is to be done stands beside it, in the `Change`."""


@dataclass(frozen=True, slots=True)
class SetLocalPref(FixedAction):
    """Set LOCAL_PREF. RFC 4271, section 5.1.5."""

    value: int
    sets: ClassVar[frozenset[int]] = frozenset({AttributeCode.LOCAL_PREF})

    def __post_init__(self) -> None:
        """Refuse a number that does not fit."""
        _check("local preference", self.value, _U32)

    def edit(self, block: BlockEdits) -> None:
        """Set it, present or not."""
        block.put(AttributeCode.LOCAL_PREF, self.value.to_bytes(4, "big"))

    def __str__(self) -> str:
        """Return ``local-pref 200``."""
        return f"local-pref {self.value}"


@dataclass(frozen=True, slots=True)
class SetMed(FixedAction):
    """Set MULTI_EXIT_DISC, or take it out. RFC 4271, section 5.1.4."""

    value: int | None
    """None: the route is to have none."""
    sets: ClassVar[frozenset[int]] = frozenset({AttributeCode.MULTI_EXIT_DISC})

    def __post_init__(self) -> None:
        """Refuse a number that does not fit."""
        if self.value is not None:
            _check("MED", self.value, _U32)

    def edit(self, block: BlockEdits) -> None:
        """Set it, present or not."""
        block.put(AttributeCode.MULTI_EXIT_DISC, None if self.value is None else self.value.to_bytes(4, "big"))

    def __str__(self) -> str:
        """Return ``med 10`` or ``no med``."""
        return "no med" if self.value is None else f"med {self.value}"


@dataclass(frozen=True, slots=True)
class AddMed(FixedAction):
    """Add to MULTI_EXIT_DISC, or take from it, within 0 and 2^32 - 1; a route without one counts as 0."""

    amount: int
    sets: ClassVar[frozenset[int]] = frozenset({AttributeCode.MULTI_EXIT_DISC})

    def __post_init__(self) -> None:
        """Refuse an amount that no MED has room for."""
        _check("amount of MED", abs(self.amount), _U32)

    def edit(self, block: BlockEdits) -> None:
        """Set the sum, in four octets."""
        present = block.get(AttributeCode.MULTI_EXIT_DISC)
        total = self.amount + (0 if present is None else int.from_bytes(present, "big"))
        block.put(AttributeCode.MULTI_EXIT_DISC, min(max(total, 0), _U32).to_bytes(4, "big"))

    def __str__(self) -> str:
        """Return ``med +10`` or ``med -10``."""
        return f"med {self.amount:+d}"


@dataclass(frozen=True, slots=True)
class SetOrigin(FixedAction):
    """Set ORIGIN. RFC 4271, section 5.1.1."""

    value: Origin
    sets: ClassVar[frozenset[int]] = frozenset({AttributeCode.ORIGIN})

    def edit(self, block: BlockEdits) -> None:
        """Set it."""
        block.put(AttributeCode.ORIGIN, bytes((self.value,)))

    def __str__(self) -> str:
        """Return ``origin igp``."""
        return f"origin {self.value.name.lower()}"


@dataclass(frozen=True, slots=True)
class SetWeight(FixedAction):
    """Give the path a weight, which counts before all else and in this speaker only; for an import."""

    value: int
    """0 to 65,535; higher is better."""

    def __post_init__(self) -> None:
        """Refuse a number that does not fit."""
        _check("weight", self.value, _WEIGHT_MAXIMUM)

    def __str__(self) -> str:
        """Return ``weight 100``."""
        return f"weight {self.value}"


class PrependedAs(Enum):
    """An AS to prepend that is not named by its number."""

    OWN = "own"
    """Our own AS; for an export, where whoever sends the route puts it there."""
    LAST = "last"
    """The leftmost AS of the path, from which it came last; a path without any is left alone."""


@dataclass(frozen=True, slots=True)
class Prepend(FixedAction):
    """Put an AS on the left of AS_PATH, several times. RFC 4271, section 5.1.2."""

    asn: int | PrependedAs
    times: int = 1
    """1 to 64."""
    sets: ClassVar[frozenset[int]] = frozenset({AttributeCode.AS_PATH})

    def __post_init__(self) -> None:
        """Refuse numbers that do not fit, and AS 0 (RFC 7607, section 2)."""
        if not isinstance(self.asn, PrependedAs):
            _check("AS number to prepend", self.asn, _U32, least=1)
        _check("number of times to prepend", self.times, _PREPEND_MAXIMUM, least=1)

    def edit(self, block: BlockEdits) -> None:
        """Prepend; our own AS is left to the sender, who knows it."""
        path = block.get(AttributeCode.AS_PATH) or b""
        if self.asn is PrependedAs.OWN:
            return
        if self.asn is PrependedAs.LAST:
            block.put(AttributeCode.AS_PATH, _prepended(path, path[2:6], self.times) if path else path)
        else:
            block.put(AttributeCode.AS_PATH, _prepended(path, self.asn.to_bytes(4, "big"), self.times))

    def __str__(self) -> str:
        """Return ``prepend 64512 x 3``."""
        name = self.asn.value if isinstance(self.asn, PrependedAs) else self.asn
        return f"prepend {name} x {self.times}" if self.times > 1 else f"prepend {name}"


@dataclass(frozen=True, slots=True)
class SetNextHop(FixedAction):
    """Set the next hop. RFC 4271, section 5.1.3."""

    address: IPv4Address | IPv6Address
    sets: ClassVar[frozenset[int]] = frozenset({AttributeCode.NEXT_HOP, AttributeCode.MP_REACH_NLRI})

    def __str__(self) -> str:
        """Return ``next-hop 192.0.2.1``."""
        return f"next-hop {self.address}"


@dataclass(frozen=True, slots=True)
class SetNextHopSelf(FixedAction):
    """Name ourselves as next hop; whoever sends or takes the route knows the address."""

    sets: ClassVar[frozenset[int]] = frozenset({AttributeCode.NEXT_HOP, AttributeCode.MP_REACH_NLRI})

    def __str__(self) -> str:
        """Return ``next-hop self``."""
        return "next-hop self"


@dataclass(frozen=True, slots=True)
class NextHopUnchanged(FixedAction):
    """Leave the next hop as it came, to external peers as well."""

    sets: ClassVar[frozenset[int]] = frozenset({AttributeCode.NEXT_HOP, AttributeCode.MP_REACH_NLRI})

    def __str__(self) -> str:
        """Return ``next-hop unchanged``."""
        return "next-hop unchanged"


def _check(what: str, number: int, most: int, *, least: int = 0) -> None:
    if not least <= number <= most:
        raise ConfigError(f"{what} {number} is not possible; use {least} to {most}")


def _prepended(path: bytes, asn: bytes, times: int) -> bytes:
    """Return the value of AS_PATH with ``asn`` on its left; a full segment gets another before it."""
    if path and path[0] == _AS_SEQUENCE:
        room = min(_SEGMENT_MAXIMUM - path[1], times)
        path = bytes((_AS_SEQUENCE, path[1] + room)) + asn * room + path[2:]
        times -= room
    return bytes((_AS_SEQUENCE, times)) + asn * times + path if times else path

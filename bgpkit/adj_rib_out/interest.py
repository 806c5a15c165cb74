"""Which VPN routes a peer asks for: its Route Target memberships as a filter.

RFC 4684, sections 4 and 6.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from bgpkit.wire import AttributeCode, attribute_value
from bgpkit_fsm import Family
from bgpkit_rib import Entry, paths_of

_ORIGIN_AS: Final = 32
_WHOLE: Final = 64
_TARGET: Final = 2
_TYPES: Final = frozenset({0, 1, 2, 6})
"""First octets of a Route Target: AS, IPv4 address, 4-octet AS; MAC address for ES-Import (RFC 7432, section 7.6)."""
_NONE: Final[frozenset[bytes]] = frozenset()
_VPN_SAFIS: Final = frozenset({5, 65, 70, 85, 128, 129, 134})
"""MCAST-VPN, VPLS, EVPN, MUP, labeled VPN addresses, multicast in VPNs, flow specifications in VPNs."""


@dataclass(frozen=True, slots=True)
class Interest:
    """The Route Targets that a peer wants the VPN routes of; without any it wants none."""

    targets: frozenset[bytes] = frozenset()
    """Whole Route Targets, 8 octets each."""
    prefixes: frozenset[tuple[int, int]] = frozenset()
    """(bits that do not count, value of those that do) of each shorter one. RFC 4684, section 4."""

    def asks_for(self, target: bytes) -> bool:
        """Tell whether routes with the Route Target ``target``, 8 octets, are wanted."""
        if target in self.targets:
            return True
        number = int.from_bytes(target)
        return any(number >> ignored == value for ignored, value in self.prefixes)

    def meets(self, raw: bytes) -> bool:
        """Tell whether a route with the attribute block ``raw`` is wanted: one of its Route Targets is enough.

        RFC 4684, section 6.
        """
        targets = route_targets(raw)
        if not self.prefixes:
            return not self.targets.isdisjoint(targets)
        return any(map(self.asks_for, targets))

    def difference(self, other: "Interest") -> "Interest":
        """Return what only one of the two asks for: routes without such a target are nothing to either."""
        return Interest(self.targets ^ other.targets, self.prefixes ^ other.prefixes)


def interest_of(memberships: Iterable[bytes]) -> Interest | None:
    """Return what a peer that announced the NLRI ``memberships`` asks for; None: everything.

    The AS that a membership comes from does not matter here. RFC 4684, sections 4 and 6.
    """
    targets: set[bytes] = set()
    prefixes: set[tuple[int, int]] = set()
    for nlri in memberships:
        bits = nlri[0] - _ORIGIN_AS
        if bits <= 0:  # the default, or all Route Targets of an AS
            return None
        if bits == _WHOLE:
            targets.add(nlri[5:])
        else:
            ignored = _WHOLE - bits
            prefixes.add((ignored, int.from_bytes(nlri[5:].ljust(_WHOLE // 8, b"\0")) >> ignored))
    return Interest(frozenset(targets), frozenset(prefixes))


@lru_cache(maxsize=4096)
def route_targets(raw: bytes) -> frozenset[bytes]:
    """Return the Route Targets, 8 octets each, of the attribute block ``raw``. RFC 4360, section 4."""
    value = attribute_value(raw, AttributeCode.EXTENDED_COMMUNITIES) or b""
    found = (value[at : at + 8] for at in range(0, len(value), 8))
    return frozenset(each for each in found if each[1] == _TARGET and each[0] in _TYPES)


def entry_targets(entry: Entry | None) -> frozenset[bytes]:
    """Return the Route Targets of all paths of a table's entry, chosen or not."""
    paths = paths_of(entry)
    if len(paths) == 1:
        return route_targets(paths[0].raw)
    return _NONE.union(*(route_targets(path.raw) for path in paths))


def is_constrained(family: Family) -> bool:
    """Tell whether the routes of ``family`` go by Route Targets. RFC 4684, section 1; RFC 7432, section 7.6."""
    return family.safi in _VPN_SAFIS

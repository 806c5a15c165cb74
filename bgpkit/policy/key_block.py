"""The destinations of one block, as conditions see them: prefixes, whatever the family puts before them."""

from typing import Final

from bgpkit.rpki import RoaTable, RpkiState
from bgpkit.wire import ROWS
from bgpkit_fsm import Family

_DISTINGUISHER: Final = 8
_VPN_SAFIS: Final = frozenset({128, 129})
_VALIDATED_SAFIS: Final = frozenset({1, 4})
_CUTS: Final = {32: (2, 3), 128: (4, 6)}


def width_of(family: Family) -> int:
    """Return the bits of an address, 32 or 128, of a family whose keys hold a prefix; else 0."""
    row = ROWS.get(family)
    if row is None:
        return 0
    if row.width:
        return row.width
    return {1: 32, 2: 128}.get(family.afi, 0) if family.safi in _VPN_SAFIS else 0


def has_distinguisher(family: Family) -> bool:
    """Tell whether a route distinguisher stands before the prefix. RFC 4364, section 4.3.4; RFC 6514, section 10."""
    return family.safi in _VPN_SAFIS and width_of(family) != 0


def prefix_key(key: bytes) -> bytes:
    """Return the prefix behind the route distinguisher of ``key``, a length octet first."""
    return bytes((key[0] - 8 * _DISTINGUISHER,)) + key[1 + _DISTINGUISHER :]


def is_validated(family: Family) -> bool:
    """Tell whether ROAs speak of routes of a family: of those of the Internet. RFC 6811, section 2."""
    return family.afi in {1, 2} and family.safi in _VALIDATED_SAFIS


def cuts(width: int) -> tuple[int, int]:
    """Return by how many octets of their addresses prefixes of ``width`` bits are judged together.

    The second is for those among them that the first does not tell apart.
    """
    return _CUTS.get(width, (0, 0))


class KeyBlock:
    """What is the same for all prefixes of a block, and what has been found out about each."""

    __slots__ = ("_origin", "_roas", "_states", "width")

    def __init__(self, width: int, roas: RoaTable | None = None, origin: int | None = None) -> None:
        """Look at prefixes of ``width`` bits, 0 for keys without one, that come from AS ``origin``."""
        self.width = width
        self._roas = roas
        self._origin = origin
        self._states: dict[bytes, RpkiState] = {}

    def state(self, key: bytes) -> RpkiState:
        """Return the validation state of one prefix; without ROAs it is not-found. RFC 6811, section 2."""
        if self._roas is None or not self.width:
            return RpkiState.NOT_FOUND
        state = self._states.get(key)
        if state is None:
            state = self._states[key] = self._roas.state(self.width, key, self._origin)
        return state

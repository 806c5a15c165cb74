"""One canonical attribute block while actions change it."""

from bgpkit.wire import attribute_value, next_hop_values, set_attributes
from bgpkit_fsm import Family


class BlockEdits:
    """The values that attributes of a block are to have; the block itself is written once, at the end."""

    __slots__ = ("_changes", "_family", "_raw")

    def __init__(self, raw: bytes, family: Family) -> None:
        """Start from the canonical block ``raw`` of a route of ``family``."""
        self._raw = raw
        self._family = family
        self._changes: dict[int, bytes | None] = {}

    def get(self, code: int) -> bytes | None:
        """Return the value that attribute ``code`` has by now, None when there is none."""
        if code in self._changes:
            return self._changes[code]
        return attribute_value(self._raw, code)

    def put(self, code: int, value: bytes | None) -> None:
        """Give attribute ``code`` a value, or take it out."""
        self._changes[code] = value

    def set_next_hop(self, next_hop: bytes) -> None:
        """Give the route a next hop, 4 or 16 octets; ValueError when the family cannot have it."""
        self._changes.update(next_hop_values(self._family, next_hop))

    def finished(self) -> bytes:
        """Return the block with all values in place; ValueError when one is too long."""
        return set_attributes(self._raw, self._changes) if self._changes else self._raw

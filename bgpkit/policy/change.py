"""What a policy makes of the attributes of a route: a list of actions, made once and applied to many blocks."""

from dataclasses import dataclass, field

from bgpkit.policy.actions import (
    Action,
    NextHopUnchanged,
    Prepend,
    PrependedAs,
    SetNextHop,
    SetNextHopSelf,
    SetWeight,
)
from bgpkit.policy.block_edits import BlockEdits
from bgpkit_fsm import Family


@dataclass(frozen=True, slots=True)
class Change:
    """Actions on the attributes of a route, in order.

    What is not in the attribute block, such as a weight, stands beside it for whoever makes the path or sends it.
    """

    actions: tuple[Action, ...] = ()
    weight: int | None = field(init=False, compare=False, repr=False)
    """The weight to give the path on import, 0 to 65,535; None: nothing is said of it."""
    next_hop: bytes | None = field(init=False, compare=False, repr=False)
    """The next hop that is set, packed: 4 or 16 octets; None when none is, or another choice came later."""
    next_hop_self: bool = field(init=False, compare=False, repr=False)
    """Name ourselves as next hop."""
    next_hop_unchanged: bool = field(init=False, compare=False, repr=False)
    """Leave the next hop as it came, to external peers as well."""
    prepend_own: int = field(init=False, compare=False, repr=False)
    """How often the own AS is to be put on the left of AS_PATH beside what is usual; for an export only."""
    codes: frozenset[int] = field(init=False, compare=False, repr=False)
    """Type codes of the attributes that are set here on purpose, so that an export leaves them alone."""
    _hash: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Find what stands beside the block."""
        weight: int | None = None
        hop: SetNextHop | SetNextHopSelf | NextHopUnchanged | None = None
        own = 0
        for action in self.actions:
            if isinstance(action, SetWeight):
                weight = action.value
            elif isinstance(action, SetNextHop | SetNextHopSelf | NextHopUnchanged):
                hop = action
            elif isinstance(action, Prepend) and action.asn is PrependedAs.OWN:
                own += action.times
        keep = object.__setattr__
        keep(self, "weight", weight)
        keep(self, "next_hop", hop.address.packed if isinstance(hop, SetNextHop) else None)
        keep(self, "next_hop_self", isinstance(hop, SetNextHopSelf))
        keep(self, "next_hop_unchanged", isinstance(hop, NextHopUnchanged))
        keep(self, "prepend_own", own)
        keep(self, "codes", frozenset[int]().union(*(action.codes for action in self.actions)))
        keep(self, "_hash", hash(self.actions))

    def __hash__(self) -> int:
        """Return the hash of the actions, which is reckoned once: verdicts are looked up for each path."""
        return self._hash

    def then(self, other: "Change") -> "Change":
        """Return the change that makes this one first, and ``other`` after it."""
        return Change(self.actions + other.actions)

    def apply(self, raw: bytes, family: Family) -> bytes:
        """Return the canonical block ``raw`` of a route of ``family`` with the change made.

        The very block when nothing in it changes. ValueError when an attribute would be too long, or the next hop is
        none that the family can have.
        """
        block = BlockEdits(raw, family)
        for action in self.actions:
            action.edit(block)
        if self.next_hop is not None:
            block.set_next_hop(self.next_hop)
        return block.finished()

    def __str__(self) -> str:
        """Return the actions as a person would say them: ``local-pref 200, add community 64512:1``."""
        return ", ".join(map(str, self.actions))

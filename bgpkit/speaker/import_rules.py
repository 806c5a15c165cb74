"""What decides, beside policy, what becomes of a route that comes in: loops, leaks, what counts when it is ranked."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final

from bgpkit.speaker.role_rules import OTC, lacks_mark, leak, marks
from bgpkit.wire import (
    AttributeCode,
    AttributeInputs,
    attribute_value,
    canonical_inputs,
    holds_community,
    set_attributes,
    with_communities,
)
from bgpkit.wire.as_path_rewrite import AsPathRewrite
from bgpkit_fsm import BgpRole
from bgpkit_rib import GRACEFUL_SHUTDOWN, DecisionOptions, Path, reflection_loop

_DEFAULTS: Final = DecisionOptions()
_AS_PATH: Final = int(AttributeCode.AS_PATH)
_LOWEST: Final = {int(AttributeCode.LOCAL_PREF): bytes(4)}
"""RFC 8326, section 4, proposes 0."""
_AS_SEQUENCE: Final = b"\2"
_AS_CONFED_SEQUENCE: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRules:
    """The rules of the way in for one peer; a change of them makes its paths anew."""

    own_asns: frozenset[int]
    """AS numbers in AS_PATH that are ours: the speaker's, that of a confederation, a local AS."""
    member_asn: int | None = None
    """The one of them that is ours inside a confederation only: in its segments. RFC 5065, section 4."""
    from_confederation: bool = False
    """The peer is in another member AS of our confederation."""
    entered_asn: int | None = None
    """The local AS that is put on the left of AS_PATH of all that comes in. RFC 7705, section 3.1."""
    bgp_identifier: int
    cluster_ids: AbstractSet[int]
    """The clusters that are ours, at every moment."""
    allow_own_as: int = 0
    """How often each of our own AS numbers may stand in AS_PATH."""
    peer_asn: int = 0
    """The peer's AS number, where it counts."""
    enforce_first_as: bool = False
    """AS_PATH of what the peer sends has to begin with its AS number. RFC 4271, section 6.3."""
    role: BgpRole | None = None
    """What we are to the peer; None: OTC is not looked at. RFC 9234, section 5."""
    honor_graceful_shutdown: bool = False
    """What comes with GRACEFUL_SHUTDOWN gets LOCAL_PREF 0. RFC 8326, section 4."""
    shutting_down: bool = False
    """All that comes gets the community and LOCAL_PREF 0: we are about to end the session. RFC 8326, section 4."""
    long_lived: bool = False
    """What comes with LLGR_STALE is the last resort: we do long-lived graceful restart. RFC 9494, section 4.3."""
    weight: int = 0
    decision: DecisionOptions = _DEFAULTS
    own_octets: tuple[bytes, ...] = field(init=False, repr=False, compare=False)
    """A path whose AS_PATH holds one of these octet strings is to be looked at by `refusal`: no other can be a loop."""
    first_asn: int = field(init=False, repr=False, compare=False)
    """A path with another neighboring AS is to be looked at by `refusal`, too; 0: whatever it has."""

    def __post_init__(self) -> None:
        """Write our AS numbers in octets."""
        octets = [asn.to_bytes(4, "big") for asn in sorted(self.own_asns)]
        # Of a member of our confederation, or where roles count, every path is looked at: all hold the empty string.
        every = self.from_confederation or self.role is not None
        object.__setattr__(self, "own_octets", (b"",) if every else tuple(octets))
        object.__setattr__(self, "first_asn", self.peer_asn if self.enforce_first_as else 0)

    def entering(self, make: Callable[[AttributeInputs], Path]) -> Callable[[AttributeInputs], Path]:
        """Return ``make`` for what the peer sends: what is to be put on its paths before all else is put there first.

        That is a local AS in AS_PATH, and OTC where a provider, a peer or a route server left it to us.
        RFC 7705, section 3.1; RFC 9234, section 5.
        """
        marked = marks(self.role)
        if self.entered_asn is None and not marked:
            return make
        entered = None if self.entered_asn is None else AsPathRewrite(prepend=(self.entered_asn,))
        otc = self.peer_asn.to_bytes(4, "big")

        def enter(inputs: AttributeInputs) -> Path:
            values: dict[int, bytes | None] = {}
            if entered is not None:
                values[_AS_PATH] = entered.apply(attribute_value(inputs.raw, _AS_PATH) or b"")
            if marked and lacks_mark(inputs):
                values[OTC] = otc
            if not values:
                return make(inputs)
            raw = set_attributes(inputs.raw, values)
            return make(canonical_inputs(raw, rest=inputs.rest, path_id=inputs.path_id))

        return enter

    def lowered(self, inputs: AttributeInputs) -> AttributeInputs:
        """Return ``inputs`` with LOCAL_PREF 0 where one side is about to end the session. RFC 8326, section 4."""
        raw = inputs.raw
        if self.shutting_down:
            raw = with_communities(raw, GRACEFUL_SHUTDOWN)
        elif not holds_community(inputs.communities, GRACEFUL_SHUTDOWN):
            return inputs
        return canonical_inputs(set_attributes(raw, _LOWEST), rest=inputs.rest, path_id=inputs.path_id)

    def refusal(self, inputs: AttributeInputs) -> str:
        """Return why a route is not to be chosen whatever a policy says; nothing when it may be.

        RFC 4271, section 6.3 (the first AS); RFC 9234, section 5 (leaks); and what `loop` looks for.
        """
        if self.first_asn and _first_asn(inputs.as_path, self.entered_asn) != self.first_asn:
            return f"AS_PATH does not begin with the peer's AS number {self.first_asn}"
        leaked = "" if self.role is None else leak(self.role, self.peer_asn, inputs)
        return leaked or self.loop(inputs)

    def loop(self, inputs: AttributeInputs) -> str:
        """Return why a route has been here before and is not to be chosen; nothing when it has not.

        RFC 4271, section 9.1.2 (AS loop); RFC 5065, section 4 (the same in a confederation) and 5 (a member AS that is
        not in AS_PATH); RFC 4456, section 8 (ORIGINATOR_ID and CLUSTER_LIST).
        """
        as_path = inputs.as_path
        if self.from_confederation and as_path[:1] != bytes((_AS_CONFED_SEQUENCE,)):
            return "AS_PATH from a member of our confederation does not begin with an AS_CONFED_SEQUENCE"
        for asn in sorted(self.own_asns):
            octets = asn.to_bytes(4, "big")
            kinds = _AS_CONFED_SEQUENCE if asn == self.member_asn else 0
            if octets in as_path and _count(as_path, octets, kinds) > self.allow_own_as + (asn == self.entered_asn):
                return f"our own AS number {asn} is in AS_PATH"
        return reflection_loop(
            bgp_identifier=self.bgp_identifier,
            cluster_ids=self.cluster_ids,
            originator_id=inputs.originator_id,
            cluster_list=inputs.cluster_list,
        )


def _first_asn(as_path: bytes, entered: int | None) -> int:
    """Return the AS number on the left of ``as_path``, behind one that we have ``entered``; 0 when it has none.

    A set has no left: RFC 4271, section 4.3.
    """
    if entered is not None:
        alone = as_path[1] == 1
        as_path = as_path[6:] if alone else bytes((as_path[0], as_path[1] - 1)) + as_path[6:]
    return int.from_bytes(as_path[2:6]) if as_path[:1] == _AS_SEQUENCE else 0


def _count(as_path: bytes, asn: bytes, kinds: int) -> int:
    """Return how often ``asn`` is among the numbers of ``as_path`` (4-octet form), in segments of type ``kinds`` up."""
    position = found = 0
    while position < len(as_path):
        end = position + 2 + 4 * as_path[position + 1]
        if as_path[position] >= kinds:
            found += sum(as_path[start : start + 4] == asn for start in range(position + 2, end, 4))
        position = end
    return found

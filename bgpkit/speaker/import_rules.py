"""What decides, beside policy, what becomes of a route that comes in: loops, and what counts when it is ranked."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final

from bgpkit.wire import AttributeCode, AttributeInputs, attribute_value, canonical_inputs, set_attributes
from bgpkit.wire.as_path_rewrite import AsPathRewrite
from bgpkit_rib import DecisionOptions, Path, reflection_loop

_DEFAULTS: Final = DecisionOptions()
_AS_PATH: Final = int(AttributeCode.AS_PATH)
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
    weight: int = 0
    decision: DecisionOptions = _DEFAULTS
    own_octets: tuple[bytes, ...] = field(init=False, repr=False, compare=False)
    """Only a path that holds one of these octet strings can be a loop by AS_PATH, and is to be looked at by `loop`."""

    def __post_init__(self) -> None:
        """Write our AS numbers in octets."""
        octets = [asn.to_bytes(4, "big") for asn in sorted(self.own_asns)]
        # Of a member of our confederation every path is looked at, and every path holds the empty string.
        object.__setattr__(self, "own_octets", (b"",) if self.from_confederation else tuple(octets))

    def entering(self, make: Callable[[AttributeInputs], Path]) -> Callable[[AttributeInputs], Path]:
        """Return ``make`` for what the peer sends: a local AS that is to stand in AS_PATH is put there first."""
        if self.entered_asn is None:
            return make
        entered = AsPathRewrite(prepend=(self.entered_asn,))

        def enter(inputs: AttributeInputs) -> Path:
            as_path = entered.apply(attribute_value(inputs.raw, _AS_PATH) or b"")
            raw = set_attributes(inputs.raw, {_AS_PATH: as_path})
            return make(canonical_inputs(raw, rest=inputs.rest, path_id=inputs.path_id))

        return enter

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


def _count(as_path: bytes, asn: bytes, kinds: int) -> int:
    """Return how often ``asn`` is among the numbers of ``as_path`` (4-octet form), in segments of type ``kinds`` up."""
    position = found = 0
    while position < len(as_path):
        end = position + 2 + 4 * as_path[position + 1]
        if as_path[position] >= kinds:
            found += sum(as_path[start : start + 4] == asn for start in range(position + 2, end, 4))
        position = end
    return found

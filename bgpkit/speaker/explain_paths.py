"""Why paths stand as they stand: what the way in made of them, and which step of the decision each lost at."""

from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import Final

from bgpkit.policy import is_pure, verdicts
from bgpkit.rpki import RoaTable, RpkiState, origin_as
from bgpkit.speaker.explained import ExplainedPath, NextHopAnswer, PolicyAnswer
from bgpkit.speaker.ingest import Ingest
from bgpkit.speaker.next_hops import NextHops, address_of
from bgpkit.wire import ROWS, decode_attributes
from bgpkit_fsm import Family
from bgpkit_rib import DecisionStep, Entry, Path, explain, paths_of

_VALIDATED_SAFIS: Final = frozenset({1, 4})
_STEPS: Final = tuple(DecisionStep)
_AFTER_MED: Final = frozenset({DecisionStep.BEST, *_STEPS[_STEPS.index(DecisionStep.MED) + 1 :]})


class PathsExplainer:
    """Explains the paths to one destination."""

    def __init__(
        self,
        family: Family,
        key: bytes,
        *,
        ways_in: Mapping[str, Ingest],
        next_hops: NextHops,
        roas: RoaTable | None,
        own_asn: int,
    ) -> None:
        """Explain ``key``; ``ways_in`` are those of the peers, by the name of their source."""
        self._family = family
        self._key = key
        self._ways_in = ways_in
        self._next_hops = next_hops
        self._roas = roas
        self._own_asn = own_asn

    def explained(self, entry: Entry | None) -> tuple[ExplainedPath, ...]:
        """Return the paths of an entry, best first."""
        ranked = explain(paths_of(entry))
        return tuple(self._path(path, step, lost_to(path, step, ranked)) for path, step in ranked)

    def _path(self, path: Path, step: DecisionStep, winner: Path | None) -> ExplainedPath:
        received = decode_attributes(path.received)
        state, roas = self._rpki(path)
        return ExplainedPath(
            peer=path.source.name,
            kind=path.kind,
            path_id=path.path_id,
            attributes=decode_attributes(path.raw),
            received=received,
            weight=path.weight,
            stale=path.stale,
            eligible=path.eligible,
            reason=path.reason,
            next_hop=self._next_hop(path),
            policy=self._policy(path),
            rpki=state,
            roas=roas,
            step=step,
            lost_to="" if winner is None else winner.source.name,
        )

    def _next_hop(self, path: Path) -> NextHopAnswer:
        metric, reason = self._next_hops.resolve(path.next_hop)
        octets = address_of(path.next_hop)
        address = str(ip_address(octets)) if len(octets) in {4, 16} else ""
        return NextHopAnswer(address=address, reachable=not reason, metric=metric, reason=reason)

    def _policy(self, path: Path) -> PolicyAnswer | None:
        """Ask the import policy again, about the path as it was made for it."""
        way_in = self._ways_in.get(path.source.name)
        if way_in is None:
            return None
        before = way_in.before_policy(path)
        if not before.eligible:
            return None
        policy = way_in.policy
        verdict = verdicts(policy, self._family, before, [self._key])[0][0]
        change = "" if verdict.change is None else str(verdict.change)
        return PolicyAnswer(accepted=verdict.accepted, rule=verdict.rule, change=change, certain=is_pure(policy))

    def _rpki(self, path: Path) -> tuple[RpkiState | None, tuple[str, ...]]:
        width = ROWS[self._family].width
        if self._roas is None or not width or self._family.safi not in _VALIDATED_SAFIS:
            return None, ()
        origin = origin_as(decode_attributes(path.received).as_path, self._own_asn)
        covering = self._roas.covering(width, self._key)
        texts = tuple(f"{roa.prefix} up to /{roa.max_length} from AS {roa.asn}" for roa in covering)
        return self._roas.state(width, self._key, origin), texts


def lost_to(path: Path, step: DecisionStep, ranked: Sequence[tuple[Path, DecisionStep]]) -> Path | None:
    """Return the path that was better than ``path`` at ``step``; None for the best and for what took no part.

    At most steps that is the best path, which was the best at each; a MED loses against one of its neighboring AS,
    which may have lost since. RFC 4271, section 9.1.2.2 (c).
    """
    if step in {DecisionStep.BEST, DecisionStep.NOT_ELIGIBLE}:
        return None
    if step is DecisionStep.MED:
        return next(
            (other for other, later in ranked if later in _AFTER_MED and other.neighbor_as == path.neighbor_as), None
        )
    return ranked[0][0]

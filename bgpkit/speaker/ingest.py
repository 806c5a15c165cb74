"""From the UPDATEs of one peer into the tables: rules, import policy, one Path for each attribute block."""

from collections.abc import Callable, Mapping
from typing import Final

from bgpkit.policy import (
    ACCEPT_ALL,
    Change,
    CommonVerdict,
    Policy,
    Verdict,
    by_destination,
    is_keyed,
    is_pure,
    verdicts,
)
from bgpkit.speaker.import_rules import ImportRules
from bgpkit.speaker.next_hops import NextHops
from bgpkit.speaker.stale_mark import STALE_OCTETS, with_stale_mark
from bgpkit.wire import AttributeInputs, Update, canonical_inputs
from bgpkit_fsm import Family
from bgpkit_rib import GRACEFUL_SHUTDOWN, DecisionOptions, Path, Source, Table, make_path

JUDGED_MAXIMUM: Final = 262_144
"""Verdicts remembered at most; they keep paths alive."""
JUDGED_OCTETS: Final = 64 * 2**20
"""Octets of the attributes of those paths, at most."""
REFUSED_BY_POLICY: Final = "import policy "
"""How the reason of a path begins that the import policy has refused."""
_GRACEFUL_SHUTDOWN: Final = GRACEFUL_SHUTDOWN.to_bytes(4, "big")


class Ingest:
    """The way in for the routes of one peer.

    A path is first made by the rules, then judged by the policy. To judge it anew, after any of that has changed,
    it is made again from what was received, so that there is one way for the first time and for all others.
    """

    def __init__(
        self,
        source: Source,
        tables: Mapping[Family, Table],
        rules: ImportRules,
        next_hops: NextHops,
        policy: Policy = ACCEPT_ALL,
    ) -> None:
        """Feed ``tables`` with paths of ``source``, judged by ``rules`` and ``policy`` until `use` says otherwise."""
        self.source = source
        self.families: frozenset[Family] = frozenset()
        """The families of the session."""
        self._tables = tables
        self._next_hops = next_hops
        self._judged: dict[tuple[Path, Verdict | None], Path] = {}
        self._judged_octets = 0
        self.refused: Callable[[str], object] = lambda _: None
        """Called with the reason why the rules forbid a path, each time that one is made."""
        self.use(rules, policy)

    def use(self, rules: ImportRules, policy: Policy) -> None:
        """Judge by ``rules`` and ``policy`` from now on; paths that are there stay until `judge_again`."""
        self.rules, self.policy = rules, policy
        own = rules.own_octets
        self._suspect = own[0] if len(own) == 1 else b""
        """What an AS_PATH holds that may be a loop; every one holds the empty string."""
        self._first_asn = rules.first_asn
        self._lowers, self._lowers_all = rules.honor_graceful_shutdown, rules.shutting_down
        self._long_lived = rules.long_lived
        self._decision = None if rules.decision == DecisionOptions() else rules.decision
        self._keyed, self._remembers = is_keyed(policy), is_pure(policy)
        # What a family's routes get, or a block of them, where that can be told without asking the policy.
        self._family: Family | None = None
        self._always: Verdict | None = None
        self._common: CommonVerdict | None = None
        self.forget()

    def make(
        self,
        inputs: AttributeInputs,
        received: bytes | None = None,
        generation: int | None = None,
        reason: str = "",
        change: Change | None = None,
    ) -> Path:
        """Return the path of a block of attributes by the rules; not eligible where they, or ``reason``, forbid it.

        It runs once for each distinct block of each peer. The others are for a block that is not the one that was
        ``received``, in an earlier ``generation``, after a policy's ``change``.
        """
        rules = self.rules
        if self._lowers_all or (self._lowers and _GRACEFUL_SHUTDOWN in inputs.raw):
            received = inputs.raw if received is None else received
            inputs = rules.lowered(inputs)
        raw, next_hop, origin, length, neighbor_as, med, local_pref, originator_id, clusters, rest, path_id = inputs
        metric, unreachable = self._next_hops.known.get(next_hop) or self._next_hops.resolve(next_hop)
        if not reason:
            # Only what has octets in common with a loop is looked at closely, and what came through another AS first.
            suspicious = originator_id is not None or clusters or self._suspect in raw
            if suspicious or (self._first_asn and neighbor_as != self._first_asn):
                reason = rules.refusal(inputs)
            reason = reason or unreachable
            if reason:
                self.refused(reason)
        decision, aigp = self._decision, None
        if decision is not None:
            length, neighbor_as = decision.as_path_length_of(length), decision.neighbor_of(neighbor_as)
            med = decision.med_of(med)
            aigp = decision.aigp_of(inputs.aigp, metric)
            metric = decision.metric_of(metric)
        last = None
        if self._long_lived and STALE_OCTETS in (received or raw):
            last = with_stale_mark(raw, received or raw)
        return make_path(
            self.source,
            raw if last is None else last,
            next_hop,
            origin,
            length,
            neighbor_as,
            med,
            local_pref,
            originator_id,
            len(clusters) // 4,
            path_id,
            not reason,
            reason,
            metric,
            rules.weight if change is None or change.weight is None else change.weight,
            aigp,
            rest,
            received,
            generation,
            last is not None,
        )

    def update(self, update: Update[Path]) -> None:
        """Put an UPDATE into the tables."""
        if update.withdrawn:
            for family, keys, path_id in update.withdrawn:
                self._tables[family].withdraw(self.source, keys, path_id)
        for announced in update.announced:
            self.announce(*announced)

    def announce(self, family: Family, path: Path, keys: list[bytes], nlri: bytes | None) -> None:
        """Put routes that share ``path`` into their table; ``nlri`` is the keys' octets, or None."""
        if self.policy is ACCEPT_ALL:
            self._tables[family].announce(path, keys, nlri)
            return
        if family is not self._family:
            self._ask_of(family)
        verdict = self._always
        if verdict is None and self._common is not None:
            verdict = self._common(keys)
        if verdict is None:
            self._announce(family, path, keys, nlri)
        elif not path.eligible or (verdict.accepted and verdict.change is None):
            self._tables[family].announce(path, keys, nlri)
        else:
            self._tables[family].announce(self._with(path, verdict, family), keys, nlri)

    def before_policy(self, path: Path, received: bytes | None = None) -> Path:
        """Return ``path`` of the source as the rules make it now, before the policy; as if ``received`` had come."""
        block = path.received if received is None else received
        inputs = canonical_inputs(block, rest=path.rest, path_id=path.path_id)
        return self.make(inputs, block, path.generation)

    def judge_again(self, family: Family, path: Path, keys: list[bytes]) -> None:
        """Judge ``path`` of the source anew for ``keys``, whose it is."""
        self.take(family, self.before_policy(path), keys)

    def take(self, family: Family, path: Path, keys: list[bytes]) -> None:
        """Put ``path``, made by the rules, into the table for ``keys`` if the policy lets it."""
        self.announce(family, path, keys, None)

    def forget(self) -> None:
        """Forget remembered verdicts: a new generation begins, or the rules have changed."""
        self._judged.clear()
        self._judged_octets = 0

    def _ask_of(self, family: Family) -> None:
        """Find out what the policy says of routes of ``family`` by their destinations alone."""
        found = by_destination(self.policy, family)
        self._family = family
        self._always, self._common = (found, None) if found is None or isinstance(found, Verdict) else (None, found)

    def _announce(self, family: Family, path: Path, keys: list[bytes], nlri: bytes | None) -> None:
        table = self._tables[family]
        if not path.eligible:
            table.announce(path, keys, nlri)
        elif self._keyed or not self._remembers:
            for verdict, group in verdicts(self.policy, family, path, keys):
                table.announce(self._with(path, verdict, family), group, nlri if group is keys else None)
        else:
            judged = self._judged.get((path, None))
            if judged is None:
                answers = verdicts(self.policy, family, path, keys)
                judged = self._keep((path, None), self._with(path, answers[0][0], family))
            table.announce(judged, keys, nlri)

    def _with(self, path: Path, verdict: Verdict, family: Family) -> Path:
        """Return ``path`` with a verdict: one object for each verdict, so that its routes share it."""
        if verdict.accepted and verdict.change is None:
            return path
        judged = self._judged.get((path, verdict))
        return judged or self._keep((path, verdict), self._judge(path, verdict, family))

    def _judge(self, path: Path, verdict: Verdict, family: Family) -> Path:
        if not verdict.accepted:
            return path.refused(REFUSED_BY_POLICY + verdict.rule)
        raw, change, reason = path.received, verdict.change, ""
        if change is not None:
            try:
                raw = change.apply(raw, family)
            except ValueError as error:
                reason, change = f"{REFUSED_BY_POLICY}{verdict.rule}: {error}", None
        inputs = canonical_inputs(raw, rest=path.rest, path_id=path.path_id)
        return self.make(inputs, path.received, path.generation, reason, change)

    def _keep(self, place: tuple[Path, Verdict | None], judged: Path) -> Path:
        self._judged_octets += len(judged.raw)
        if self._judged_octets > JUDGED_OCTETS or len(self._judged) >= JUDGED_MAXIMUM:
            self.forget()
            self._judged_octets = len(judged.raw)
        self._judged[place] = judged
        return judged

"""From the UPDATEs of one peer into the tables: rules, import policy, one Path for each attribute block."""

from collections.abc import Callable, Mapping
from typing import Final

from bgpkit.policy import ACCEPT_ALL, Change, Policy, Verdict, is_keyed, is_pure, passing, verdicts
from bgpkit.speaker.import_rules import ImportRules
from bgpkit.speaker.next_hops import NextHops
from bgpkit.wire import AttributeInputs, Update, canonical_inputs
from bgpkit_fsm import Family
from bgpkit_rib import DecisionOptions, Path, Source, Table, make_path

JUDGED_MAXIMUM: Final = 262_144
"""Verdicts remembered at most; they keep paths alive."""
REFUSED_BY_POLICY: Final = "import policy "
"""How the reason of a path begins that the import policy has refused."""
_INCOMPLETE: Final = b"\2"


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
        self.refused: Callable[[str], object] = lambda _: None
        """Called with the reason why the rules forbid a path, each time that one is made."""
        self.use(rules, policy)

    def use(self, rules: ImportRules, policy: Policy) -> None:
        """Judge by ``rules`` and ``policy`` from now on; paths that are there stay until `judge_again`."""
        self.rules, self.policy = rules, policy
        own = rules.own_octets
        self._suspect = own[0] if len(own) == 1 else b""
        """What an AS_PATH holds that may be a loop; every one holds the empty string."""
        self._decision = None if rules.decision == DecisionOptions() else rules.decision
        self._keyed, self._remembers = is_keyed(policy), is_pure(policy)
        # Whether a whole block passes the policy as it is, where that can be told without asking it.
        self._passes_for: Family | None = None
        self._passes: Callable[[list[bytes]], bool] | None = None
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
        rules, next_hop = self.rules, inputs.next_hop
        get = inputs.values.get
        as_path, med, local_pref, originator_id, clusters = get(2) or b"", get(4), get(5), get(9), get(10)
        metric, unreachable = self._next_hops.known.get(next_hop) or self._next_hops.resolve(next_hop)
        if not reason:
            # Only what has octets in common with a loop is looked at closely.
            suspicious = originator_id or clusters or self._suspect in as_path
            reason = (rules.loop(inputs) if suspicious else "") or unreachable
            if reason:
                self.refused(reason)
        decision, length, neighbor_as = self._decision, inputs.as_path_length, inputs.neighbor_as
        number = None if med is None else int.from_bytes(med)
        aigp = None
        if decision is not None:
            length, neighbor_as = decision.as_path_length_of(length), decision.neighbor_of(neighbor_as)
            number = decision.med_of(number)
            aigp = decision.aigp_of(inputs.aigp, metric)
            metric = decision.metric_of(metric)
        return make_path(
            self.source,
            inputs.raw,
            next_hop,
            (get(1) or _INCOMPLETE)[0],
            length,
            neighbor_as,
            number,
            None if local_pref is None else int.from_bytes(local_pref),
            None if originator_id is None else int.from_bytes(originator_id),
            len(clusters) // 4 if clusters else 0,
            inputs.path_id,
            not reason,
            reason,
            metric,
            rules.weight if change is None or change.weight is None else change.weight,
            aigp,
            inputs.rest,
            received,
            generation,
        )

    def update(self, update: Update[Path]) -> None:
        """Put an UPDATE into the tables."""
        if update.withdrawn:
            for family, keys, path_id in update.withdrawn:
                self._tables[family].withdraw(self.source, keys, path_id)
        for family, path, keys, nlri in update.announced:
            if family is not self._passes_for:
                self._passes_for, self._passes = family, passing(self.policy, family)
            if self.policy is ACCEPT_ALL or (path.eligible and self._passes is not None and self._passes(keys)):
                self._tables[family].announce(path, keys, nlri)
            else:
                self._announce(family, path, keys, nlri)

    def before_policy(self, path: Path) -> Path:
        """Return ``path`` of the source as the rules make it now, before the policy."""
        inputs = canonical_inputs(path.received, rest=path.rest, path_id=path.path_id)
        return self.make(inputs, path.received, path.generation)

    def judge_again(self, family: Family, path: Path, keys: list[bytes]) -> None:
        """Judge ``path`` of the source anew for ``keys``, whose it is."""
        fresh = self.before_policy(path)
        if self.policy is ACCEPT_ALL:
            self._tables[family].announce(fresh, keys)
        else:
            self._announce(family, fresh, keys, None)

    def forget(self) -> None:
        """Forget remembered verdicts: a new generation begins, or the rules have changed."""
        self._judged.clear()

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
        if len(self._judged) >= JUDGED_MAXIMUM:
            self._judged.clear()
        self._judged[place] = judged
        return judged

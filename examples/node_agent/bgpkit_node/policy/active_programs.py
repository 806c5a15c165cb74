"""The rules that a node needs, and the sets that they refer to."""

from collections.abc import Mapping

from bgpkit_node.policy.member_sets import MemberSets
from bgpkit_node.policy.model import Policy, PolicyId, Profile
from bgpkit_node.policy.program import PolicyProgram, SetId
from bgpkit_node.policy.rule_program import contents, program_of_policy, program_of_profile


class ActivePrograms:
    """Programs of the policies and profiles that some local endpoint has; each wants its sets."""

    def __init__(self, sets: MemberSets) -> None:
        """Begin with none; sets are acquired and released in ``sets``."""
        self._sets = sets
        self._sources: dict[PolicyId, Policy | Profile] = {}
        self._programs: dict[PolicyId, PolicyProgram] = {}
        self._held: dict[PolicyId, frozenset[SetId]] = {}
        self._changed: dict[PolicyId, PolicyProgram | None] = {}

    def put(self, policy_id: PolicyId, source: Policy | Profile | None) -> None:
        """Have a program of ``source``, or none, if it is not there already."""
        if source is self._sources.get(policy_id):
            return
        held = self._held.pop(policy_id, frozenset())
        if source is None:
            del self._sources[policy_id], self._programs[policy_id]
            self._changed[policy_id] = None
        else:
            wanted = contents((*source.ingress, *source.egress))
            self._sets.acquire(wanted)
            self._held[policy_id] = frozenset(wanted)
            self._sources[policy_id] = source
            program = program_of_policy(source) if isinstance(source, Policy) else program_of_profile(source)
            if program != self._programs.get(policy_id):
                self._programs[policy_id] = self._changed[policy_id] = program
        self._sets.release(held)

    def take_changes(self) -> dict[PolicyId, PolicyProgram | None]:
        """Return the programs that are new, other or gone since this was asked last."""
        changed, self._changed = self._changed, {}
        return changed

    def whole(self) -> Mapping[PolicyId, PolicyProgram]:
        """Return all programs as they stand."""
        return dict(self._programs)

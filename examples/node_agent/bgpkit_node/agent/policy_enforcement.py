"""The policies of a node brought into its kernel: what blocks, for a thread of its own."""

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from bgpkit_node.agent.policy_resources import PolicyResources
from bgpkit_node.kernel import KernelError, write_sysctl
from bgpkit_node.nft import EnforcementSettings, Enforcer, KernelTable, NftError, cut_denied, one_at_a_time
from bgpkit_node.nft.configured import enforcement_settings
from bgpkit_node.policy import Evaluator, Packet, PolicyEngine, PolicyState, Verdict, state_after
from bgpkit_node.policy.model import Address
from bgpkit_node.policy.program import EndpointProgram, NodeProgram, ProgramChange
from bgpkit_node.resources import ResourceBatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What has become of a change.

    ``why_not`` says why the policies are not in force as they are stored; empty when they are. ``changed`` tells
    whether the kernel had to change for that, ``tightened`` whether connections may be there that no policy allows now;
    those from before packets were filtered here at all are not known, and nobody's to end.
    Where this machine cannot filter packets at all, ``open`` are the pods that would be open anyway. ``faults`` says by
    endpoint what cannot be enforced as it is written, while all else is; that endpoint alone is shut.
    """

    why_not: str = ""
    changed: bool = False
    tightened: bool = False
    seconds: float = 0.0
    unreadable: int = 0
    open: frozenset[str] = field(default_factory=frozenset[str])
    faults: Mapping[str, str] = field(default_factory=dict[str, str])


class PolicyEnforcement:
    """From resources to rules in the kernel; all of it in one thread, in whose network namespace the rules are."""

    def __init__(self, node: str, settings: EnforcementSettings) -> None:
        """Begin with no resource; what the kernel holds of an earlier run stays until all that is stored is known.

        ``settings`` are those of the start, which a FelixConfiguration goes before.
        """
        self._started = self._settings = settings
        self._resources = PolicyResources(node)
        self._engine = PolicyEngine(node)
        self._endpoints: dict[str, EndpointProgram] = {}
        self._state = PolicyState()
        self._enforcer: Enforcer | None = None
        self._ever = False

    def close(self) -> None:
        """Let go of the kernel; the rules stay in force."""
        if self._enforcer is not None:
            self._enforcer.close()

    def take(self, batches: Sequence[tuple[bool, ResourceBatch]]) -> Outcome:
        """Take in what a watch has told, with whether it began anew, and bring what follows from it into force.

        Without a batch all that is in the kernel is looked at, and put right: what has been refused is tried again.
        """
        for anew, batch in batches:
            self._resources.take(batch, anew=anew)
        self._settle(enforcement_settings(self._started, self._resources.settings))
        change = self._resources.take_change()
        self._state = state_after(self._state, change)
        program = self._engine.apply(change)
        fresh = {key for key, each in program.endpoints.items() if each is not None and key not in self._endpoints}
        for key, endpoint in program.endpoints.items():
            if endpoint is None:
                self._endpoints.pop(key, None)
            else:
                self._endpoints[key] = endpoint
        unreadable = len(self._resources.closed)
        began = time.perf_counter()
        try:
            settled = self._ever or self._is_filtered()
            changed = self._enforce(program if batches else None)
        except NftError as error:
            return Outcome(why_not=str(error), unreadable=unreadable, open=self._open())
        tightened = changed and settled and not (self._ever and batches and _only_brings(program, fresh))
        self._ever = True
        seconds = time.perf_counter() - began
        faults: Mapping[str, str] = self._enforcer.faults if self._enforcer is not None else {}
        return Outcome(changed=changed, tightened=tightened, seconds=seconds, unreadable=unreadable, faults=faults)

    def cut(self) -> int:
        """End the connections of this node's pods that the policies in force deny; return how many.

        Of a connection that was cut, a packet of the other direction would else pass for the first one of a new
        connection, whose answers the denied direction would then be: from now on TCP connections begin with a SYN.
        """
        with suppress(KernelError):  # ordinary users, in a namespace of theirs
            write_sysctl("netfilter/nf_conntrack_tcp_loose", "0")
        evaluator = Evaluator(self._state, self._settings.failsafe)
        here = [each.endpoint for each in self._endpoints.values()]
        addresses: set[Address] = {one for each in here if not each.host for one in each.addresses}

        def allowed(packet: Packet) -> bool:
            """Tell whether the rules of pods let a packet pass; by which interfaces of nodes it goes is not known."""
            return _allowed(evaluator.verdict(packet), self._state)

        return cut_denied(allowed, addresses, self._settings.table)

    def _settle(self, settings: EnforcementSettings) -> None:
        """Go by these settings from now on; with others than before, the whole program is rendered anew."""
        if settings != self._settings:
            self._settings = settings
            self.close()
            self._enforcer = None

    def _enforce(self, change: ProgramChange | None) -> bool:
        if self._enforcer is None:
            self._enforcer = Enforcer(self._settings)
        with one_at_a_time(self._settings.table):
            if change is None:
                return self._enforcer.enforce(self._engine.program())
            return self._enforcer.change(change, self._engine.program)

    def _open(self) -> frozenset[str]:
        """Return the pods that no policy is for, if packets are not filtered at all here."""
        with suppress(NftError):
            if self._ever or self._is_filtered():
                return frozenset()
        program = self._engine.program()
        return frozenset(key for key, each in program.endpoints.items() if not _is_selected(each, program))

    def _is_filtered(self) -> bool:
        """Tell whether the kernel has rules of an earlier run; NftError when this machine cannot have any."""
        with KernelTable(self._settings.table) as kernel:
            return kernel.comment() is not None


def _allowed(verdict: Verdict, state: PolicyState) -> bool:
    hosts = {side.endpoint for side in verdict.sides if (found := state.endpoints.get(side.endpoint)) and found.host}
    return all(side.allowed or side.endpoint in hosts for side in verdict.sides)


def _is_selected(endpoint: EndpointProgram, program: NodeProgram) -> bool:
    asked = (policy for tier in (*endpoint.ingress, *endpoint.egress) for policy in tier.policies)
    return any(not program.policies[policy].staged for policy in asked)


def _only_brings(change: ProgramChange, fresh: set[str]) -> bool:
    """Tell whether a change only brings endpoints, which have no connections yet, and what these need."""
    lost = any(each.removed for each in change.members.values())
    return change.endpoints.keys() <= fresh and not change.policies and not change.sets and not lost

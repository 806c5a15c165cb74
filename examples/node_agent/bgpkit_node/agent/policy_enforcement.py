"""The policies of a node brought into its kernel: what blocks, for a thread of its own."""

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from bgpkit_node.agent.policy_resources import PolicyResources
from bgpkit_node.agent.reverse_paths import ReversePaths
from bgpkit_node.kernel import KernelError, interface_index, write_sysctl
from bgpkit_node.nft import EnforcementSettings, Enforcer, KernelTable, NftError, cut_denied, one_at_a_time
from bgpkit_node.nft.configured import enforcement_settings
from bgpkit_node.policy import PolicyEngine, PolicyState, state_after
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
    endpoint what cannot be enforced as it is written, while all else is; that endpoint alone is shut. ``sought`` are
    the addresses by which interfaces are found, ``links`` the indexes of those that have them now.
    """

    why_not: str = ""
    changed: bool = False
    tightened: bool = False
    seconds: float = 0.0
    unreadable: int = 0
    open: frozenset[str] = field(default_factory=frozenset[str])
    faults: Mapping[str, str] = field(default_factory=dict[str, str])
    sought: frozenset[Address] = field(default_factory=frozenset[Address])
    links: frozenset[int] = field(default_factory=frozenset[int])


class PolicyEnforcement:
    """From resources to rules in the kernel; all of it in one thread, in whose network namespace the rules are."""

    def __init__(self, node: str, settings: EnforcementSettings) -> None:
        """Begin with no resource; what the kernel holds of an earlier run stays until all that is stored is known.

        ``settings`` are those of the start, which a FelixConfiguration goes before.
        """
        self._node = node
        self._started = self._settings = settings
        self._resources = PolicyResources(node)
        self._engine = PolicyEngine(node)
        self._endpoints: dict[str, EndpointProgram] = {}
        self._state = PolicyState()
        self._enforcer: Enforcer | None = None
        self._reverse_paths = ReversePaths()
        self._ever = False
        self._suspect = False
        """Whether something has come that connections may be denied by, and is not in force yet."""

    def close(self) -> None:
        """Let go of the kernel; the rules stay in force."""
        if self._enforcer is not None:
            self._enforcer.close()

    def take(self, batches: Sequence[tuple[bool, ResourceBatch]], *, moved: bool = False) -> Outcome:
        """Take in what a watch has told, with whether it began anew, and bring what follows from it into force.

        With ``moved``, an address may have come or gone by which an interface is found. With neither, all that is in
        the kernel is looked at, and put right: what has been refused is tried again.
        """
        for anew, batch in batches:
            self._resources.take(batch, anew=anew)
        resettled = self._settle(enforcement_settings(self._started, self._resources.settings))
        change = self._resources.take_change()
        self._state = state_after(self._state, change)
        program = self._engine.apply(change)
        self._suspect = self._suspect or resettled or not _only_brings_pods(program, self._endpoints)
        for key, endpoint in program.endpoints.items():
            if endpoint is None:
                self._endpoints.pop(key, None)
            else:
                self._endpoints[key] = endpoint
        unreadable = len(self._resources.closed)
        began = time.perf_counter()
        try:
            settled = self._ever or self._is_filtered()
            changed = self._enforce(program if batches or moved else None)
        except NftError as error:
            return Outcome(why_not=str(error), unreadable=unreadable, open=self._open())
        tightened = changed and settled and (self._suspect or not self._ever or not batches)
        self._ever, self._suspect = True, False
        pods = (each.endpoint for each in self._endpoints.values())
        self._reverse_paths.settle(pods, spoofing=self._settings.source_spoofing)
        seconds = time.perf_counter() - began
        done = Outcome(changed=changed, tightened=tightened, seconds=seconds, unreadable=unreadable)
        return done if self._enforcer is None else _with_places(done, self._enforcer)

    def cut(self) -> int:
        """End the connections of this node that the rules in force deny; return how many.

        Of a connection that was cut, a packet of the other direction would else pass for the first one of a new
        connection, whose answers the denied direction would then be: from now on TCP connections begin with a SYN.
        """
        with suppress(KernelError):  # ordinary users, in a namespace of theirs
            write_sysctl("netfilter/nf_conntrack_tcp_loose", "0")
        hosts: Mapping[str, str] = self._enforcer.hosts if self._enforcer is not None else {}
        return cut_denied(self._node, self._state, self._settings, self._endpoints, hosts)

    def _settle(self, settings: EnforcementSettings) -> bool:
        """Go by these settings from now on; with others than before, True: the whole program is rendered anew."""
        if settings == self._settings:
            return False
        self._settings = settings
        self.close()
        self._enforcer = None
        return True

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


def _with_places(outcome: Outcome, enforcer: Enforcer) -> Outcome:
    """Add what the enforcer knows of endpoints and their interfaces."""
    links = frozenset(map(interface_index, filter(None, enforcer.sought.values()))) - {0}
    return replace(outcome, faults=enforcer.faults, sought=frozenset(enforcer.sought), links=links)


def _is_selected(endpoint: EndpointProgram, program: NodeProgram) -> bool:
    asked = (policy for tier in (*endpoint.ingress, *endpoint.egress) for policy in tier.policies)
    return any(not program.policies[policy].staged for policy in asked)


def _only_brings_pods(change: ProgramChange, known: Mapping[str, EndpointProgram]) -> bool:
    """Tell whether a change only brings pods, which have no connections yet, and what these need."""
    lost = any(each.removed for each in change.members.values())
    fresh = all(
        each is not None and not each.endpoint.host and key not in known for key, each in change.endpoints.items()
    )
    return fresh and not change.policies and not change.sets and not lost

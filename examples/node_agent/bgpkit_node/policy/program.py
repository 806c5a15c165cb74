"""What a node enforces: the engine computes it from policies and endpoints, a renderer brings it into the kernel."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple, NewType, TypeAlias

from bgpkit_node.policy.model import Action, Address, Direction, Endpoint, IcmpMatch, Network, PolicyId, PortRange

SetId = NewType("SetId", str)
"""Names a set by what it holds, so that equal selectors share one: stable from one run to the next."""


class SetKind(Enum):
    """What the members of a set are."""

    NETWORKS = "networks"
    ADDRESS_PORTS = "address, protocol, port"


class AddressPort(NamedTuple):
    """A member of a set of named ports or of a service: protocol is a number of IANA."""

    address: Address
    protocol: int
    port: int


Member: TypeAlias = Network | AddressPort


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberSet:
    """Addresses that rules refer to; those of both families are in one, and may overlap.

    ``title`` says in the operator's words what it stands for.
    """

    id: SetId
    kind: SetKind
    members: frozenset[Member]
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SideProgram:
    """One side of a packet that a rule looks at; all that is given must hold.

    ``nets`` and ``not_nets`` are alternatives each (any of them; none of them). ``sets`` must each hold the address,
    ``not_sets`` none. A packet's port must be in ``ports`` **or** its address, protocol and port in one of
    ``port_sets``, where either is given; ``not_ports`` and ``not_port_sets`` likewise exclude it. ``service_set``, if
    given, must hold address, protocol and port.
    """

    nets: tuple[Network, ...] = ()
    not_nets: tuple[Network, ...] = ()
    sets: tuple[SetId, ...] = ()
    not_sets: tuple[SetId, ...] = ()
    ports: tuple[PortRange, ...] = ()
    not_ports: tuple[PortRange, ...] = ()
    port_sets: tuple[SetId, ...] = ()
    not_port_sets: tuple[SetId, ...] = ()
    service_set: SetId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleProgram:
    """A rule whose selectors have become sets; ``name`` is that in its resource."""

    name: str
    action: Action
    ip_version: int | None = None
    protocol: int | None = None
    not_protocol: int | None = None
    icmp: IcmpMatch | None = None
    not_icmp: IcmpMatch | None = None
    source: SideProgram = field(default_factory=SideProgram)
    destination: SideProgram = field(default_factory=SideProgram)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyProgram:
    """The rules of a policy, or of a profile, in order; shared by all endpoints it is for."""

    id: PolicyId
    ingress: tuple[RuleProgram, ...] = ()
    egress: tuple[RuleProgram, ...] = ()
    staged: bool = False
    do_not_track: bool = False
    pre_dnat: bool = False
    apply_on_forward: bool = False

    def rules(self, direction: Direction) -> tuple[RuleProgram, ...]:
        """Return the rules of a direction."""
        return self.ingress if direction is Direction.INGRESS else self.egress


@dataclass(frozen=True, slots=True, kw_only=True)
class TierProgram:
    """The policies of a tier that are for an endpoint in one direction, in order, and what is done at its end.

    ``default`` is Pass also where none of the policies can end the tier: each is staged, or is asked before connections
    are tracked or translated. A tier of which no policy is for the endpoint in this direction is left out.
    """

    name: str
    policies: tuple[PolicyId, ...]
    default: Action


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointProgram:
    """What is asked of the packets of one local endpoint, by direction.

    After the tiers come the profiles, if no tier has decided; after the profiles the packet is denied. A direction in
    ``open`` has no policy, staged ones aside, and no profile, and lets all packets pass, as Kubernetes wants it of
    pods; interfaces of nodes are never open. A profile that does not exist is not among ``profiles``.
    """

    endpoint: Endpoint
    ingress: tuple[TierProgram, ...] = ()
    egress: tuple[TierProgram, ...] = ()
    profiles: tuple[PolicyId, ...] = ()
    open: frozenset[Direction] = frozenset()

    def tiers(self, direction: Direction) -> tuple[TierProgram, ...]:
        """Return the tiers of a direction."""
        return self.ingress if direction is Direction.INGRESS else self.egress


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeProgram:
    """All that a node enforces at one moment: endpoints by key, rules by policy, sets by id.

    ``node_addresses`` are the node's own, from which its pods may always be reached; ``peers`` those of other nodes.
    """

    endpoints: Mapping[str, EndpointProgram]
    policies: Mapping[PolicyId, PolicyProgram]
    sets: Mapping[SetId, MemberSet]
    node_addresses: frozenset[Address] = frozenset()
    peers: frozenset[Address] = frozenset()


class SetChange(NamedTuple):
    """Members that come to and go from a set that is there before and after."""

    added: frozenset[Member]
    removed: frozenset[Member]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramChange:
    """What differs from one :class:`NodeProgram` to the next; a value of None is something that is gone."""

    endpoints: Mapping[str, EndpointProgram | None]
    policies: Mapping[PolicyId, PolicyProgram | None]
    sets: Mapping[SetId, MemberSet | None]
    members: Mapping[SetId, SetChange]
    node_addresses: frozenset[Address] | None = None
    peers: frozenset[Address] | None = None

"""What network policies say, in one form, whichever kind of resource said it."""

from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from math import inf
from typing import Final, NamedTuple, TypeAlias

from bgpkit_node.resources import Selector

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

DEFAULT_TIER: Final = "default"


class Action(Enum):
    """What becomes of a packet that a rule matches.

    After ``LOG`` the next rule is looked at, after ``NEXT_TIER`` the next tier.
    """

    ALLOW = "Allow"
    DENY = "Deny"
    LOG = "Log"
    NEXT_TIER = "Pass"


class Direction(Enum):
    """Which way a packet goes, seen from the endpoint."""

    INGRESS = "Ingress"
    EGRESS = "Egress"


class PolicyId(NamedTuple):
    """Which resource a policy comes from; ``namespace`` is empty for kinds without one."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        """Give kind and name as ``NetworkPolicy(default/db)``."""
        return f"{self.kind}({self.namespace}/{self.name})" if self.namespace else f"{self.kind}({self.name})"


class PortRange(NamedTuple):
    """Ports from ``first`` to ``last``, both of them included."""

    first: int
    last: int


class ServiceId(NamedTuple):
    """A Kubernetes service, which stands for the addresses and ports of its endpoints."""

    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class IcmpMatch:
    """Messages of a type, and of a code if one is given."""

    type: int | None = None
    code: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One side of a packet; what is empty or None restricts nothing, and all that is given must hold.

    ``selector`` is over effective labels (:class:`Endpoint`) of endpoints and network sets. A port is a range, or a
    name that each endpoint gives a number to. ``service`` stands for the addresses, protocols and ports of a service.
    """

    nets: tuple[Network, ...] = ()
    not_nets: tuple[Network, ...] = ()
    selector: Selector | None = None
    not_selector: Selector | None = None
    ports: tuple[PortRange | str, ...] = ()
    not_ports: tuple[PortRange | str, ...] = ()
    service: ServiceId | None = None


ANYWHERE: Final = Match()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of a policy, for packets of one direction.

    ``name`` says which it is in its resource, as ``ingress[0]`` or ``ingress[0].from[1]``. Several ``icmp`` are
    alternatives. Protocols are numbers of IANA.
    """

    name: str
    action: Action = Action.ALLOW
    ip_version: int | None = None
    protocol: int | None = None
    not_protocol: int | None = None
    icmp: IcmpMatch | None = None
    not_icmp: IcmpMatch | None = None
    source: Match = ANYWHERE
    destination: Match = ANYWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy: the endpoints it is for, the directions it decides, and its rules in order.

    Policies of a tier come by ``order``, then by name; one without an order comes last. A ``staged`` policy is counted
    and decides nothing.
    """

    id: PolicyId
    selector: Selector
    directions: frozenset[Direction]
    tier: str = DEFAULT_TIER
    order: float = inf
    ingress: tuple[Rule, ...] = ()
    egress: tuple[Rule, ...] = ()
    staged: bool = False
    do_not_track: bool = False
    pre_dnat: bool = False
    apply_on_forward: bool = False

    def rules(self, direction: Direction) -> tuple[Rule, ...]:
        """Return the rules of a direction."""
        return self.ingress if direction is Direction.INGRESS else self.egress


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A stage of the decision: where a policy of it is for an endpoint and no rule matched, ``default`` is done."""

    name: str
    order: float = 1_000_000
    default: Action = Action.DENY


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Rules for packets that no tier decides, and labels that endpoints inherit: :class:`Endpoint` has them already."""

    name: str
    ingress: tuple[Rule, ...] = ()
    egress: tuple[Rule, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()


class NamedPort(NamedTuple):
    """A name for a port of an endpoint."""

    name: str
    protocol: int
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A pod's or a node's interface.

    ``key`` is unique among all endpoints (``default/nginx``). ``labels`` are its own and those that the system adds:
    the namespace, the orchestrator, the service account, and the namespace's labels with ``pcns.`` before them: all
    that selectors see. Only a ``local`` endpoint is programmed. ``host`` is set for an interface of a node.
    """

    key: str
    node: str
    labels: tuple[tuple[str, str], ...] = ()
    addresses: tuple[Address, ...] = ()
    ports: tuple[NamedPort, ...] = ()
    profiles: tuple[str, ...] = ()
    interface: str = ""
    local: bool = False
    host: bool = False
    spoofable: tuple[Network, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSet:
    """Networks with labels, which selectors find as they find endpoints."""

    key: str
    labels: tuple[tuple[str, str], ...] = ()
    nets: tuple[Network, ...] = ()

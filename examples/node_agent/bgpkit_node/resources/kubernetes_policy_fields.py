"""What NetworkPolicies of Kubernetes are built of: peers, ports and rules."""

from enum import Enum
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Final

import msgspec

from bgpkit_node.resources.address_text import parse_interface
from bgpkit_node.resources.label_selector import LabelSelector
from bgpkit_node.resources.part import StrictPart
from bgpkit_node.resources.policy_fields import PolicyType, types_of

_TYPES: Final = 2


class TransportProtocol(Enum):
    """What ports belong to."""

    TCP = "TCP"
    UDP = "UDP"
    SCTP = "SCTP"


class IPBlock(StrictPart, frozen=True, kw_only=True):
    """A network without some of its parts."""

    cidr: str
    excepted: tuple[str, ...] = msgspec.field(default=(), name="except")

    @property
    def network(self) -> IPv4Network | IPv6Network:
        """The network."""
        return parse_interface(self.cidr).network

    @property
    def excepted_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The parts that do not belong to it."""
        return tuple(parse_interface(text).network for text in self.excepted)


class PolicyPort(StrictPart, frozen=True, kw_only=True):
    """Ports of a protocol: one by number or by name, a range up to ``end_port``, or all of them."""

    protocol: TransportProtocol = TransportProtocol.TCP
    port: int | str | None = None
    end_port: int | None = None


class PolicyPeer(StrictPart, frozen=True, kw_only=True):
    """Who a packet comes from or goes to: pods by their labels and those of their namespaces, or a network.

    Without a ``namespace_selector`` it is pods of the policy's own namespace, without a ``pod_selector`` all pods of
    the namespaces.
    """

    pod_selector: LabelSelector | None = None
    namespace_selector: LabelSelector | None = None
    ip_block: IPBlock | None = None


class IngressRule(StrictPart, frozen=True, kw_only=True):
    """What may come in: from any of the peers, to any of the ports; no peers are all, and so are no ports."""

    ports: tuple[PolicyPort, ...] = ()
    peers: tuple[PolicyPeer, ...] = msgspec.field(default=(), name="from")


class EgressRule(StrictPart, frozen=True, kw_only=True):
    """What may go out: to any of the peers, to any of the ports; no peers are all, and so are no ports."""

    ports: tuple[PolicyPort, ...] = ()
    peers: tuple[PolicyPeer, ...] = msgspec.field(default=(), name="to")


class KubernetesPolicySpec(StrictPart, frozen=True, kw_only=True):
    """Which pods of the namespace a policy is for, and what they may; ``policy_types`` are filled in when left out."""

    pod_selector: LabelSelector = LabelSelector()
    policy_types: Annotated[tuple[PolicyType, ...], msgspec.Meta(max_length=_TYPES)] = ()
    ingress: tuple[IngressRule, ...] = ()
    egress: tuple[EgressRule, ...] = ()

    def __post_init__(self) -> None:
        """Fill in what is left out: Ingress always, Egress when there is a rule for it."""
        if not self.policy_types:
            types = types_of(ingress=True, egress=bool(self.egress))
            msgspec.structs.force_setattr(self, "policy_types", types)

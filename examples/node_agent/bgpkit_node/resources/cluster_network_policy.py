"""ClusterNetworkPolicy, policy.networking.k8s.io/v1alpha2: rules before and after those of namespaces."""

from collections.abc import Iterator
from enum import Enum
from typing import Annotated, Any, ClassVar, Final

import msgspec

from bgpkit_node.resources.cluster_policy_checks import (
    check_egress_peers,
    check_ingress_peers,
    check_interval,
    check_one_of,
    check_subject,
)
from bgpkit_node.resources.cluster_policy_fields import (
    ClusterEgressPeer,
    ClusterIngressPeer,
    PolicySubject,
    PortInterval,
    PortNumber,
    Priority,
    RuleName,
)
from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.kind import Column, Resource, ResourceKind
from bgpkit_node.resources.kubernetes_policy_checks import check_named_port
from bgpkit_node.resources.metadata import check_metadata
from bgpkit_node.resources.part import StrictPart

_MOST: Final = 25


class ClusterTier(Enum):
    """Whether a policy is asked before the NetworkPolicies of namespaces, or after them."""

    ADMIN = "Admin"
    BASELINE = "Baseline"


class ClusterAction(Enum):
    """What becomes of a packet; NEXT_TIER passes over the other policies of the tier."""

    ACCEPT = "Accept"
    DENY = "Deny"
    NEXT_TIER = "Pass"


class DestinationPort(StrictPart, frozen=True, kw_only=True):
    """A port, or a range; exactly one is set."""

    number: PortNumber | None = None
    range: PortInterval | None = None


class ProtocolMatch(StrictPart, frozen=True, kw_only=True):
    """Packets of a protocol to a port."""

    destination_port: DestinationPort


class ClusterProtocol(StrictPart, frozen=True, kw_only=True):
    """A protocol with its ports, or a named port of whatever protocol; exactly one is set."""

    tcp: ProtocolMatch | None = None
    udp: ProtocolMatch | None = None
    sctp: ProtocolMatch | None = None
    destination_named_port: str = ""


Protocols = Annotated[tuple[ClusterProtocol, ...], msgspec.Meta(max_length=_MOST)]


class ClusterIngressRule(StrictPart, frozen=True, kw_only=True):
    """What becomes of packets from any of the peers, by any of the protocols; no protocols are all."""

    name: RuleName = ""
    action: ClusterAction
    peers: Annotated[tuple[ClusterIngressPeer, ...], msgspec.Meta(max_length=_MOST)] = msgspec.field(name="from")
    protocols: Protocols = ()


class ClusterEgressRule(StrictPart, frozen=True, kw_only=True):
    """What becomes of packets to any of the peers, by any of the protocols; no protocols are all."""

    name: RuleName = ""
    action: ClusterAction
    peers: Annotated[tuple[ClusterEgressPeer, ...], msgspec.Meta(max_length=_MOST)] = msgspec.field(name="to")
    protocols: Protocols = ()


class ClusterNetworkPolicySpec(StrictPart, frozen=True, kw_only=True):
    """Whom the policy is for, its place, and its rules; in each list the first that matches decides."""

    tier: ClusterTier
    priority: Priority
    subject: PolicySubject
    ingress: Annotated[tuple[ClusterIngressRule, ...], msgspec.Meta(max_length=_MOST)] = ()
    egress: Annotated[tuple[ClusterEgressRule, ...], msgspec.Meta(max_length=_MOST)] = ()


class ClusterNetworkPolicy(Resource, frozen=True, kw_only=True):
    """Rules before and after those of namespaces."""

    kind: ClassVar[str] = "ClusterNetworkPolicy"
    api_version: ClassVar[str] = "policy.networking.k8s.io/v1alpha2"
    spec: ClusterNetworkPolicySpec
    status: Any = None


def check_cluster_network_policy(policy: ClusterNetworkPolicy) -> Iterator[Fault]:
    """Yield what is wrong with one policy."""
    yield from check_metadata(policy.metadata)
    yield from check_subject(policy.spec.subject)
    for index, incoming in enumerate(policy.spec.ingress):
        yield from check_ingress_peers(f"spec.ingress[{index}].from", incoming.peers)
        yield from _check_protocols(f"spec.ingress[{index}].protocols", incoming.protocols)
    for index, outgoing in enumerate(policy.spec.egress):
        yield from check_egress_peers(f"spec.egress[{index}].to", outgoing.peers)
        yield from _check_protocols(f"spec.egress[{index}].protocols", outgoing.protocols)


def _check_protocols(field: str, protocols: tuple[ClusterProtocol, ...]) -> Iterator[Fault]:
    for index, protocol in enumerate(protocols):
        place = f"{field}[{index}]"
        matches = {"tcp": protocol.tcp, "udp": protocol.udp, "sctp": protocol.sctp}
        named = protocol.destination_named_port
        yield from check_one_of(place, {**matches, "destinationNamedPort": named or None})
        if named:
            yield from check_named_port(f"{place}.destinationNamedPort", named)
        for name, match in matches.items():
            if match is not None:
                yield from _check_port(f"{place}.{name}.destinationPort", match.destination_port)


def _check_port(place: str, port: DestinationPort) -> Iterator[Fault]:
    yield from check_one_of(place, {"number": port.number, "range": port.range})
    if port.range is not None:
        yield from check_interval(f"{place}.range", port.range)


_COLUMNS: Final[tuple[Column[ClusterNetworkPolicy], ...]] = (
    Column("NAME", lambda policy, _: policy.name),
    Column("TIER", lambda policy, _: policy.spec.tier.value),
    Column("PRIORITY", lambda policy, _: str(policy.spec.priority)),
)

CLUSTER_NETWORK_POLICY: Final[ResourceKind[ClusterNetworkPolicy]] = ResourceKind(
    name="ClusterNetworkPolicy",
    plural="clusternetworkpolicies",
    aliases=frozenset({"cnp", "cnps"}),
    type=ClusterNetworkPolicy,
    narrow=_COLUMNS,
    wide=_COLUMNS,
    check=check_cluster_network_policy,
)

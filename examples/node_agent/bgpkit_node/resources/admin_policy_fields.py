"""What AdminNetworkPolicy and BaselineAdminNetworkPolicy are built of: ports and rules."""

from enum import Enum
from typing import Annotated, Final

import msgspec

from bgpkit_node.resources.cluster_policy_fields import (
    ClusterEgressPeer,
    ClusterIngressPeer,
    PortInterval,
    PortNumber,
    RuleName,
)
from bgpkit_node.resources.kubernetes_policy_fields import TransportProtocol
from bgpkit_node.resources.part import StrictPart

_MOST: Final = 100


class AdminAction(Enum):
    """What becomes of a packet; NEXT_TIER leaves it to the policies of namespaces."""

    ALLOW = "Allow"
    DENY = "Deny"
    NEXT_TIER = "Pass"


class AdminPortNumber(StrictPart, frozen=True, kw_only=True):
    """One port of a protocol."""

    protocol: TransportProtocol = TransportProtocol.TCP
    port: PortNumber


class AdminPortRange(PortInterval, frozen=True, kw_only=True):
    """A range of ports of a protocol."""

    protocol: TransportProtocol = TransportProtocol.TCP


class AdminPort(StrictPart, frozen=True, kw_only=True):
    """Ports by number, by the name that a pod gives one, or by range; exactly one is set."""

    port_number: AdminPortNumber | None = None
    named_port: str | None = None
    port_range: AdminPortRange | None = None


AdminPorts = Annotated[tuple[AdminPort, ...], msgspec.Meta(max_length=_MOST)]
"""The ports of a rule."""


class AdminIngressRule(StrictPart, frozen=True, kw_only=True):
    """What becomes of packets from any of the peers, to any of the ports; no ports are all."""

    name: RuleName = ""
    action: AdminAction
    peers: Annotated[tuple[ClusterIngressPeer, ...], msgspec.Meta(max_length=_MOST)] = msgspec.field(name="from")
    ports: AdminPorts = ()


class AdminEgressRule(StrictPart, frozen=True, kw_only=True):
    """What becomes of packets to any of the peers, to any of the ports; no ports are all."""

    name: RuleName = ""
    action: AdminAction
    peers: Annotated[tuple[ClusterEgressPeer, ...], msgspec.Meta(max_length=_MOST)] = msgspec.field(name="to")
    ports: AdminPorts = ()


AdminIngressRules = Annotated[tuple[AdminIngressRule, ...], msgspec.Meta(max_length=_MOST)]
"""The rules for packets to the pods; the first that matches decides."""

AdminEgressRules = Annotated[tuple[AdminEgressRule, ...], msgspec.Meta(max_length=_MOST)]
"""The rules for packets from the pods; the first that matches decides."""

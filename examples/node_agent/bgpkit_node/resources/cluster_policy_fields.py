"""What policies for a whole cluster are built of (policy.networking.k8s.io): whom they are for, and peers."""

from typing import Annotated, Final

import msgspec

from bgpkit_node.resources.label_selector import LabelSelector
from bgpkit_node.resources.part import StrictPart

_NETWORKS: Final = 25
_DOMAINS: Final = 25
_LONGEST_NAME: Final = 100

Priority = Annotated[int, msgspec.Meta(ge=0, le=1000)]
"""The place among the policies of a tier: the lowest comes first."""

RuleName = Annotated[str, msgspec.Meta(max_length=_LONGEST_NAME)]
"""What a rule is called in messages."""

PortNumber = Annotated[int, msgspec.Meta(ge=1, le=65535)]
"""A port."""


class NamespacedPods(StrictPart, frozen=True, kw_only=True):
    """The pods with some labels in the namespaces with some labels."""

    namespace_selector: LabelSelector
    pod_selector: LabelSelector


class PolicySubject(StrictPart, frozen=True, kw_only=True):
    """Whom a policy is for: all pods of some namespaces, or some of their pods; exactly one is set."""

    namespaces: LabelSelector | None = None
    pods: NamespacedPods | None = None


class ClusterIngressPeer(StrictPart, frozen=True, kw_only=True):
    """Who a packet comes from; exactly one is set."""

    namespaces: LabelSelector | None = None
    pods: NamespacedPods | None = None


class ClusterEgressPeer(StrictPart, frozen=True, kw_only=True):
    """Who a packet goes to; exactly one is set.

    ``nodes`` and ``domain_names`` are known so that they can be refused.
    """

    namespaces: LabelSelector | None = None
    pods: NamespacedPods | None = None
    nodes: LabelSelector | None = None
    networks: Annotated[tuple[str, ...], msgspec.Meta(max_length=_NETWORKS)] = ()
    domain_names: Annotated[tuple[str, ...], msgspec.Meta(max_length=_DOMAINS)] = ()


class PortInterval(StrictPart, frozen=True, kw_only=True):
    """Ports from ``start`` to ``end``, both of them included."""

    start: PortNumber
    end: PortNumber

"""What is wrong with policies of Calico, whichever their kind."""

import math
from collections.abc import Iterator
from typing import Final, Protocol

from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.field_checks import check_selector
from bgpkit_node.resources.metadata import Metadata, check_metadata, check_name
from bgpkit_node.resources.policy_fields import GlobalPolicySpec, PolicySpec, PolicyType
from bgpkit_node.resources.policy_rule_checks import RuleScope, check_rules

KUBERNETES_PREFIX: Final = "knp.default."
"""How names of policies begin that were made from those of Kubernetes."""


class Policy(Protocol):
    """A policy of any kind."""

    @property
    def metadata(self) -> Metadata:
        """Its metadata."""
        ...

    @property
    def spec(self) -> PolicySpec:
        """What it says."""
        ...


class GlobalPolicy(Protocol):
    """A policy of any kind that belongs to no namespace."""

    @property
    def metadata(self) -> Metadata:
        """Its metadata."""
        ...

    @property
    def spec(self) -> GlobalPolicySpec:
        """What it says."""
        ...


def check_namespaced_policy(policy: Policy) -> Iterator[Fault]:
    """Yield what is wrong with one policy of a namespace."""
    yield from check_metadata(policy.metadata, namespaced=True)
    yield from _check_spec(policy.spec, RuleScope.NAMESPACE)


def check_global_policy(policy: GlobalPolicy) -> Iterator[Fault]:
    """Yield what is wrong with one policy that belongs to no namespace."""
    yield from check_metadata(policy.metadata)
    spec = policy.spec
    yield from _check_spec(spec, RuleScope.GLOBAL)
    yield from check_selector("spec.namespaceSelector", spec.namespace_selector)
    if spec.pre_dnat and spec.do_not_track:
        yield Fault("spec.doNotTrack", "cannot be true together with preDNAT")
    if (spec.pre_dnat or spec.do_not_track) and not spec.apply_on_forward:
        yield Fault("spec.applyOnForward", "must be true for a policy with preDNAT or doNotTrack")
    if spec.pre_dnat and spec.egress:
        yield Fault("spec.egress", "must be empty for a policy with preDNAT: it is for packets that come in")
    if spec.pre_dnat and not spec.egress and PolicyType.EGRESS in spec.types:
        yield Fault("spec.types", "cannot name Egress in a policy with preDNAT")


def check_policy_name(policy: Policy) -> Iterator[Fault]:
    """Yield a fault for a name that people cannot give: it is that of a policy of Kubernetes in Calico's store."""
    if policy.metadata.name.startswith(KUBERNETES_PREFIX):
        text = f"cannot begin with {KUBERNETES_PREFIX}: write a NetworkPolicy of networking.k8s.io/v1 instead"
        yield Fault("metadata.name", text)


def check_order(field: str, order: float | None) -> Iterator[Fault]:
    """Yield what is wrong with the place of a policy or a tier."""
    if order is not None and not math.isfinite(order):
        yield Fault(field, f"must be a number, not {order}")


def _check_spec(spec: PolicySpec, scope: RuleScope) -> Iterator[Fault]:
    yield from check_name("spec.tier", spec.tier)
    yield from check_order("spec.order", spec.order)
    yield from check_selector("spec.selector", spec.selector)
    yield from check_selector("spec.serviceAccountSelector", spec.service_account_selector)
    if len(set(spec.types)) != len(spec.types):
        yield Fault("spec.types", "names a direction twice")
    yield from check_rules("spec.ingress", spec.ingress, scope)
    yield from check_rules("spec.egress", spec.egress, scope)

"""Calico's policies, profiles, tiers and network sets as what decides about packets."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from bgpkit_node import resources
from bgpkit_node.policy import scope
from bgpkit_node.policy.model import (
    Action,
    Direction,
    IcmpMatch,
    Match,
    Network,
    NetworkSet,
    Policy,
    PolicyId,
    PortRange,
    Profile,
    Rule,
    ServiceId,
    Tier,
)
from bgpkit_node.policy.protocols import protocol_number
from bgpkit_node.policy.system_labels import labels_in_namespace
from bgpkit_node.resources import Selector, parse_rule_port, parse_selector
from bgpkit_node.resources.address_text import parse_interface

CalicoPolicy: TypeAlias = (
    resources.NetworkPolicy
    | resources.GlobalNetworkPolicy
    | resources.StagedNetworkPolicy
    | resources.StagedGlobalNetworkPolicy
)


def policy_of_calico(resource: CalicoPolicy) -> Policy | None:
    """Return what a policy says; None for a staged one that only says what is to be done with another."""
    spec, namespace = resource.spec, resource.namespace
    staged = False
    if isinstance(spec, resources.StagedNetworkPolicySpec | resources.StagedGlobalNetworkPolicySpec):
        staged = True
        if spec.staged_action is not resources.StagedAction.SET:
            return None
    policy = Policy(
        id=PolicyId(resource.kind, namespace, resource.name),
        selector=_selector(spec, namespace),
        directions=frozenset(Direction(each.value) for each in spec.types),
        tier=spec.tier,
        order=spec.effective_order,
        ingress=tuple(rules_of(spec.ingress, "ingress", namespace)),
        egress=tuple(rules_of(spec.egress, "egress", namespace)),
        staged=staged,
    )
    if not isinstance(spec, resources.GlobalPolicySpec):
        return policy
    return replace(
        policy,
        do_not_track=spec.do_not_track,
        pre_dnat=spec.pre_dnat,
        apply_on_forward=spec.apply_on_forward,
    )


def profile_of_calico(resource: resources.Profile) -> Profile:
    """Return what a profile says."""
    return Profile(
        name=resource.name,
        ingress=tuple(rules_of(resource.spec.ingress, "ingress", "")),
        egress=tuple(rules_of(resource.spec.egress, "egress", "")),
        labels=tuple(sorted(resource.spec.labels_to_apply.items())),
    )


def tier_of_calico(resource: resources.Tier) -> Tier:
    """Return the tier that a resource describes."""
    default = Action(resource.spec.default_action.value)
    return Tier(name=resource.name, order=resource.effective_order, default=default)


def network_set_of_calico(
    resource: resources.NetworkSet | resources.GlobalNetworkSet, namespace_labels: Mapping[str, str]
) -> NetworkSet:
    """Return a network set with all labels that selectors see; those of its namespace are given."""
    own = resource.metadata.labels
    labels = tuple(sorted(own.items()))
    if resource.namespace:
        labels = labels_in_namespace(own, resource.namespace, namespace_labels)
    return NetworkSet(key=resource.qualified_name, labels=labels, nets=resource.spec.networks)


def rules_of(rules: Sequence[resources.PolicyRule], way: str, namespace: str) -> Iterator[Rule]:
    """Yield the rules of a direction; ``namespace`` is that of the policy, if it has one."""
    for index, rule in enumerate(rules):
        yield Rule(
            name=f"{way}[{index}]",
            action=Action(rule.action.value),
            ip_version=_ip_version(rule),
            protocol=None if rule.protocol is None else protocol_number(rule.protocol),
            not_protocol=None if rule.not_protocol is None else protocol_number(rule.not_protocol),
            icmp=_icmp(rule.icmp),
            not_icmp=_icmp(rule.not_icmp),
            source=_match(rule.source, namespace),
            destination=_match(rule.destination, namespace),
        )


def _selector(spec: resources.PolicySpec, namespace: str) -> Selector:
    where = [scope.in_namespace(namespace)] if namespace else []
    if isinstance(spec, resources.GlobalPolicySpec) and spec.namespace_selector:
        where = [scope.in_namespaces(parse_selector(spec.namespace_selector))]
    accounts = scope.of_accounts((), parse_selector(spec.service_account_selector))
    return scope.both(*where, accounts, parse_selector(spec.selector))


def _match(side: resources.EntityRule, namespace: str) -> Match:
    service = None
    if side.services is not None:
        service = ServiceId(side.services.namespace or namespace, side.services.name)
    return Match(
        nets=_networks(side.nets),
        not_nets=_networks(side.not_nets),
        selector=_found_by(side, namespace),
        not_selector=parse_selector(side.not_selector) if side.not_selector else None,
        ports=_ports(side.ports),
        not_ports=_ports(side.not_ports),
        service=service,
    )


def _found_by(side: resources.EntityRule, namespace: str) -> Selector | None:
    """Return the selector of a side; without a namespaceSelector it looks in the policy's own namespace."""
    chosen: list[Selector] = []
    if side.namespace_selector:
        chosen.append(scope.in_namespaces(parse_selector(side.namespace_selector)))
    elif namespace and (side.selector or side.not_selector or side.service_accounts):
        chosen.append(scope.in_namespace(namespace))
    if side.service_accounts is not None:
        accounts = side.service_accounts
        chosen.append(scope.of_accounts(accounts.names, parse_selector(accounts.selector)))
    if side.selector:
        chosen.append(parse_selector(side.selector))
    return scope.both(*chosen) if chosen else None


def _ip_version(rule: resources.PolicyRule) -> int | None:
    """Return the IP version that a rule is for; that of its networks, if it names any, also of those left out."""
    if rule.ip_version is not None:
        return rule.ip_version.value
    sides = (rule.source, rule.destination)
    texts = [text for side in sides for text in (*side.nets, *side.not_nets)]
    return parse_interface(texts[0]).version if texts else None


def _icmp(fields: resources.IcmpFields | None) -> IcmpMatch | None:
    if fields is None or (fields.type is None and fields.code is None):
        return None
    return IcmpMatch(fields.type, fields.code)


def _networks(texts: Iterable[str]) -> tuple[Network, ...]:
    return tuple(parse_interface(text).network for text in texts)


def _ports(ports: Iterable[int | str]) -> tuple[PortRange | str, ...]:
    parsed = map(parse_rule_port, ports)
    return tuple(port if isinstance(port, str) else PortRange(port.start, port.stop - 1) for port in parsed)

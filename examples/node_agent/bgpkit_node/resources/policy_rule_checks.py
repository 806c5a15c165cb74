"""What is wrong with the rules of Calico's policies and profiles."""

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Final

from bgpkit_node.resources.address_text import parse_interface, parse_protocol
from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.field_checks import check_selector, check_text
from bgpkit_node.resources.metadata import check_annotations, check_name
from bgpkit_node.resources.policy_rule import EntityRule, IcmpFields, PolicyRule
from bgpkit_node.resources.rule_port import parse_rule_port
from bgpkit_node.resources.selector import parse_selector

_WITH_PORTS: Final = frozenset({"TCP", "UDP", "SCTP", 6, 17, 132})
_ICMP: Final[dict[int | str, int]] = {"ICMP": 4, 1: 4, "ICMPv6": 6, 58: 6}
"""The IP version of each protocol of control messages."""


class RuleScope(Enum):
    """Whose rules they are: of something in a namespace, or in none."""

    NAMESPACE = "namespace"
    GLOBAL = "global"


def check_rules(field: str, rules: Sequence[PolicyRule], scope: RuleScope) -> Iterator[Fault]:
    """Yield what is wrong with the rules in ``field``, whose last part is ``ingress`` or ``egress``."""
    far_side = "source" if field.endswith("ingress") else "destination"
    for index, rule in enumerate(rules):
        place = f"{field}[{index}]"
        yield from _check_protocols(place, rule)
        yield from _check_icmp(f"{place}.icmp", rule, rule.icmp)
        yield from _check_icmp(f"{place}.notICMP", rule, rule.not_icmp)
        yield from _check_families(place, rule)
        for name, side in (("source", rule.source), ("destination", rule.destination)):
            yield from _check_side(f"{place}.{name}", side)
            yield from _check_ports(f"{place}.{name}", rule, side)
            yield from _check_service(f"{place}.{name}", side, scope, far=name == far_side)
        if rule.http is not None:
            text = "cannot be enforced: a packet does not tell what a request asks; write protocol and ports instead"
            yield Fault(f"{place}.http", text)
        if rule.metadata is not None:
            yield from check_annotations(f"{place}.metadata.annotations", rule.metadata.annotations)


def _plain(protocol: int | str | None) -> int | str | None:
    """Return the protocol by number, if it was written as one, else its name."""
    if isinstance(protocol, str) and protocol.isdecimal():
        return int(protocol)
    return protocol


def _check_protocols(place: str, rule: PolicyRule) -> Iterator[Fault]:
    for name, protocol in (("protocol", rule.protocol), ("notProtocol", rule.not_protocol)):
        if protocol is None:
            continue
        try:
            parse_protocol(protocol)
        except ValueError as error:
            yield Fault(f"{place}.{name}", str(error))
            continue
        version = _ICMP.get(_plain(protocol) or "")
        if version is not None and rule.ip_version is not None and rule.ip_version.value != version:
            yield Fault(f"{place}.ipVersion", f"must be {version} for the {name} {protocol}")


def _check_icmp(place: str, rule: PolicyRule, icmp: IcmpFields | None) -> Iterator[Fault]:
    if icmp is None:
        return
    if icmp.code is not None and icmp.type is None:
        yield Fault(f"{place}.type", "is required where a code is given")
    if (icmp.type is not None or icmp.code is not None) and _plain(rule.protocol) not in _ICMP:
        yield Fault(place, "can only be used with the protocol ICMP or ICMPv6")


def _check_families(place: str, rule: PolicyRule) -> Iterator[Fault]:
    """Yield a fault for the first network that is not of the IP version of the rule, or of those before it."""
    version = rule.ip_version.value if rule.ip_version else None
    because = "spec.ipVersion"
    if version is not None:
        because = f"ipVersion is {version}"
    for name, side in (("source", rule.source), ("destination", rule.destination)):
        for list_name, nets in (("nets", side.nets), ("notNets", side.not_nets)):
            for index, text in enumerate(nets):
                try:
                    found: int = parse_interface(text).version
                except ValueError:
                    continue
                if version is not None and found != version:
                    text = f"{text} is an IPv{found} network, and {because}: a rule is for one IP version"
                    yield Fault(f"{place}.{name}.{list_name}[{index}]", text)
                    return
                if version is None:
                    version, because = found, f"{text} in {name}.{list_name} is an IPv{found} one"


def _check_side(place: str, side: EntityRule) -> Iterator[Fault]:
    for name, nets in (("nets", side.nets), ("notNets", side.not_nets)):
        for index, text in enumerate(nets):
            yield from check_text(f"{place}.{name}[{index}]", text or "(empty)", parse_interface)
    yield from check_selector(f"{place}.selector", side.selector)
    yield from check_selector(f"{place}.notSelector", side.not_selector)
    yield from check_selector(f"{place}.namespaceSelector", side.namespace_selector, global_allowed=True)
    yield from _check_global(f"{place}.namespaceSelector", side.namespace_selector)
    accounts = side.service_accounts
    if accounts is not None:
        yield from check_selector(f"{place}.serviceAccounts.selector", accounts.selector)
        for index, name in enumerate(accounts.names):
            yield from check_name(f"{place}.serviceAccounts.names[{index}]", name)


def _check_global(place: str, text: str) -> Iterator[Fault]:
    try:
        selector = parse_selector(text)
    except ValueError:
        return
    if selector.uses_global and selector.canonical != "global()":
        yield Fault(place, "global() cannot be combined with anything else")


def _check_ports(place: str, rule: PolicyRule, side: EntityRule) -> Iterator[Fault]:
    for name, ports in (("ports", side.ports), ("notPorts", side.not_ports)):
        parsed: list[range | str] = []
        for index, port in enumerate(ports):
            try:
                parsed.append(parse_rule_port(port))
            except ValueError as error:
                yield Fault(f"{place}.{name}[{index}]", str(error))
        if rule.protocol is None and any(isinstance(port, range) for port in parsed):
            yield Fault(f"{place}.{name}", "needs a protocol: TCP, UDP or SCTP")
        elif rule.protocol is not None and parsed and _plain(rule.protocol) not in _WITH_PORTS:
            yield Fault(f"{place}.{name}", f"cannot be used with the protocol {rule.protocol}, which has no ports")


def _check_service(place: str, side: EntityRule, scope: RuleScope, *, far: bool) -> Iterator[Fault]:
    service = side.services
    if service is None:
        return
    if not far:
        yield Fault(f"{place}.services", "can only stand in the source of ingress and the destination of egress")
    if not service.name:
        yield Fault(f"{place}.services.name", "is required")
    else:
        yield from check_name(f"{place}.services.name", service.name)
    if not service.namespace and scope is RuleScope.GLOBAL:
        yield Fault(f"{place}.services.namespace", "is required: the rule belongs to no namespace")
    others = {
        "nets": side.nets,
        "notNets": side.not_nets,
        "selector": side.selector,
        "notSelector": side.not_selector,
        "namespaceSelector": side.namespace_selector,
        "serviceAccounts": side.service_accounts,
        "ports": side.ports,
        "notPorts": side.not_ports,
    }
    for name, value in others.items():
        if value:
            yield Fault(f"{place}.{name}", "cannot be set together with services")

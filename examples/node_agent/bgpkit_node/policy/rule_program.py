"""Rules with their selectors, named ports and services turned into references to sets."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from bgpkit_node.policy.model import Match, Policy, PolicyId, PortRange, Profile, Rule, ServiceId
from bgpkit_node.policy.program import PolicyProgram, RuleProgram, SetId, SideProgram
from bgpkit_node.resources import Selector


@dataclass(frozen=True, slots=True)
class SelectorSet:
    """The networks of what a selector finds."""

    selector: Selector

    @property
    def id(self) -> SetId:
        """Made from the canonical form, as other programs that use the format make it."""
        return SetId(self.selector.unique_id)

    @property
    def title(self) -> str:
        """The selector."""
        return self.selector.canonical


@dataclass(frozen=True, slots=True)
class NamedPortSet:
    """The endpoints that call a port by a name, of one protocol or of whatever protocol."""

    name: str
    protocol: int | None

    @property
    def id(self) -> SetId:
        """Made from name and protocol."""
        return SetId(f"port:{self.name}" if self.protocol is None else f"port:{self.name}:{self.protocol}")

    @property
    def title(self) -> str:
        """The name of the port."""
        return f"port {self.name}"


@dataclass(frozen=True, slots=True)
class ServiceSet:
    """The backends of a service: with their ports, or the addresses alone."""

    service: ServiceId
    with_ports: bool

    @property
    def id(self) -> SetId:
        """Made from the name of the service."""
        return SetId(f"{'service' if self.with_ports else 'backends'}:{self.service.namespace}/{self.service.name}")

    @property
    def title(self) -> str:
        """The name of the service."""
        return f"service {self.service.namespace}/{self.service.name}"


Content: TypeAlias = SelectorSet | NamedPortSet | ServiceSet
"""What a set holds."""


def program_of_policy(policy: Policy) -> PolicyProgram:
    """Return what a node does for a policy."""
    return PolicyProgram(
        id=policy.id,
        ingress=tuple(map(_rule, policy.ingress)),
        egress=tuple(map(_rule, policy.egress)),
        staged=policy.staged,
        do_not_track=policy.do_not_track,
        pre_dnat=policy.pre_dnat,
        apply_on_forward=policy.apply_on_forward,
    )


def profile_id(name: str) -> PolicyId:
    """Return the id that a profile has among the policies of a node."""
    return PolicyId("Profile", "", name)


def program_of_profile(profile: Profile) -> PolicyProgram:
    """Return what a node does for a profile."""
    return PolicyProgram(
        id=profile_id(profile.name),
        ingress=tuple(map(_rule, profile.ingress)),
        egress=tuple(map(_rule, profile.egress)),
    )


def contents(rules: Iterable[Rule]) -> dict[SetId, Content]:
    """Return what the sets hold that rules refer to."""
    return {content.id: content for rule in rules for content in _contents(rule)}


def _contents(rule: Rule) -> Iterator[Content]:
    for match, with_ports in ((rule.source, False), (rule.destination, True)):
        yield from (SelectorSet(selector) for selector in (match.selector, match.not_selector) if selector is not None)
        names = (port for port in (*match.ports, *match.not_ports) if isinstance(port, str))
        yield from (NamedPortSet(name, rule.protocol) for name in names)
        if match.service is not None:
            yield ServiceSet(match.service, with_ports)


def _rule(rule: Rule) -> RuleProgram:
    return RuleProgram(
        name=rule.name,
        action=rule.action,
        ip_version=rule.ip_version,
        protocol=rule.protocol,
        not_protocol=rule.not_protocol,
        icmp=rule.icmp,
        not_icmp=rule.not_icmp,
        source=_side(rule.source, rule.protocol, with_ports=False),
        destination=_side(rule.destination, rule.protocol, with_ports=True),
    )


def _side(match: Match, protocol: int | None, *, with_ports: bool) -> SideProgram:
    service = ServiceSet(match.service, with_ports).id if match.service is not None else None
    sets = [SelectorSet(match.selector).id] if match.selector is not None else []
    if service is not None and not with_ports:
        sets.append(service)
    return SideProgram(
        nets=match.nets,
        not_nets=match.not_nets,
        sets=tuple(sets),
        not_sets=(SelectorSet(match.not_selector).id,) if match.not_selector is not None else (),
        ports=tuple(port for port in match.ports if isinstance(port, PortRange)),
        not_ports=tuple(port for port in match.not_ports if isinstance(port, PortRange)),
        port_sets=_named(match.ports, protocol),
        not_port_sets=_named(match.not_ports, protocol),
        service_set=service if with_ports else None,
    )


def _named(ports: Iterable[PortRange | str], protocol: int | None) -> tuple[SetId, ...]:
    return tuple(NamedPortSet(port, protocol).id for port in ports if isinstance(port, str))

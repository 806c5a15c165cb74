"""Programs of a node for these tests."""

from collections.abc import Iterable
from ipaddress import ip_address, ip_network

from bgpkit_node.policy.model import Action, Direction, Endpoint, PolicyId, PortRange
from bgpkit_node.policy.program import (
    EndpointProgram,
    MemberSet,
    NodeProgram,
    PolicyProgram,
    RuleProgram,
    SetId,
    SetKind,
    SideProgram,
    TierProgram,
)

WEB = SetId("role == 'web'")
DB = PolicyId("NetworkPolicy", "default", "db")


def policy(name: str, *actions: Action, port: int = 80, staged: bool = False) -> PolicyProgram:
    """Return a policy whose rules, one for each action, are for TCP from web to a port."""
    side = SideProgram(ports=(PortRange(port, port),))
    rules = tuple(
        RuleProgram(
            name=f"ingress[{index}]", action=action, protocol=6, source=SideProgram(sets=(WEB,)), destination=side
        )
        for index, action in enumerate(actions)
    )
    return PolicyProgram(id=PolicyId("NetworkPolicy", "default", name), ingress=rules, staged=staged)


def tier(*policies: PolicyProgram, name: str = "default", default: Action = Action.DENY) -> TierProgram:
    """Return a tier of policies."""
    return TierProgram(name=name, policies=tuple(each.id for each in policies), default=default)


def endpoint(number: int, *tiers: TierProgram, interface: str | None = None, host: bool = False) -> EndpointProgram:
    """Return a pod that is open for egress."""
    own = Endpoint(
        key=f"default/p{number}",
        node="n1",
        addresses=(ip_address(f"10.0.0.{number}"),),
        interface=f"cali{number}" if interface is None else interface,
        local=True,
        host=host,
    )
    return EndpointProgram(endpoint=own, ingress=tiers, open=frozenset({Direction.EGRESS}))


def program(endpoints: Iterable[EndpointProgram], *policies: PolicyProgram) -> NodeProgram:
    """Return a program with one set, web."""
    nets = frozenset({ip_network("10.0.0.9/32")})
    web = MemberSet(id=WEB, kind=SetKind.NETWORKS, members=nets, title="pods with role == 'web'")
    return NodeProgram(
        endpoints={each.endpoint.key: each for each in endpoints},
        policies={each.id: each for each in policies},
        sets={WEB: web},
    )

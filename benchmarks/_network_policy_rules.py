"""The program of a node with so many policies, through which benchmarks/network_policy.py sends traffic."""

from ipaddress import IPv4Address, IPv4Network
from random import Random
from typing import Final

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

POD: Final = "10.244.0.5"
CLIENT: Final = "10.4.7.99"
PORT: Final = 8000
INTERFACE: Final = "cali-measured"
_OF_A_POD: Final = 10
_MEMBERS: Final = 10
_OTHERS: Final = 109
_RULES: Final = (("TCP", 6), ("UDP", 17))


def program(policies: int, *, all_select: bool) -> NodeProgram:
    """Return a node of 110 pods; ten of ``policies`` select each, or all of them select the measured pod.

    A policy allows a set of its own of ten addresses to come by TCP and UDP to one port. Only the last of those that
    select the measured pod has the client in its set, so that what the client sends walks through all of them.
    """
    choices = Random(1)
    ids = [PolicyId("NetworkPolicy", "default", f"p{number:04}") for number in range(policies)]
    own = ids if all_select else ids[:_OF_A_POD]
    sets: dict[SetId, MemberSet] = {}
    programs: dict[PolicyId, PolicyProgram] = {}
    for number, policy_id in enumerate(ids):
        members = [IPv4Network((0x0B000000 + choices.randrange(1 << 20), 32)) for _ in range(_MEMBERS)]
        if policy_id == own[-1]:
            members[0] = IPv4Network(CLIENT)
        chosen = SetId(f"s{number}")
        sets[chosen] = MemberSet(id=chosen, kind=SetKind.NETWORKS, members=frozenset(members), title=policy_id.name)
        programs[policy_id] = _policy(policy_id, chosen)
    pods = [_pod(number, ids) for number in range(_OTHERS)]
    pods.insert(_OTHERS // 2, _endpoint("measured", INTERFACE, POD, own))
    return NodeProgram(endpoints={each.endpoint.key: each for each in pods}, policies=programs, sets=sets)


def no_policies() -> NodeProgram:
    """Return the same pod with no policy: whatever comes is let pass."""
    pod = _endpoint("measured", INTERFACE, POD, [])
    return NodeProgram(endpoints={pod.endpoint.key: pod}, policies={}, sets={})


def _policy(policy_id: PolicyId, chosen: SetId) -> PolicyProgram:
    rules = tuple(
        RuleProgram(
            name=f"ingress {name}",
            action=Action.ALLOW,
            protocol=number,
            source=SideProgram(sets=(chosen,)),
            destination=SideProgram(ports=(PortRange(PORT, PORT),)),
        )
        for name, number in _RULES
    )
    return PolicyProgram(id=policy_id, ingress=rules)


def _pod(number: int, ids: list[PolicyId]) -> EndpointProgram:
    own = [ids[(number + 1) * _OF_A_POD % len(ids) + index] for index in range(min(_OF_A_POD, len(ids)))]
    return _endpoint(f"p{number}", f"cali{number}", str(IPv4Address("10.244.1.0") + number), own)


def _endpoint(name: str, interface: str, address: str, policies: list[PolicyId]) -> EndpointProgram:
    endpoint = Endpoint(
        key=f"default/{name}", node="n1", addresses=(IPv4Address(address),), interface=interface, local=True
    )
    if not policies:
        return EndpointProgram(endpoint=endpoint, open=frozenset(Direction))
    tier = TierProgram(name="default", policies=tuple(policies), default=Action.DENY)
    return EndpointProgram(endpoint=endpoint, ingress=(tier,), open=frozenset({Direction.EGRESS}))

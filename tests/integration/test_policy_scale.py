"""A change of one pod on a node with a thousand policies: what it costs until it is in force."""

import random
import subprocess
import time
from collections.abc import Callable, Generator
from dataclasses import replace
from ipaddress import IPv4Network, ip_address
from typing import Final

import pytest

from bgpkit_node.nft import Enforcer
from bgpkit_node.nft.naming import network_set
from bgpkit_node.policy.model import Action, Direction, Endpoint, PolicyId, PortRange
from bgpkit_node.policy.program import (
    EndpointProgram,
    MemberSet,
    NodeProgram,
    PolicyProgram,
    ProgramChange,
    RuleProgram,
    SetChange,
    SetId,
    SetKind,
    SideProgram,
    TierProgram,
)
from tests.support.netns import Namespace, Namespaces
from tests.support.skips import require_package

pytestmark = [pytest.mark.netns, pytest.mark.soak]

POLICIES: Final = 1000
_OF_A_POD: Final = 10
_LIMIT: Final = 0.020
_TRIES: Final = 5


@pytest.fixture
def node(namespaces: Namespaces) -> Generator[Namespace]:
    """Give a namespace to enforce in."""
    require_package("nftables")
    found = namespaces.node("scale")
    with found.entered():
        yield found


def test_a_change_of_one_pod_is_in_force_within_twenty_milliseconds(node: Namespace) -> None:
    """A pod elsewhere in ten sets; a new pod here, also with a new policy; a label; by nft one element takes longer."""
    program = _program()
    pods = list(program.endpoints.values())
    with Enforcer() as enforcer:
        enforcer.enforce(program)
        took = {
            "pod elsewhere": _best(lambda number: enforcer.change(_elsewhere(number), lambda: program)),
            "new pod": _best(lambda number: enforcer.change(_here(1000 + number, pods[number]), lambda: program)),
            "new policy": _best(lambda number: enforcer.change(_with_policy(2000 + number), lambda: program)),
            "label": _best(
                lambda number: enforcer.change(_relabelled(pods[number], pods[-number - 1]), lambda: program)
            ),
        }
        by_nft = _best(lambda number: _added_by_nft(f"172.16.0.{number}"))
    print({name: f"{seconds * 1000:.1f} ms" for name, seconds in took.items()}, f"by nft {by_nft * 1000:.1f} ms")
    assert max(took.values()) < _LIMIT, took
    assert took["pod elsewhere"] < by_nft


def _best(change: Callable[[int], object]) -> float:
    """Return the shortest of several times, each for a change of its own; the machine has other work."""
    times: list[float] = []
    for number in range(_TRIES):
        begun = time.perf_counter()
        change(number)
        times.append(time.perf_counter() - begun)
    return min(times)


def _added_by_nft(address: str) -> None:
    command = f"add element inet bgpkit {network_set(SetId('s5'), 4)} {{ {address} }}"
    subprocess.run(["nft", command], check=True)


def _program() -> NodeProgram:
    """Return policies each with a set of its own, all of them in use by a hundred pods."""
    choices = random.Random(1)
    ids = [PolicyId("NetworkPolicy", "default", f"p{number}") for number in range(POLICIES)]
    sets = [SetId(f"s{number}") for number in range(POLICIES)]
    members = {
        each: frozenset(IPv4Network((0x0A000000 + choices.randrange(1 << 20), 32)) for _ in range(10)) for each in sets
    }
    choices.shuffle(ids)
    pods = [_pod(number, ids[number * _OF_A_POD : (number + 1) * _OF_A_POD]) for number in range(POLICIES // _OF_A_POD)]
    return NodeProgram(
        endpoints={each.endpoint.key: each for each in pods},
        policies={each: _policy(each, chosen) for each, chosen in zip(ids, sets, strict=True)},
        sets={each: MemberSet(id=each, kind=SetKind.NETWORKS, members=members[each], title=each) for each in sets},
    )


def _policy(policy_id: PolicyId, chosen: SetId) -> PolicyProgram:
    ports = SideProgram(ports=(PortRange(80, 80),))
    source = SideProgram(sets=(chosen,))
    rule = RuleProgram(name="ingress[0]", action=Action.ALLOW, protocol=6, source=source, destination=ports)
    return PolicyProgram(id=policy_id, ingress=(rule,))


def _pod(number: int, policies: list[PolicyId]) -> EndpointProgram:
    address = ip_address(f"192.168.{number >> 8}.{number & 255}")
    endpoint = Endpoint(
        key=f"default/p{number}", node="n1", addresses=(address,), interface=f"cali{number}", local=True
    )
    tier = TierProgram(name="default", policies=tuple(policies), default=Action.DENY)
    return EndpointProgram(endpoint=endpoint, ingress=(tier,), open=frozenset({Direction.EGRESS}))


def _elsewhere(number: int) -> ProgramChange:
    added = frozenset({IPv4Network(f"172.17.0.{number}/32")})
    members = {SetId(f"s{index}"): SetChange(added, frozenset()) for index in range(_OF_A_POD)}
    return ProgramChange(endpoints={}, policies={}, sets={}, members=members)


def _here(number: int, like: EndpointProgram) -> ProgramChange:
    """Return a new pod that asks half of what another asks."""
    pod = _pod(number, list(like.ingress[0].policies[::2]))
    return ProgramChange(endpoints={pod.endpoint.key: pod}, policies={}, sets={}, members={})


def _with_policy(number: int) -> ProgramChange:
    """Return a new pod, and the policy for it, whose set is new, too."""
    policy_id, chosen = PolicyId("NetworkPolicy", "default", f"new{number}"), SetId(f"new{number}")
    pod = _pod(number, [policy_id])
    members = frozenset(IPv4Network((0xAC120000 + each, 32)) for each in range(10))
    return ProgramChange(
        endpoints={pod.endpoint.key: pod},
        policies={policy_id: _policy(policy_id, chosen)},
        sets={chosen: MemberSet(id=chosen, kind=SetKind.NETWORKS, members=members, title=chosen)},
        members={},
    )


def _relabelled(pod: EndpointProgram, like: EndpointProgram) -> ProgramChange:
    """Return a pod that other policies than before are for."""
    changed = replace(pod, ingress=like.ingress)
    return ProgramChange(endpoints={pod.endpoint.key: changed}, policies={}, sets={}, members={})

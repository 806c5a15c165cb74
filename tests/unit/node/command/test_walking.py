"""explain --to: the agents on the way are asked one after the other, and the table is what captures show."""

import json
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from bgpkit_node.diagnosis import Hop
from tests.support.answering_agents import Reply, asked_with_agents
from tests.support.commands import asked
from tests.support.ipam_store import give, prepared

A = {"node": "a", "arrives_by": "cali1", "own": False}
B = {"node": "b", "arrives_by": "eth0", "own": False}
DENYING = """\
apiVersion: projectcalico.org/v3
kind: WorkloadEndpoint
metadata: {name: b-k8s-web-eth0, namespace: default}
spec: {node: b, orchestrator: k8s, pod: web, endpoint: eth0, ipNetworks: [ADDRESS/32], interfaceName: cali2}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: default}
spec: {podSelector: {}, ingress: [{ports: [{port: 80}]}]}
"""


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, str, str]:
    """Give a datastore, the address of nginx on node a, and that of web on node b."""
    datastore = prepared(tmp_path / "d")
    told = json.loads(asked("ipam", "show", "--json", datastore=datastore).out)
    mine = str(told[0]["block"]).partition("/")[0]
    (other,) = give(datastore, "b", "k", attributes={"namespace": "default", "pod": "web"})
    return datastore, mine, other


def hop(seen: list[Mapping[str, object]], **fields: object) -> Reply:
    """Return what answers with these fields, and notes the question."""

    def answer(question: Mapping[str, object]) -> dict[str, object]:
        """Answer as an agent does."""
        seen.append(question)
        return msgspec.structs.asdict(msgspec.convert(fields, Hop))

    return answer


async def test_from_a_pod_to_a_pod_on_another_node(pair: tuple[Path, str, str]) -> None:
    """Each agent is told where the packet comes from: the pod first, then the node before."""
    datastore, mine, other = pair
    seen: list[Mapping[str, object]] = []
    agents = {
        "a": {"hop": hop(seen, **A, route="r1", device="eth0", gateway="10.4.7.12")},
        "b": {"hop": hop(seen, **B, route="r2", device="cali2", to_pod=True)},
    }
    answer = await asked_with_agents(datastore, agents, "explain", mine, "--to", "default/web")
    assert (answer.status, answer.err) == (0, "")
    head, *table = [line.rstrip() for line in answer.out.splitlines()]
    assert head.startswith(f"from {mine} (pod default/nginx) to {other}; it is not encapsulated, and these addresses ")
    assert table == [
        "",
        "HOP   WHERE               INTERFACE   TTL   ROUTE MATCHED",
        "1     pod default/nginx   eth0 out    64    default via 169.254.1.1 dev eth0",
        "2     a                   cali1 in    64    -",
        "3     a                   eth0 out    63    r1",
        "4     b                   eth0 in     63    -",
        "5     b                   cali2 out   62    r2",
        "6     pod default/web     eth0 in     62    -",
        "",
        "delivered: b hands it to pod default/web",
        f"policy: {mine} to {other}, ICMP: allowed",
        f"  egress: {mine} is no endpoint, nothing is asked",
        f"  ingress: {other} is no endpoint, nothing is asked",
    ]
    assert [(one["from"], one["to"]) for one in seen] == [(mine, other), ("10.4.7.11", other)]
    plain = json.loads((await asked_with_agents(datastore, agents, "explain", mine, "--to", other, "--json")).out)
    assert (plain["end"], plain["policy"]["allowed"], len(plain["steps"])) == ("delivered", True, 6)


@pytest.mark.parametrize(
    ("to", "first", "last", "status"),
    [
        ("b", {"device": "eth0"}, "delivered: b has 10.4.7.12 itself", 0),
        ("web", {}, "dropped: a drops it: it has no route to there", 1),
        ("web", {"route": "blackhole x"}, "dropped: a drops it: by its route blackhole x", 1),
        ("10.4.7.99", {"device": "eth0"}, "outside: a hands it to 10.4.7.99, which is no node of the cluster", 0),
        ("web", {"device": "eth0", "gateway": "10.4.7.1"}, "outside: a hands it to 10.4.7.1, which is no node", 0),
        (
            "10.244.0.254",
            {"device": "cali9", "to_pod": True},
            "dropped: a has a route to an interface of a pod",
            1,
        ),
        ("web", {"device": "eth0", "gateway": "10.4.7.11"}, "loop: it runs in circles: a -> a -> a -> a", 1),
    ],
)
async def test_every_end_has_its_sentence_and_exit_code(
    pair: tuple[Path, str, str], to: str, first: dict[str, object], last: str, status: int
) -> None:
    """A packet that gets lost is exit code 1."""
    agents = {"a": {"hop": hop([], **A, **first)}, "b": {"hop": hop([], **{**B, "own": True})}}
    answer = await asked_with_agents(pair[0], agents, "explain", "nginx", "--to", to)
    assert (answer.status, answer.err) == (status, "")
    assert answer.out.partition("\npolicy: ")[0].splitlines()[-1].startswith(last)


async def test_an_agent_that_does_not_tell_ends_the_walk(pair: tuple[Path, str, str]) -> None:
    """What is known until then is told."""
    agents = {"a": {"hop": hop([], **A, route="r1", device="eth0", gateway="10.4.7.12")}}
    answer = await asked_with_agents(pair[0], agents, "explain", "nginx", "--to", "web", "--timeout", "0.2")
    assert answer.status == 1
    assert "unknown: what b does is not known: no answer within 0.2 s" in answer.out
    assert "\n3     a                   eth0 out" in answer.out


def test_ends_that_are_none_are_refused(pair: tuple[Path, str, str]) -> None:
    """No pod or node to start from; no two addresses of one IP version."""
    datastore = pair[0]
    refused = asked("explain", "192.0.2.1", "--to", "web", datastore=datastore)
    refused.assert_refused("192.0.2.1 is neither a pod nor a node")
    refused = asked("explain", "web", "--to", "fd00::1", datastore=datastore)
    refused.assert_refused("web and fd00::1 have no addresses of the same IP version")
    asked("explain", "web", "--to", "frob", datastore=datastore).assert_refused("frob is no IP address, and no pod")


async def test_a_tunnel_is_named(pair: tuple[Path, str, str]) -> None:
    """By the interface of the route."""
    agents = {
        "a": {"hop": hop([], **A, route="r1", device="tunl0", gateway="10.4.7.12")},
        "b": {"hop": hop([], **B, route="r2", device="cali2", to_pod=True)},
    }
    answer = await asked_with_agents(pair[0], agents, "explain", "nginx", "--to", "web")
    assert "; it is wrapped on the way (IPIP), and " in answer.out.splitlines()[0]


async def test_what_policies_say_of_the_port_is_told_and_counts(pair: tuple[Path, str, str]) -> None:
    """A packet that arrives and is denied is exit code 1, with the policy that denies it."""
    datastore, mine, other = pair
    assert asked("apply", "-f", "-", given=DENYING.replace("ADDRESS", other), datastore=datastore).status == 0
    agents = {
        "a": {"hop": hop([], **A, route="r1", device="eth0", gateway="10.4.7.12")},
        "b": {"hop": hop([], **B, route="r2", device="cali2", to_pod=True)},
    }
    for port, status in (("80/TCP", 0), ("81/TCP", 1), ("ICMP", 1)):
        answer = await asked_with_agents(datastore, agents, "explain", mine, "--to", other, "--port", port)
        assert answer.status == status
        assert "delivered: b hands it to pod default/web" in answer.out
        assert ("KubernetesNetworkPolicy(default/web): no rule matches" in answer.out) is bool(status)
    plain = json.loads((await asked_with_agents(datastore, agents, "explain", mine, "--to", other, "--json")).out)
    assert plain["policy"]["ingress"]["allowed"] is False

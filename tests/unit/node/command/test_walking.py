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


OUTER = {
    "tunnel": "VXLAN",
    "protocol": 17,
    "source": "10.4.7.11",
    "destination": "10.4.7.12",
    "vni": 4096,
    "port": 4789,
    "overhead": 50,
    "mtu": 1450,
    "route": "r0",
    "device": "eth0",
    "device_mtu": 1500,
    "ttl": 64,
}


async def test_the_outer_header_is_told_where_packets_are_wrapped(pair: tuple[Path, str, str]) -> None:
    """On which interfaces, from node to node, and the lengths; the walk goes on at the node that unwraps it."""
    ways: dict[str, object] = {"device": "vxlan.calico", "gateway": "10.244.9.1", "outer": OUTER}
    agents = {
        "a": {"hop": hop([], **A, route="r1", **ways)},
        "b": {"hop": hop([], **B, route="r2", device="cali2", to_pod=True)},
    }
    answer = await asked_with_agents(pair[0], agents, "explain", "nginx", "--to", "web")
    assert (answer.status, answer.err) == (0, "")
    head, _, *table = [line.rstrip() for line in answer.out.splitlines()]
    assert "; it is wrapped on the way (VXLAN), and " in head
    assert table[:13] == [
        "HOP   WHERE               INTERFACE          TTL   OUTER HEADER            ROUTE MATCHED",
        "1     pod default/nginx   eth0 out           64    -                       default via 169.254.1.1 dev eth0",
        "2     a                   cali1 in           64    -                       -",
        "3     a                   vxlan.calico out   63    -                       r1",
        "4     a                   eth0 out           64    10.4.7.11 > 10.4.7.12   r0",
        "5     b                   eth0 in            64    10.4.7.11 > 10.4.7.12   -",
        "6     b                   vxlan.calico in    63    -                       -",
        "7     b                   cali2 out          62    -                       r2",
        "8     pod default/web     eth0 in            62    -                       -",
        "",
        "outer header: 10.4.7.11 to 10.4.7.12, UDP port 4789 (VXLAN, VNI 4096)",
        "  50 octets: a ping of 84 is 134 long outside; at most 1450 fit in, for eth0 takes 1500",
        "",
    ]
    plain = json.loads((await asked_with_agents(pair[0], agents, "explain", "nginx", "--to", "web", "--json")).out)
    assert plain["encapsulation"] == "VXLAN"
    assert plain["wrapped"] == [{**OUTER, "gateway": "", "echo": 84, "echo_wrapped": 134}]
    assert [step["interface"] for step in plain["steps"] if step["outer"]] == ["eth0", "eth0"]


@pytest.mark.parametrize(
    ("missing", "why"),
    [
        ({"destination": ""}, "dropped: a drops it: vxlan.calico does not know at which node 10.244.9.1 is"),
        ({"device": ""}, "dropped: a drops it: it has no route to 10.4.7.12"),
    ],
)
async def test_a_packet_that_is_wrapped_for_nobody_is_lost(
    pair: tuple[Path, str, str], missing: dict[str, str], why: str
) -> None:
    """Where the device knows no node behind the gateway, or the kernel no way to it."""
    ways: dict[str, object] = {"device": "vxlan.calico", "gateway": "10.244.9.1", "outer": {**OUTER, **missing}}
    agents = {"a": {"hop": hop([], **A, route="r1", **ways)}}
    answer = await asked_with_agents(pair[0], agents, "explain", "nginx", "--to", "web")
    assert answer.status == 1
    assert why in answer.out.splitlines()


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


async def test_the_address_of_a_service_is_told_to_be_one(pair: tuple[Path, str, str]) -> None:
    """Routes do not decide where such a packet goes, where somebody translates it."""
    service = """\
apiVersion: v1
kind: Service
metadata: {name: web, namespace: default}
spec: {clusterIP: 10.96.0.10, externalIPs: [192.0.2.7], ports: [{port: 80}]}
"""
    assert asked("apply", "-f", "-", given=service, datastore=pair[0]).status == 0
    agents = {"a": {"hop": hop([], **A, route="r1", device="eth0", gateway="10.4.7.1")}}
    for address, told in (("10.96.0.10", True), ("192.0.2.7", True), ("10.96.0.11", False)):
        words = ("explain", "nginx", "--to", address)
        answer = await asked_with_agents(pair[0], agents, *words)
        line = f"service: {address} is that of Service(default/web): where service addresses are translated, as by "
        assert (line in answer.out) is told
        plain = json.loads((await asked_with_agents(pair[0], agents, *words, "--json")).out)
        assert plain["service"] == ("Service(default/web)" if told else "")

"""Policies of the datastore, enforced by a node's agent: never late, never open, through crashes and faults."""

import asyncio
import os
import signal
import time
from collections.abc import Generator
from pathlib import Path
from typing import Final

import pytest

from bgpkit_node.datastore import Delete, Operation, Put, SqliteDatastore
from bgpkit_node.resources import KubernetesNetworkPolicy, NetworkPolicy, kind_of
from tests.integration.policy_pods import NODE, Attempts, PolicyNode, Stream, policy_node
from tests.support.processes import wait_until
from tests.support.skips import require_package

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("agent_policies")]

_WEB: Final = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: default}
spec:
  podSelector: {matchLabels: {role: web}}
  ingress: [{from: [{podSelector: {matchLabels: {role: client}}}], ports: [{port: 80}]}]
"""
_ONE: Final = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: NAME, namespace: default}
spec: {podSelector: {matchLabels: {name: NAME}}, ingress: []}
"""

_DENIED: Final = """\
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: none-to-two, namespace: default}
spec: {selector: name == 'two', order: 1, types: [Ingress], ingress: [{action: Deny}]}
"""


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Generator[PolicyNode]:
    """Give one node with its agent, whose policy protects pods of the role web."""
    require_package("nftables")
    with policy_node(tmp_path_factory.mktemp("policies")) as made:
        made.agents.apply(_WEB)
        yield made


def test_a_pod_is_protected_from_the_moment_in_which_add_returns(node: PolicyNode) -> None:
    """Also by a policy that was stored only just before; nobody has to wait for anything."""
    stranger = node.add("early-stranger")
    for number in range(2):
        name = f"early{number}"
        node.agents.apply(_ONE.replace("NAME", name))
        pod = node.add(name, name=name)
        assert f'"{pod.interface}"' in node.rules()
        assert f"NetworkPolicy(default/{name}) ingress" in node.rules()
        assert not stranger.reaches(pod, seconds=0.1)


def test_no_flow_opens_or_closes_when_the_agent_is_killed_and_started_anew(node: PolicyNode, tmp_path: Path) -> None:
    """A stream loses no packet, a denied one is never let through, and the kernel's table is not touched."""
    web, client, stranger = node.add("web1", role="web"), node.add("client1", role="client"), node.add("stranger1")
    with web.listen() as listener:
        stream, attempts = Stream(client, web, listener), Attempts(stranger, web)
        try:
            wait_until(lambda: attempts.made > 3, "some attempts")
            before, asked = node.rules(), attempts.made
            assert (client.reaches(web), attempts.succeeded) == (True, 0)
            with node.changes(tmp_path / "changes") as changes:
                agent = node.agents.running[NODE]
                os.kill(agent.pid, signal.SIGKILL)
                agent.stop()
                time.sleep(0.3)
                node.start()
                time.sleep(0.3)
            assert changes == []
            assert node.rules() == before
            exchanged = stream.exchanged
            wait_until(lambda: stream.exchanged > exchanged + 10, "the stream going on")
            assert stream.resent == 0
        finally:
            stream.close()
            attempts.close()
    assert attempts.made > asked + 10
    assert attempts.succeeded == 0
    assert stream.exchanged > 50


def test_a_policy_that_forbids_what_goes_on_ends_it(node: PolicyNode) -> None:
    """Of a stream that was allowed before, nothing passes any more; another one goes on."""
    web, client = node.add("web2", role="web", name="two"), node.add("client2", role="client")
    other = node.add("other2", role="web")
    with web.listen() as listener, other.listen() as beside:
        ended, lasting = Stream(client, web, listener), Stream(client, other, beside)
        try:
            time.sleep(0.2)
            node.agents.apply(_DENIED)
            wait_until(lambda: not client.reaches(web, seconds=0.1), "the policy in force", 10)
            time.sleep(0.3)
            so_far, going = ended.exchanged, lasting.exchanged
            time.sleep(0.3)
            wait_until(lambda: lasting.exchanged > going + 10, "the other stream going on")
            assert ended.exchanged == so_far
        finally:
            ended.close()
            lasting.close()


@pytest.mark.parametrize("kind", [KubernetesNetworkPolicy, NetworkPolicy])
def test_pods_are_not_open_because_a_policy_cannot_be_read(
    node: PolicyNode, kind: type[KubernetesNetworkPolicy | NetworkPolicy]
) -> None:
    """It counts as one for all pods of its namespace that denies; those of others talk on; gone, all is as before."""
    inside = [node.add(f"{kind.__name__.lower()}{number}", "shop") for number in range(2)]
    outside = [node.add(f"{kind.__name__.lower()}{number}", "town") for number in range(2)]
    assert inside[0].reaches(inside[1])
    key = kind_of(kind).key("broken", "shop")
    write(node, Put(key, b'{"kind": 7}'))
    wait_until(lambda: not inside[0].reaches(inside[1], seconds=0.1), "the namespace closed", 10)
    assert outside[0].reaches(outside[1])
    assert not outside[0].reaches(inside[1], seconds=0.1)
    write(node, Delete(key))
    wait_until(lambda: inside[0].reaches(inside[1], seconds=0.1), "the namespace open again", 10)


@pytest.mark.soak
def test_a_hundred_pods_one_after_another_wait_for_their_rules_for_a_moment_only(node: PolicyNode) -> None:
    """The time of an ADD as a whole, rules in force included; prints the median and the longest but one."""
    times: list[float] = []
    for number in range(100):
        began = time.perf_counter()
        node.add(f"many{number}", role="web")
        times.append(time.perf_counter() - began)
    times.sort()
    print(f"ADD with its rules in force: p50 {times[50] * 1000:.1f} ms, p99 {times[98] * 1000:.1f} ms")
    assert times[98] < 1


def write(node: PolicyNode, operation: Operation) -> None:
    """Write to the datastore what no command would."""

    async def written() -> None:
        async with await SqliteDatastore.open(Path(node.agents.datastore)) as datastore:
            await datastore.transact([operation])

    asyncio.run(written())

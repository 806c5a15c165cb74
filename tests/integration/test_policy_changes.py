"""Changes of policies on a running node: packet by packet, after a restart, and where the kernel says no."""

import random
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from typing import Any, Final

import pytest

from bgpkit_node.nft import Enforcer, NftError, enforcer, octets
from bgpkit_node.policy import CaseDocument, PolicyEngine, PolicyState, changes_between, cluster_of, converted
from tests.support.netns import Namespace
from tests.support.policy_cluster import PolicyCluster
from tests.support.policy_stream import PolicyStream

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("policy_changes")]

PORT: Final = 5000
_DB: Final = {"podSelector": {"matchLabels": {"role": "db"}}}
_FROM_WEB: Final[tuple[list[dict[str, Any]], ...]] = (
    [{"podSelector": {"matchLabels": {"role": "web"}}}],
    [{"ipBlock": {"cidr": "10.65.0.2/32"}}],
    [{"ipBlock": {"cidr": "10.65.0.0/24", "except": ["10.65.0.3/32"]}}],
    [
        {
            "namespaceSelector": {},
            "podSelector": {"matchExpressions": [{"key": "role", "operator": "In", "values": ["web"]}]},
        }
    ],
    [{"podSelector": {"matchLabels": {"role": "nobody"}}}, {"podSelector": {"matchLabels": {"role": "web"}}}],
)
_PORTS: Final[tuple[list[dict[str, Any]], ...]] = (
    [],
    [{"port": PORT, "protocol": "UDP"}],
    [{"port": "echo", "protocol": "UDP"}],
    [{"port": PORT - 100, "endPort": PORT + 100, "protocol": "UDP"}, {"port": "echo", "protocol": "UDP"}],
)


@pytest.fixture(scope="module")
def cluster() -> Generator[PolicyCluster]:
    """Give a node with five pods' namespaces."""
    with PolicyCluster.made(pods=(5,), externals=0) as made:
        yield made


@pytest.fixture
def node(cluster: PolicyCluster) -> Generator[Namespace]:
    """Give the node without a table of ours."""
    found = cluster.nodes[0].namespace
    try:
        yield found
    finally:
        found.run(["nft", "delete table inet bgpkit"], check=False)


def test_a_hundred_changes_lose_no_allowed_packet_and_pass_no_denied_one(
    cluster: PolicyCluster, node: Namespace
) -> None:
    """Each packet is a connection of its own; the agent starts anew among the changes; the end is as made at once."""
    _changes(cluster, node, 100)


@pytest.mark.soak
def test_a_thousand_changes_lose_no_allowed_packet_and_pass_no_denied_one(
    cluster: PolicyCluster, node: Namespace
) -> None:
    """As a hundred."""
    _changes(cluster, node, 1000)


def _changes(cluster: PolicyCluster, node: Namespace, count: int) -> None:
    choices = random.Random(count)
    document = _document(choices)
    places = cluster.arrange(document)
    engine, state = PolicyEngine("n1"), PolicyState()
    with ExitStack() as stack:
        running = _start(stack, node)
        state = _advance(engine, running, node, state, document)
        sources = {"web": places["default/web"], "other": places["default/other"]}
        with PolicyStream(sources, places["default/db"], PORT) as stream:
            for number in range(count):
                if number % 10 == 9:
                    running = _start(stack, node)
                state = _advance(engine, running, node, state, _document(choices))
        assert stream.lost("web") == 0, f"{stream.lost('web')} of {stream.sent['web']} packets lost"
        assert stream.received["other"] == set(), f"of {stream.sent['other']} packets"
        assert min(stream.sent.values()) > count
        with node.entered():
            assert not _start(stack, node).enforce(engine.program())
            there = _listed(node)
            running.tear_down()
            running.enforce(engine.program())
        assert _listed(node) == there


def test_a_change_that_the_kernel_refuses_leaves_what_was_in_force(
    cluster: PolicyCluster, node: Namespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In nft's script and in the batch of elements; the next change brings everything into force."""
    choices = random.Random(1)
    document = _document(choices)
    cluster.arrange(document)
    engine = PolicyEngine("n1")
    with ExitStack() as stack:
        running = _start(stack, node)
        state = _advance(engine, running, node, PolicyState(), document)
        before = _listed(node)
        with monkeypatch.context() as patch:
            patch.setattr(enforcer, "additions", _refused_script)
            with pytest.raises(NftError, match="nft refused the rules, those of before are in force"):
                _advance(engine, running, node, state, _document(choices))
        assert _listed(node) == before
        verdicts = node.run(["nft", "list map inet bgpkit ingress"]).stdout
        with monkeypatch.context() as patch:
            patch.setattr(enforcer, "add_elements", _refused_requests)
            with pytest.raises(NftError, match="rules of chain nowhere deleted: No such file or directory"):
                _advance(engine, running, node, state, _document(choices))
        assert node.run(["nft", "list map inet bgpkit ingress"]).stdout == verdicts
        _advance(engine, running, node, state, document)
        there = _listed(node)
        with node.entered():
            running.tear_down()
            running.enforce(engine.program())
        assert _listed(node) == there


def _refused_script(*_: object) -> str:
    return "add rule inet bgpkit to_pods jump nowhere\n"


def _refused_requests(*_: object) -> Iterator[octets.Request]:
    return octets.delete_chains("bgpkit", ["nowhere"])


def _document(choices: random.Random) -> dict[str, Any]:
    """Return a state that lets web reach db and lets other not, in one of many ways."""
    pods = [
        _pod("db", 1, {"role": "db", "mood": choices.choice("xyz")}),
        _pod("web", 2, {"role": "web", "mood": choices.choice("xyz")}),
        _pod("other", 3, {"role": "other", "mood": choices.choice("xyz")}),
        *(
            _pod(f"extra{number}", number, {"role": choices.choice(["a", "b"])})
            for number in (4, 5)
            if choices.random() < 0.5
        ),
    ]
    ways = choices.sample(_FROM_WEB, choices.randint(1, 3))
    policies = [_policy(f"way{number}", _DB, way, choices.choice(_PORTS)) for number, way in enumerate(ways)]
    for number in range(choices.randint(0, 4)):
        noise = [{"podSelector": {"matchLabels": {"role": choices.choice(["a", "b", "web"])}}}]
        policies.append(_policy(f"noise{number}", _DB, noise, [{"port": choices.randint(1, 4000)}]))
    if choices.random() < 0.5:
        open_egress: dict[str, Any] = {
            "podSelector": {"matchLabels": {"role": "web"}},
            "policyTypes": ["Egress"],
            "egress": [{}],
        }
        policies.append(_manifest("egress", open_egress))
    choices.shuffle(policies)
    return {"node": "n1", "namespaces": [], "nodes": [], "externals": [], "pods": pods, "policies": policies}


def _policy(name: str, selected: dict[str, Any], peers: list[Any], ports: list[Any]) -> dict[str, Any]:
    rule = {"from": peers} | ({"ports": ports} if ports else {})
    return _manifest(name, selected | {"ingress": [rule]})


def _manifest(name: str, spec: dict[str, Any]) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "default"}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": spec}


def _pod(name: str, number: int, labels: dict[str, str]) -> dict[str, Any]:
    return {
        "ns": "default",
        "name": name,
        "node": "n1",
        "ip": f"10.65.0.{number}",
        "labels": labels,
        "ifname": f"cali{number - 1}",
        "ports": [{"port": PORT, "protocol": "UDP", "name": "echo"}],
    }


def _start(stack: ExitStack, node: Namespace) -> Enforcer:
    with node.entered():
        return stack.enter_context(Enforcer())


def _advance(
    engine: PolicyEngine, running: Enforcer, node: Namespace, state: PolicyState, document: dict[str, Any]
) -> PolicyState:
    """Bring a document into force as a change of the state before, and return its state."""
    after = cluster_of(converted(document, CaseDocument)).state
    change = engine.apply(changes_between(state, after))
    with node.entered():
        running.change(change, engine.program)
    return after


def _listed(node: Namespace) -> list[str]:
    """Return what nft says of our table, in no order and without what counts."""
    words = node.run(["nft", "-s", "list table inet bgpkit"]).stdout
    return sorted(words.splitlines())

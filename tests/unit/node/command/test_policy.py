"""The words of ``policy`` as their user meets them."""

import asyncio
import json
from pathlib import Path
from typing import Any
from xml.parsers import expat

import pytest

from bgpkit_node.datastore.port import Put
from bgpkit_node.datastore.sqlite import SqliteDatastore
from bgpkit_node.resources import KubernetesNetworkPolicy, Tier, kind_of
from tests.support.commands import applied, asked, bgpkit_node, document, documents
from tests.support.policy_reach import cluster_state
from tests.unit.node.policy.test_from_kubernetes import ISOLATED, policy

STATE = cluster_state(
    policy(ISOLATED),
    namespaces={"default": {}, "kube-system": {}},
    pods={"default/a": {}, "default/b": {}, "kube-system/client3": {}},
)

POD = """
apiVersion: projectcalico.org/v3
kind: WorkloadEndpoint
metadata: {{name: n1-k8s-{0}-eth0, namespace: shop}}
spec:
  {{node: n1, orchestrator: k8s, pod: {0}, endpoint: eth0, ipNetworks: [10.0.0.{1}/32], profiles: [kns.shop]}}
"""
CLOSED = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: shop}
spec: {podSelector: {}}
"""


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Give a file with a namespace that is isolated both ways."""
    path = tmp_path / "state.json"
    path.write_text(json.dumps(STATE), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def datastore(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a datastore with two pods and a policy that lets no one in."""
    path = tmp_path_factory.mktemp("policy") / "d"
    texts = [POD.format(name, number) for number, name in enumerate(("web", "client"), 1)]
    applied(path, documents(*texts, CLOSED))
    return path


def test_eval_answers_in_json() -> None:
    """One boolean for each flow, without a datastore; asked through the real executable."""
    question = {
        "state": STATE,
        "flows": [["default/a", "default/b", 80, "TCP"], ["kube-system/client3", "default/a", 1, "UDP"]],
    }
    answer = bgpkit_node("policy", "eval", given=json.dumps(question))
    assert (answer.status, json.loads(answer.out), answer.err) == (0, [True, False], "")


def test_eval_says_nothing_when_a_policy_is_wrong() -> None:
    """One sentence, exit code 1, and nothing that could be taken for an answer."""
    wrong: dict[str, Any] = {**STATE, "policies": [{**policy(ISOLATED), "spec": {"podSelector": {}, "ingres": []}}]}
    answer = asked("policy", "eval", given=json.dumps({"state": wrong, "flows": []}))
    answer.assert_refused("state.policies[0]: NetworkPolicy(default/isolated) spec.ingres: unknown field")


def test_explain_tells_what_decided(state: Path) -> None:
    """Both sides, every policy that was asked, and an exit code."""
    answer = asked("policy", "explain", "--state", state, "kube-system/client3", "a", "80/TCP")
    assert (answer.status, answer.err) == (1, "")
    assert answer.out.splitlines() == [
        "kube-system/client3 (10.244.0.3) to default/a (10.244.0.1), TCP 80: denied",
        "  egress of kube-system/client3 (10.244.0.3): allowed, no policy decides, Profile(kns.kube-system) does",
        "    Profile(kns.kube-system): allow matches: Allow",
        "  ingress of default/a (10.244.0.1): denied, no rule matches before the end of tier default",
        "    KubernetesNetworkPolicy(default/isolated): no rule matches",
    ]
    answer = asked("policy", "explain", "--state", state, "node/n1", "a", "ICMP")
    assert answer.out.splitlines()[1:] == ["  the node of a pod always reaches it"]
    answer = asked("policy", "explain", "--state", state, "a", "b", "80")
    assert (answer.status, "allowed, ingress[0].from[0] of KubernetesNetworkPolicy" in answer.out) == (0, True)
    (told,) = json.loads(asked("policy", "explain", "--state", state, "--json", "ext/store", "a", "53/UDP").out)
    assert (told["allowed"], told["egress"], told["ingress"]["reason"]) == (False, None, "end of tier")


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (
            ("nobody", "a", "80"),
            1,
            "nobody is none of the pods, nodes and externals; write NAMESPACE/NAME, node/NAME, or",
        ),
        (("a", "b", "0/TCP"), 2, "0/TCP: write a port (1 to 65535) and a protocol"),
        (("a", "b", "80/X"), 2, "80/X: 'X' is not a protocol"),
        (("a", "fd00::1", "80"), 1, "a and fd00::1 have no addresses of one IP version"),
    ],
)
def test_explain_refuses_what_it_does_not_understand(
    state: Path, words: tuple[str, ...], status: int, sentence: str
) -> None:
    """One sentence each."""
    asked("policy", "explain", "--state", state, *words).assert_refused(sentence, status=status)


def test_a_state_that_cannot_be_read(tmp_path: Path) -> None:
    """Whether it is not there, or holds something else."""
    asked("policy", "lint", "--state", tmp_path / "none").assert_refused("none: cannot be read: No such file")
    (tmp_path / "text").write_text("hello", encoding="utf-8")
    asked("policy", "lint", "--state", tmp_path / "text").assert_refused("text: is not JSON: ")
    asked("policy", "lint", "--state", "-", given='{"state": {"pods": 5}}').assert_refused(
        "state.pods: Expected `array"
    )


def test_matrix_shows_who_reaches_whom(state: Path, tmp_path: Path) -> None:
    """A table for people, values for machines, and a page with the reason of each cell."""
    table = asked("policy", "matrix", "--state", state, "--port", "80/TCP", "-n", "kube-system").out.splitlines()
    assert [line.split() for line in table] == [
        ["FROM", "default/a", "80/TCP", "default/b", "80/TCP", "kube-system/client3", "80/TCP"],
        ["default/a", "-", "-", "no"],
        ["default/b", "-", "-", "no"],
        ["kube-system/client3", "no", "no", "yes"],
        *([name, "-", "-", "yes"] for name in ("ext/excepted", "ext/internet", "ext/office", "ext/store", "node/n1")),
    ]
    told = json.loads(asked("policy", "matrix", "--state", state, "--json").out)
    assert len(told) == 8 * 3
    assert {each["port"] for each in told} == {8080}
    page = tmp_path / "page.html"
    answer = asked("policy", "matrix", "--state", state, "--html", page)
    assert (answer.status, answer.out) == (0, "")
    title = "kube-system/client3 to default/a 8080/TCP: denied, ingress: no rule matches before the end of tier default"
    assert f'<td class="no" title="{title}">no</td>' in page.read_text(encoding="utf-8")
    asked("policy", "matrix", "--state", state, "--html", tmp_path / "no" / "x").assert_refused(
        "x: cannot be written: "
    )


def test_matrix_draws_who_reaches_whom(state: Path, tmp_path: Path) -> None:
    """An image of its own: a square and a sign for each cell, with the reason; all of it lies within the image."""
    picture = tmp_path / "picture.svg"
    answer = asked("policy", "matrix", "--state", state, "--svg", picture)
    assert (answer.status, answer.out, answer.err) == (0, "", "")
    drawn = _elements(picture)
    texts = {name: [text for each, _, text in drawn if each == name] for name in ("text", "title")}
    assert (texts["text"].count("✓"), texts["text"].count("✕")) == (12 + 1, 12 + 1), "with those of the legend"
    reason = "denied, ingress: no rule matches before the end of tier default"
    assert f"kube-system/client3 to default/a 8080/TCP: {reason}" in texts["title"]
    assert "default/a to default/b 8080/TCP: allowed" in texts["title"]
    assert {"default/a", "node/n1", "kube-system/client3 8080/TCP"} <= set(texts["text"])
    whole = drawn[0][1]
    squares = [place for name, place, _ in drawn if name == "rect" and "x" in place]
    assert len(squares) == 24 + 3
    for place, side in (("x", "width"), ("y", "height")):
        assert all(float(each[place]) + float(each[side]) <= float(whole[side]) for each in squares)
    asked("policy", "matrix", "--state", state, "--svg", tmp_path / "no" / "x").assert_refused("x: cannot be written: ")


def test_lint_names_what_is_odd(state: Path) -> None:
    """Exit code 1 when there is something, 0 when there is not."""
    answer = asked("policy", "lint", "--state", state)
    assert answer.status == 1
    assert "KubernetesNetworkPolicy(default/isolated): cuts default/a off from name resolution" in answer.out
    (told,) = json.loads(asked("policy", "lint", "--json", "--state", state).out)
    assert (told["policy"], told["rule"]) == ("KubernetesNetworkPolicy(default/isolated)", None)
    nothing = json.dumps({**STATE, "policies": []})
    assert asked("policy", "lint", "--state", "-", given=nothing).out == "0 policies, nothing odd\n"


def test_the_datastore_is_read_when_no_state_is_given(datastore: Path) -> None:
    """Pods go by their own names."""
    answer = asked("policy", "explain", "shop/client", "shop/web", "80/TCP", datastore=datastore)
    assert (answer.status, answer.out.splitlines()[0]) == (
        1,
        "shop/client (10.0.0.2) to shop/web (10.0.0.1), TCP 80: denied",
    )
    table = asked("policy", "matrix", datastore=datastore).out.splitlines()
    assert [line.split()[1:] for line in table[1:]] == [["yes", "no"], ["no", "yes"]]
    assert asked("policy", "lint", datastore=datastore).out == "1 policy, nothing odd\n"


def test_what_a_configuration_says_of_nodes_is_told(tmp_path: Path) -> None:
    """Failsafe ports of the node that is called, and a node that its own pods do not reach; only of those it is for."""
    path = tmp_path / "d"
    node = "{bgp: {ipv4Address: 10.9.0.NUMBER/24}}"
    nodes = [document("Node", f"n{number}", node.replace("NUMBER", str(number))) for number in (1, 2)]
    felix = "{defaultEndpointToHostAction: Drop, failsafeInboundHostPorts: [{port: 99}]}"
    host = document("HostEndpoint", "h1", "{node: n1, interfaceName: '*', expectedIPs: [10.9.0.1]}")
    applied(path, documents(POD.format("web", 1), *nodes, host, document("FelixConfiguration", "node.n1", felix)))
    answer = asked("policy", "explain", "shop/web", "node/n1", "99", datastore=path)
    assert answer.out.splitlines()[-1] == (
        "  ingress of node/n1 (10.9.0.1): denied, no pod reaches its node (defaultEndpointToHostAction)"
    )
    assert asked("policy", "explain", "shop/web", "node/n2", "99", datastore=path).status == 0
    for port, allowed in (("99", True), ("22", False)):
        answer = asked("policy", "explain", "10.9.0.77", "node/n1", port, datastore=path)
        assert (answer.status == 0, "failsafe" in answer.out) == (allowed, allowed)


def test_a_policy_that_cannot_be_read_is_told_as_nodes_enforce_it(tmp_path: Path) -> None:
    """What a later version stored, with a field unknown here: it isolates its namespace, and a warning names it."""
    path = tmp_path / "d"
    applied(path, documents(POD.format("web", 1), POD.format("client", 2)))
    key = kind_of(KubernetesNetworkPolicy).key("later", "shop")
    asyncio.run(_written(path, Put(key, b'{"metadata": {"name": "later"}, "spec": {"podSelector": {}, "later": 1}}')))
    answer = asked("policy", "explain", "shop/client", "shop/web", "80/TCP", datastore=path)
    assert answer.status == 1
    assert "KubernetesNetworkPolicy(shop/later)" in answer.out
    assert "networkpolicies/shop/later: holds no readable KubernetesNetworkPolicy" in answer.err


def test_a_tier_that_cannot_be_read_leaves_everything_undecided(tmp_path: Path) -> None:
    """What it does at its end is not known."""
    path = tmp_path / "d"
    applied(path, documents(POD.format("web", 1)))
    asyncio.run(_written(path, Put(kind_of(Tier).key("later"), b'{"kind": 7}')))
    answer = asked("policy", "matrix", datastore=path)
    assert (answer.status, answer.out) == (1, "")
    sentence = "nothing is decided: Tier(later) cannot be read"
    assert answer.err.splitlines()[-1].startswith(f"bgpkit-node: {sentence}")


async def _written(path: Path, put: Put) -> None:
    async with await SqliteDatastore.open(path) as datastore:
        await datastore.transact([put])


def _elements(path: Path) -> list[tuple[str, dict[str, str], str]]:
    """Return name, attributes and own text of each element of an XML document, in order; it has to be well formed."""
    found: list[tuple[str, dict[str, str], list[str]]] = []
    parser = expat.ParserCreate()

    def begin(name: str, attributes: dict[str, str]) -> None:
        """Begin an element."""
        found.append((name, attributes, []))

    def read(text: str) -> None:
        """Add to the text of the last one."""
        found[-1][2].append(text)

    parser.StartElementHandler, parser.CharacterDataHandler = begin, read
    parser.Parse(path.read_bytes(), True)
    return [(name, attributes, "".join(texts).strip()) for name, attributes, texts in found]

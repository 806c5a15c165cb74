"""``bgpkit-node policy program``: a state in force in one network namespace, as its user sees it and as nft does."""

import json
from collections.abc import Generator
from typing import Any, Final

import pytest

from bgpkit_node.nft import library
from tests.support.commands import Answer, asked, bgpkit_node
from tests.support.netns import Namespace, Namespaces
from tests.support.skips import require_kernel, require_package

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("policy_program")]

_FOREIGN: Final = "table inet other { chain input { type filter hook input priority 0; policy accept; counter; }; }"
_POLICY: Final[dict[str, Any]] = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicy",
    "metadata": {"name": "db", "namespace": "default"},
    "spec": {
        "podSelector": {"matchLabels": {"role": "db"}},
        "ingress": [{"from": [{"podSelector": {"matchLabels": {"role": "web"}}}], "ports": [{"port": 6379}]}],
    },
}


@pytest.fixture(scope="module")
def node() -> Generator[Namespace]:
    """Give a namespace that has another's table already."""
    require_kernel("netns")
    require_package("nftables")
    own = Namespaces()
    try:
        namespace = own.node("host")
        namespace.run(["nft", _FOREIGN])
        yield namespace
    finally:
        own.close()


def test_a_state_comes_changes_and_goes_and_nothing_else_does(node: Namespace) -> None:
    """Programmed twice the same, nothing is touched; a label moves one element; teardown leaves the other's table."""
    before = ruleset(node)
    assert programmed(node, state()) == Answer(0, "", "")
    first = ruleset(node)
    assert "NetworkPolicy(default/db) ingress" in first
    assert "elements = { 10.0.0.2 }" in first
    programmed(node, state())
    assert ruleset(node) == first
    programmed(node, state(other={"role": "web"}))
    second = ruleset(node)
    assert "elements = { 10.0.0.2, 10.0.0.3 }" in second.replace("\n\t\t\t     ", " ")
    assert handles(second) == handles(first)
    programmed(node, {"node": "n1", "teardown": True})
    assert ruleset(node) == before
    programmed(node, {"node": "n1", "teardown": True})


def test_a_table_that_another_hand_changed_is_made_anew_at_once(node: Namespace) -> None:
    """A rule that was deleted by hand is back after the next call, and so is an element."""
    programmed(node, state())
    whole = without_handles(ruleset(node))
    node.run(["nft", "flush chain inet bgpkit to_pods"])
    node.run(["nft", 'delete element inet bgpkit sources4 { "cali1" . 10.0.0.1 }'])
    programmed(node, state())
    assert without_handles(ruleset(node)) == whole
    node.run(["nft", 'delete element inet bgpkit sources4 { "cali1" . 10.0.0.1 }'])
    programmed(node, state())
    assert without_handles(ruleset(node)) == whole


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "standard input: is not JSON"),
        ('{"node": 1}', "node"),
        ('{"endpoints": []}', "node"),
        (json.dumps({"node": "n1", "policies": [{"kind": "Pod"}]}), "policies[0]"),
    ],
)
def test_a_state_that_cannot_be_is_one_sentence_and_nothing_changes(node: Namespace, text: str, sentence: str) -> None:
    """Exit code 1, and the rules are those of before."""
    programmed(node, state())
    before = ruleset(node)
    with node.entered():
        asked("policy", "program", given=text).assert_refused(sentence)
    assert ruleset(node) == before


def test_a_policy_with_a_field_that_is_not_known_is_refused_whole(node: Namespace) -> None:
    """Although the rest of the state could be enforced."""
    wrong = json.loads(json.dumps(state()))
    wrong["policies"][0]["spec"]["ingress"][0]["form"] = []
    programmed(node, state())
    before = ruleset(node)
    with node.entered():
        asked("policy", "program", given=json.dumps(wrong)).assert_refused("policies[0]")
    assert ruleset(node) == before


@pytest.mark.parametrize(
    ("ifname", "sentence"),
    [("", "it is not known"), ('x" drop; }', "is no name of one"), ("cali1", "another endpoint has its interface")],
)
def test_an_interface_that_cannot_be_is_refused(node: Namespace, ifname: str, sentence: str) -> None:
    """Missing, not a name, or another's."""
    wrong = state()
    wrong["endpoints"][1]["ifname"] = ifname
    with node.entered():
        asked("policy", "program", given=json.dumps(wrong)).assert_refused(sentence)


def test_what_is_no_name_of_a_table_is_refused(node: Namespace) -> None:
    """Rather than become a sentence of nft's."""
    with node.entered():
        answer = asked("policy", "program", "--table", "x { }", given=json.dumps(state()))
    answer.assert_refused("'x { }' is no name of a table")


def test_without_nft_or_without_the_right_it_says_what_to_do(node: Namespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence each, exit code 1."""
    programmed(node, {"node": "n1", "teardown": True})
    with node.entered(), monkeypatch.context() as patch:
        patch.setattr(library, "NAME", "libnftables.so.none")
        answer = asked("policy", "program", given=json.dumps(state()))
    answer.assert_refused("there is no library libnftables.so.none: install the package nftables")
    weak = node.command(["setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin"])
    bgpkit_node("policy", "program", given=json.dumps(state()), prefix=weak).assert_refused("run as root")


def state(*, other: dict[str, str] | None = None) -> dict[str, Any]:
    """Return a state of three pods; ``other`` are the labels of one on another node."""
    pods = [pod("db", 1, {"role": "db"}), pod("web", 2, {"role": "web"}), pod("other", 3, other or {}, node="n2")]
    return {
        "node": "n1",
        "endpoints": pods,
        "namespaces": [{"name": "default", "labels": {}}],
        "nodes": [{"name": "n1", "ip": "192.0.2.1"}, {"name": "n2", "ip": "192.0.2.2"}],
        "policies": [_POLICY],
    }


def pod(name: str, number: int, labels: dict[str, str], *, node: str = "n1") -> dict[str, Any]:
    """Return a pod in the document's form."""
    local = node == "n1"
    return {
        "ns": "default",
        "name": name,
        "labels": labels,
        "ip": f"10.0.0.{number}",
        "node": node,
        "ports": [],
        "ifname": f"cali{number}" if local else "",
        "local": local,
    }


def programmed(node: Namespace, document: dict[str, Any]) -> Answer:
    """Give a document to the command, which must take it."""
    with node.entered():
        answer = asked("policy", "program", given=json.dumps(document))
    assert answer.status == 0, answer
    return answer


def ruleset(node: Namespace) -> str:
    """Return all tables in nft's words, each object with its handle."""
    return node.run(["nft", "-a", "list", "ruleset"]).stdout


def handles(words: str) -> list[str]:
    """Return the handles of all objects, which change where one is made anew."""
    return [line.partition("# handle ")[2] for line in words.splitlines() if "# handle " in line]


def without_handles(words: str) -> list[str]:
    """Return the lines, in no order, without what differs from one making to the next."""
    return sorted(line.partition(" # handle ")[0] for line in words.splitlines())

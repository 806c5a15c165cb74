"""Apply names what overlaps by it: pools, services, nodes, peers, and interfaces of the machine. walkthrough 5."""

from pathlib import Path

import pytest

from tests.support.commands import asked, bgpkit_node, document, documents
from tests.support.netns import Namespaces

NODE = document("Node", "a", "{bgp: {ipv4Address: 10.4.7.11/24}}")
SERVICES = document("BGPConfiguration", "default", '{serviceClusterIPs: [{cidr: "10.4.0.0/24"}]}')
POOL = document("IPPool", "p", "{cidr: 10.4.0.0/16}")
NAMED = [
    "warning: IPPool(p) 10.4.0.0/16 overlaps serviceClusterIPs of BGPConfiguration(default) 10.4.0.0/24",
    "warning: IPPool(p) 10.4.0.0/16 overlaps the network of a 10.4.7.0/24",
]


@pytest.fixture(autouse=True)
def no_interfaces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give commands in this process a machine without networks of its own, wherever the tests run."""
    monkeypatch.setattr("bgpkit_node.startup.interfaces.host_interfaces", lambda: ())


def told(words: str) -> list[str]:
    """Return the lines that speak of overlaps."""
    return [line for line in words.splitlines() if "overlaps" in line]


@pytest.mark.parametrize("word", ["apply", "create"])
def test_an_overlap_is_named_and_no_obstacle(tmp_path: Path, word: str) -> None:
    """On standard error, whichever of the documents was there before; a dry run tells it before it is done."""
    store = tmp_path / "d"
    before = asked("apply", "-f", "-", given=documents(NODE, SERVICES), datastore=store)
    assert (before.status, told(before.err)) == (0, [])
    planned = asked("apply", "--dry-run", "-f", "-", given=POOL, datastore=store)
    assert told(planned.out) == NAMED
    done = asked(word, "-f", "-", given=POOL, datastore=store)
    assert (done.status, told(done.err)) == (0, NAMED)


def test_what_a_call_does_not_touch_is_not_named(tmp_path: Path) -> None:
    """An operator who changes something else is not told again."""
    store = tmp_path / "d"
    asked("apply", "-f", "-", given=documents(NODE, POOL), datastore=store)
    other = documents(document("IPPool", "q", "{cidr: 10.244.0.0/16}"), document("BGPPeer", "x", "{peerIP: 192.0.2.1}"))
    assert asked("apply", "-f", "-", given=other, datastore=store).err == ""


@pytest.mark.netns
def test_interfaces_of_the_machine_count(namespaces: Namespaces, tmp_path: Path) -> None:
    """docker0 with the pods' range leads pods' packets astray."""
    machine = namespaces.node()
    machine.ip("link", "add", "docker0", "type", "bridge")
    machine.ip("addr", "add", "10.4.9.1/24", "dev", "docker0")
    file = tmp_path / "pool.yaml"
    file.write_text(POOL)
    done = bgpkit_node("apply", "-f", file, datastore=tmp_path / "d", prefix=machine.command([]))
    assert done.err == "warning: IPPool(p) 10.4.0.0/16 overlaps interface docker0 10.4.9.0/24\n"

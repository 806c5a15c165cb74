"""A dry run tells what apply would do to resources, sessions and paths, and does nothing. walkthrough 18 to 22."""

from pathlib import Path

import pytest

from tests.support.commands import applied, asked, document, documents
from tests.support.revisions import revision

NODES = documents(
    document("Node", "k8s-master1", "{bgp: {ipv4Address: 10.4.7.11/24}}"),
    document("Node", "k8s-node1", "{bgp: {ipv4Address: 10.4.7.12/24}}"),
    document("Node", "k8s-node2", "{bgp: {ipv4Address: 10.4.7.21/24}}"),
)
OFF = document("BGPConfiguration", "default", "{nodeToNodeMeshEnabled: false}")
PEERS = document("BGPPeer", "peers", "{nodeSelector: all(), peerSelector: \"route-reflector == 'true'\"}")


@pytest.fixture
def datastore(tmp_path: Path) -> Path:
    """Give a datastore with three nodes."""
    applied(tmp_path / "d", NODES)
    return tmp_path / "d"


def dry(datastore: Path, text: str) -> list[str]:
    """Return what a dry run says; it has changed nothing."""
    before = revision(datastore)
    answer = asked("apply", "--dry-run", "-f", "-", given=text, datastore=datastore)
    assert (answer.status, answer.err) == (0, ""), answer
    assert revision(datastore) == before
    return answer.out.splitlines()


def test_a_switch_to_a_reflector_is_told_whole(datastore: Path) -> None:
    """Who keeps a session, who closes one, and that no path is lost."""
    rr = "{bgp: {ipv4Address: 10.4.7.12/24, routeReflectorClusterID: 244.0.0.1}}"
    reflector = document("Node", "k8s-node1", rr, labels="{route-reflector: 'true'}")
    lines = dry(
        datastore, documents(OFF, reflector, PEERS, document("Node", "k8s-node2", "{bgp: {ipv4Address: 10.4.7.21/24}}"))
    )
    assert lines[:4] == [
        "would create BGPConfiguration(default)",
        "would create BGPPeer(peers)",
        "would change Node(k8s-node1)",
        "Node(k8s-node2) stays as it is",
    ]
    rows = [line.split() for line in lines[6:12]]
    assert [(row[0], row[2], row[3]) for row in rows] == [
        ("k8s-master1", "k8s-node1", "none"),
        ("k8s-master1", "k8s-node2", "closes"),
        ("k8s-node1", "k8s-master1", "soft"),
        ("k8s-node1", "k8s-node2", "soft"),
        ("k8s-node2", "k8s-node1", "none"),
        ("k8s-node2", "k8s-master1", "closes"),
    ]
    assert lines[12:] == [
        "ends of sessions: 2 none, 2 closes, 2 soft; 0 stay as they are",
        "",
        "no route of a kernel appears or vanishes; 0 stay as they are",
        "",
        "no two nodes would lose their path to each other",
        "warning: Node(k8s-node1) is the only reflector: without it no two other nodes have a path to each other",
        "nothing was changed: this was a dry run",
    ]


def test_pairs_that_would_lose_their_path_are_named(datastore: Path) -> None:
    """Which apply refuses."""
    lines = dry(datastore, OFF)
    assert lines[-2] == (
        "these nodes would lose their path to each other: k8s-master1 - k8s-node1, k8s-master1 - k8s-node2, "
        "k8s-node1 - k8s-node2; apply refuses that without --yes"
    )
    assert asked("apply", "-f", "-", given=OFF, datastore=datastore).status == 1


def test_nothing_to_do_is_said(datastore: Path) -> None:
    """No session changes."""
    lines = dry(datastore, NODES)
    assert "no session changes; 6 ends of sessions stay as they are" in lines
    assert lines[0] == "Node(k8s-master1) stays as it is"


def test_mixed_up_files_are_named(datastore: Path) -> None:
    """The label on one node, the cluster ID on another: neither reflects. walkthrough 22."""
    labelled = document("Node", "k8s-node1", "{bgp: {ipv4Address: 10.4.7.12/24}}", labels="{route-reflector: 'true'}")
    rr = "{bgp: {ipv4Address: 10.4.7.21/24, routeReflectorClusterID: 244.0.0.1}}"
    why = "and no BGPPeer makes it a reflector: it reflects nothing"
    idle = f"Node(k8s-node2) has routeReflectorClusterID 244.0.0.1, {why}"
    lines = dry(datastore, documents(labelled, document("Node", "k8s-node2", rr), PEERS))
    assert [line for line in lines if line.startswith("warning: ")] == [f"warning: {idle}"]
    whole = documents(labelled, OFF, PEERS, document("Node", "k8s-node2", rr))
    chosen = "Node(k8s-node1) is selected by peerSelector of BGPPeer(peers), and has no routeReflectorClusterID"
    told = [line for line in dry(datastore, whole) if line.startswith("warning: ")]
    assert told == [f"warning: {chosen}: it reflects nothing", f"warning: {idle}"]
    assert "k8s-master1 - k8s-node2" in asked("apply", "-f", "-", given=whole, datastore=datastore).err


def test_what_cannot_be_is_refused_as_apply_does(datastore: Path) -> None:
    """A node with the address of another: both names. walkthrough 22."""
    twin = document("Node", "k8s-node2", "{bgp: {ipv4Address: 10.4.7.12/24}}")
    for words in (("apply",), ("apply", "--dry-run")):
        asked(*words, "-f", "-", given=twin, datastore=datastore).assert_refused(
            "Node(k8s-node2) and Node(k8s-node1) cannot both have the address 10.4.7.12"
        )


def test_what_was_so_before_is_not_warned_of(datastore: Path) -> None:
    """Only what the change brings about."""
    applied(datastore, document("BGPPeer", "x", "{node: z, peerIP: 10.9.9.9, asNumber: 1}"))
    assert not [line for line in dry(datastore, document("IPPool", "p", "{cidr: 10.0.0.0/16}")) if "warning" in line]


def test_warnings_come_as_with_apply(datastore: Path) -> None:
    """On standard error."""
    text = document("BGPPeer", "idle", "{nodeSelector: all()}")
    answer = asked("apply", "--dry-run", "-f", "-", given=text, datastore=datastore)
    assert answer.err.startswith("warning: BGPPeer(idle) makes no session")

"""Apply: all of a call or nothing, in every form, and with every mistake named where it stands."""

import shutil
from pathlib import Path

import pytest

from tests.support.commands import applied, asked, document, documents
from tests.support.revisions import revision

POOL = document("IPPool", "p", "{cidr: 10.244.0.0/16}")
NODES = documents(
    document("Node", "k8s-master1", "{bgp: {ipv4Address: 10.4.7.11/24}}"),
    document("Node", "k8s-node1", "{bgp: {ipv4Address: 10.4.7.12/24}}"),
    document("Node", "k8s-node2", "{bgp: {ipv4Address: 10.4.7.21/24}}"),
)
MESH_OFF = document("BGPConfiguration", "default", "{nodeToNodeMeshEnabled: false, asNumber: 63400}")
REFLECTOR = document(
    "Node",
    "k8s-node1",
    "{bgp: {ipv4Address: 10.4.7.12/24, routeReflectorClusterID: 244.0.0.1}}",
    labels="{route-reflector: 'true'}",
)
PEERS = document("BGPPeer", "peer-with-route-reflectors", '{nodeSelector: all(), peerSelector: "has(route-reflector)"}')

MISTAKES = {
    "yaml": (POOL + "---\nkind: [", "bad.yaml: document 2, line 6: "),
    "unknown field": (
        documents(POOL, document("BGPPeer", "b", "{peerSelectr: all()}")),
        "bad.yaml: document 2, line 9: BGPPeer spec.peerSelectr: unknown field; did you mean peerSelector?",
    ),
    "unknown kind": (document("BGPPeeer", "b", "{}"), "bad.yaml: document 1, line 2: kind 'BGPPeeer' is not known"),
    "selector": (
        document("BGPPeer", "b", '{nodeSelector: "has(", peerSelector: all()}'),
        "bad.yaml: document 1, line 4: BGPPeer spec.nodeSelector: ",
    ),
    "overlap in the call": (
        documents(POOL, document("IPPool", "q", "{cidr: 10.244.8.0/24}")),
        "bad.yaml: document 2, line 9: IPPool spec.cidr: IPPool(q) CIDR overlaps with IPPool(p) CIDR 10.244.0.0/16",
    ),
    "overlap with the store": (
        document("IPPool", "q", "{cidr: 10.99.8.0/24}"),
        "bad.yaml: document 1, line 4: IPPool spec.cidr: IPPool(q) CIDR overlaps with IPPool(old) CIDR 10.99.0.0/16",
    ),
    "address of another node": (
        document("Node", "k8s-node2", "{bgp: {ipv4Address: 10.4.7.11/24}}"),
        "Node spec.bgp.ipv4Address: Node(k8s-node2) and Node(k8s-master1) cannot both have the address 10.4.7.11",
    ),
    "BGP Identifier of another node": (
        document("Node", "k8s-node2", "{bgp: {ipv4Address: 10.4.7.21/24}}").replace(
            "k8s-node2", "k8s-node2, annotations: {bgpkit-node/bgp-identifier: 10.4.7.11}"
        ),
        "Node(k8s-node2) and Node(k8s-master1) cannot both have the BGP Identifier 10.4.7.11: start the agent of one",
    ),
    "twice": (documents(POOL, POOL), "bad.yaml: document 2, line 8: IPPool metadata.name: IPPool(p) is given twice"),
    "nothing": ("# nothing here\n", "bad.yaml: holds no resource"),
}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a datastore with three nodes and a pool, to be copied."""
    path = tmp_path_factory.mktemp("prepared") / "d.sqlite"
    applied(path, documents(NODES, document("IPPool", "old", "{cidr: 10.99.0.0/16}")))
    return path


@pytest.fixture
def datastore(prepared: Path, tmp_path: Path) -> Path:
    """Give a datastore of the test's own with three nodes and a pool."""
    return Path(shutil.copy(prepared, tmp_path))


@pytest.mark.parametrize(("text", "sentence"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_where_it_stands(text: str, sentence: str, datastore: Path, tmp_path: Path) -> None:
    """File, document, line and field; and nothing of the call is applied."""
    file = tmp_path / "bad.yaml"
    file.write_text(text)
    before = revision(datastore)
    answer = asked("apply", "-f", file, datastore=datastore)
    answer.assert_refused(sentence)
    assert revision(datastore) == before


def test_all_mistakes_of_a_call_are_named_at_once(datastore: Path, tmp_path: Path) -> None:
    """One line each, in the order of the files."""
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    first.write_text(document("IPPool", "q", "{cidr: 10.1.2.3/16, blokSize: 26}"))
    second.write_text(document("Node", "A_b", "{}"))
    before = revision(datastore)
    answer = asked("apply", "-f", first, "-f", second, "-f", tmp_path / "none.yaml", datastore=datastore)
    lines = answer.err.splitlines()
    assert answer.status == 1
    assert f"{first}: document 1, line 4" in lines[0]
    assert lines[-1] == f"bgpkit-node: {tmp_path}/none.yaml: cannot be read: No such file or directory"
    assert revision(datastore) == before


def test_several_files_are_one_change(tmp_path: Path) -> None:
    """With several -f and standard input among them: one revision for all."""
    datastore, file = tmp_path / "d.sqlite", tmp_path / "pool.yaml"
    file.write_text(POOL)
    answer = asked("apply", "-f", file, "-f", "-", given=NODES, datastore=datastore)
    assert (answer.status, answer.out, answer.err) == (0, "Successfully applied 4 resource(s)\n", "")
    assert revision(datastore) == 1


def test_the_sentence_names_the_kind_when_there_is_one(tmp_path: Path) -> None:
    """As calicoctl says it."""
    assert applied(tmp_path / "d", NODES).out == "Successfully applied 3 'Node' resource(s)\n"


def test_what_is_as_it_should_be_is_not_written(datastore: Path) -> None:
    """Applied again, also as ``get -o yaml`` and ``-o json`` print it. walkthrough 15."""
    before = revision(datastore)
    assert applied(datastore, NODES).out == "Successfully applied 3 'Node' resource(s)\n"
    for kind in ("node", "ippool"):
        for form in ("yaml", "json"):
            printed = asked("get", kind, "-o", form, datastore=datastore)
            applied(datastore, printed.out)
    single = asked("get", "node", "k8s-node2", "-o", "yaml", datastore=datastore)
    assert applied(datastore, single.out).out == "Successfully applied 1 'Node' resource(s)\n"
    assert revision(datastore) == before


def test_a_change_that_cuts_nodes_off_is_refused_with_the_pairs(datastore: Path) -> None:
    """Unless --yes is given. walkthrough 18."""
    before = revision(datastore)
    answer = asked("apply", "-f", "-", given=MESH_OFF, datastore=datastore)
    answer.assert_refused(
        "nothing applied: no session would carry routes between k8s-master1 - k8s-node1, k8s-master1 - k8s-node2, "
        "k8s-node1 - k8s-node2; add peerings to the same call of apply, or say --yes to cut them off"
    )
    assert revision(datastore) == before
    assert applied(datastore, MESH_OFF, "--yes").out == "Successfully applied 1 'BGPConfiguration' resource(s)\n"
    assert revision(datastore) == before + 1


def test_a_filter_that_lets_no_route_pass_is_refused_with_the_pairs(datastore: Path) -> None:
    """As a change of sessions is; with --yes it is done, and the topology says who has no path. walkthrough 18."""
    closed = document("BGPFilter", "closed", "{exportV4: [{action: Reject}]}")
    peers = document("BGPPeer", "all", "{peerSelector: all(), filters: [closed]}")
    pairs = "k8s-master1 - k8s-node1, k8s-master1 - k8s-node2, k8s-node1 - k8s-node2"
    before = revision(datastore)
    asked("apply", "-f", "-", given=documents(closed, peers), datastore=datastore).assert_refused(
        f"nothing applied: BGPFilter(closed) would let no route pass between {pairs}; let the routes pass, or say --yes"
    )
    assert revision(datastore) == before
    foreseen = asked("apply", "--dry-run", "-f", "-", given=documents(closed, peers), datastore=datastore)
    assert f"these nodes would lose their path to each other: {pairs}; apply refuses" in foreseen.out
    applied(datastore, documents(closed, peers), "--yes")
    told = asked("topology", datastore=datastore)
    assert (told.status, told.out.splitlines()[-2:]) == (
        1,
        [f"no path between {pairs}", f"routes between {pairs} are kept back by BGPFilter(closed)"],
    )
    asked("delete", "bgppeer", "all", datastore=datastore)
    assert asked("topology", datastore=datastore).status == 0


def test_an_as_in_which_two_nodes_have_one_identifier_is_refused(datastore: Path) -> None:
    """With --yes, too: neither would have a session with the other. RFC 6286, section 2.1."""
    other = document("Node", "k8s-node3", "{bgp: {ipv4Address: 10.4.7.22/24, asNumber: 63400}}")
    applied(datastore, other.replace("k8s-node3", "k8s-node3, annotations: {bgpkit-node/bgp-identifier: 10.4.7.11}"))
    joined = document("BGPConfiguration", "default", "{asNumber: 63400}")
    for option in ("--yes", "--dry-run"):
        asked("apply", "-f", "-", option, given=joined, datastore=datastore).assert_refused(
            "nothing applied: Node(k8s-master1) and Node(k8s-node3) of AS 63400 have one BGP Identifier, 10.4.7.11"
        )


def test_a_switch_to_reflectors_in_one_call_is_no_cut(datastore: Path) -> None:
    """The other half of the change stands in the same call. walkthrough 20."""
    answer = applied(datastore, documents(MESH_OFF, REFLECTOR, PEERS))
    assert answer.out == "Successfully applied 3 resource(s)\n"
    lost = document("Node", "k8s-node1", "{bgp: {ipv4Address: 10.4.7.12/24}}")
    refused = asked("apply", "-f", "-", given=lost, datastore=datastore)
    assert refused.status == 1
    assert "k8s-master1 - k8s-node2" in refused.err


def test_a_node_that_joins_is_not_cut_off(datastore: Path) -> None:
    """Nobody reached it before; and pairs without a path before are not held against a change."""
    applied(datastore, MESH_OFF, "--yes")
    applied(datastore, document("Node", "k8s-node3", "{bgp: {ipv4Address: 10.4.7.22/24}}"))
    applied(datastore, POOL)


def test_fields_that_do_nothing_yet_are_named(tmp_path: Path) -> None:
    """A warning each, and the resource is applied."""
    text = document("FelixConfiguration", "default", "{bpfEnabled: true, ipipMTU: 1440, wireguardMTU: 1400}")
    answer = applied(tmp_path / "d", text)
    assert answer.out == "Successfully applied 1 'FelixConfiguration' resource(s)\n"
    assert [line.partition(" is kept")[0] for line in answer.err.splitlines()] == [
        "warning: FelixConfiguration(default): spec.bpfEnabled",
        "warning: FelixConfiguration(default): spec.wireguardMTU",
    ]


def test_a_resource_without_effect_is_named(tmp_path: Path) -> None:
    """Once, and by its name."""
    answer = applied(tmp_path / "d", documents(NODES, document("BGPPeer", "b", "{nodeSelector: all()}")))
    assert answer.err.startswith("warning: BGPPeer(b) makes no session")
    assert answer.err.count("BGPPeer(b)") == 1


def test_what_does_nothing_among_the_others_is_named_when_it_comes_about(tmp_path: Path) -> None:
    """A selector that matches no node, when it is written; and when the last label goes that it matched."""
    applied(tmp_path / "d", NODES)
    peers = document("BGPPeer", "rack", "{nodeSelector: has(rack), peerIP: 10.4.7.1, asNumber: 65000}")
    told = "warning: BGPPeer(rack): nodeSelector 'has(rack)' matches no node\n"
    assert applied(tmp_path / "d", peers).err == told
    assert applied(tmp_path / "d", peers).err == ""
    assert asked("label", "node", "k8s-node1", "rack=1", datastore=tmp_path / "d").err == ""
    assert asked("label", "node", "k8s-node1", "rack", "--remove", datastore=tmp_path / "d").err == told


def test_a_directory_stands_for_its_files_and_on_demand_for_those_below(tmp_path: Path) -> None:
    """All of them are one change."""
    datastore, below = tmp_path / "d.sqlite", tmp_path / "all" / "below"
    below.mkdir(parents=True)
    (tmp_path / "all" / "pool.yaml").write_text(POOL)
    (below / "nodes.yml").write_text(NODES)
    (below / "notes.txt").write_text("not a resource")
    assert asked("apply", "-f", tmp_path / "all", datastore=datastore).out.startswith("Successfully applied 1 ")
    answer = asked("apply", "-R", "-f", tmp_path / "all", datastore=datastore)
    assert answer.out == "Successfully applied 4 resource(s)\n"
    assert revision(datastore) == 2


def test_the_namespace_of_the_call_is_that_of_documents_without_one(tmp_path: Path) -> None:
    """And must not differ from that of the others."""
    endpoint = (
        "apiVersion: projectcalico.org/v3\nkind: WorkloadEndpoint\nmetadata: {name: a-k8s-p-eth0%s}\n"
        "spec: {orchestrator: k8s, node: a, pod: p, endpoint: eth0, interfaceName: cali1}\n"
    )
    answer = asked("apply", "-n", "web", "-f", "-", given=endpoint % "", datastore=tmp_path / "d")
    assert answer.status == 0, answer
    assert "web" in asked("get", "wep", "-A", datastore=tmp_path / "d").out
    other = endpoint % ", namespace: db"
    asked("apply", "-n", "web", "-f", "-", given=other, datastore=tmp_path / "d").assert_refused(
        "standard input: document 1, line 3: WorkloadEndpoint metadata.namespace: is db, and --namespace says web"
    )


def test_nothing_to_apply_is_said(tmp_path: Path) -> None:
    """An error, unless --skip-empty is given."""
    asked("apply", "-f", "-", datastore=tmp_path / "d").assert_refused("standard input: holds no resource")
    answer = asked("apply", "-f", "-", "--skip-empty", datastore=tmp_path / "d")
    assert (answer.status, answer.out) == (0, "No resources specified\n")
    assert not (tmp_path / "d").exists()

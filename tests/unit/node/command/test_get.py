"""Get: the tables that operators know, and documents that can be applied again. calico.md, section 1, rows 9 to 14."""

import json
from pathlib import Path

import pytest

from tests.support.commands import applied, asked, document, documents

RESOURCES = documents(
    document("Node", "k8s-master1", "{bgp: {ipv4Address: 10.4.7.11/24}}"),
    document("Node", "k8s-node1", "{bgp: {ipv4Address: 10.4.7.12/24, asNumber: 65001}}"),
    document("IPPool", "default-ipv4-ippool", "{cidr: 10.244.0.0/16}"),
    document("BGPConfiguration", "default", "{asNumber: 63400}"),
    document("BGPPeer", "peer-with-route-reflectors", "{nodeSelector: all(), peerSelector: has(rr)}"),
    document("BGPPeer", "tor", "{peerIP: 10.4.7.1, asNumber: 65000}"),
    document("BGPPeer", "x", "{peerIP: 10.4.7.2, node: k8s-node1}"),
)


def _row(*cells: str) -> str:
    """Return a row of the widest table."""
    return "".join(cell.ljust(width) for cell, width in zip(cells, (22, 16, 8, 11, 12, 11, 19, 11, 17), strict=True))


TABLES = {
    ("nodes",): ["NAME          ", "k8s-master1   ", "k8s-node1     "],
    ("node", "-o", "wide"): [
        "NAME          ASN       IPV4           IPV6   ",
        "k8s-master1   (63400)   10.4.7.11/24          ",
        "k8s-node1     65001     10.4.7.12/24          ",
    ],
    ("ippool",): [
        "NAME                  CIDR            SELECTOR   ",
        "default-ipv4-ippool   10.244.0.0/16   all()      ",
    ],
    ("ippools", "--output=wide"): [
        _row(
            "NAME", "CIDR", "NAT", "IPIPMODE", "VXLANMODE", "DISABLED", "DISABLEBGPEXPORT", "SELECTOR", "ASSIGNMENTMODE"
        ),
        _row("default-ipv4-ippool", "10.244.0.0/16", "false", "Never", "Never", "false", "false", "all()", "Automatic"),
    ],
    ("bgpconfig",): [
        "NAME      LOGSEVERITY   MESHENABLED   ASNUMBER   ",
        "default   Info          -             63400      ",
    ],
    ("bgpp",): [
        "NAME                         PEERIP     NODE        ASN     ",
        "peer-with-route-reflectors              all()       0       ",
        "tor                          10.4.7.1   (global)    65000   ",
        "x                            10.4.7.2   k8s-node1   0       ",
    ],
    ("bgppeer", "tor"): ["NAME   PEERIP     NODE       ASN     ", "tor    10.4.7.1   (global)   65000   "],
}


@pytest.fixture(scope="module")
def datastore(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a datastore with some of every kind."""
    path = tmp_path_factory.mktemp("get") / "d.sqlite"
    applied(path, RESOURCES)
    return path


@pytest.mark.parametrize(("words", "lines"), TABLES.items(), ids=[" ".join(words) for words in TABLES])
def test_the_tables_are_calicoctls(words: tuple[str, ...], lines: list[str], datastore: Path) -> None:
    """Columns three spaces apart, the last one padded too, an empty line after the table."""
    answer = asked("get", *words, datastore=datastore)
    assert (answer.status, answer.err) == (0, "")
    assert answer.out == "\n".join([*lines, "", ""])


def test_a_list_is_a_list_document(datastore: Path) -> None:
    """With the newest revision; one name gives the resource itself."""
    answer = json.loads(asked("get", "node", "-o", "json", datastore=datastore).out)
    assert (answer["kind"], answer["apiVersion"]) == ("NodeList", "projectcalico.org/v3")
    assert [item["metadata"]["name"] for item in answer["items"]] == ["k8s-master1", "k8s-node1"]
    one = json.loads(asked("get", "node", "k8s-node1", "-o", "json", datastore=datastore).out)
    assert one == answer["items"][1]
    assert set(one["metadata"]) == {"name", "uid", "creationTimestamp", "resourceVersion"}


def test_names_are_given_in_the_order_asked_for(datastore: Path) -> None:
    """Those that are not there are named together."""
    answer = asked("get", "node", "k8s-node1", "k8s-master1", datastore=datastore)
    assert [line.strip() for line in answer.out.splitlines()] == ["NAME", "k8s-node1", "k8s-master1", ""]
    refused = asked("get", "node", "k8s-node1", "y", "z", datastore=datastore)
    refused.assert_refused("Node y, z not found; there is k8s-master1, k8s-node1")


def test_an_unknown_kind_is_named_with_the_known_ones(datastore: Path) -> None:
    """And with the one that was meant, if it is near."""
    answer = asked("get", "ipool", datastore=datastore)
    answer.assert_refused("kind 'ipool' is not known, only AdminNetworkPolicy, BGPConfiguration, ", status=2)
    assert answer.err.endswith("; did you mean IPPool?\n")


PODS = documents(
    document("Node", "a", "{bgp: {ipv4Address: 10.4.7.1/24}}"),
    """\
apiVersion: projectcalico.org/v3
kind: WorkloadEndpoint
metadata: {name: a-k8s-nginx-eth0, namespace: default}
spec:
  {orchestrator: k8s, node: a, pod: nginx, endpoint: eth0, interfaceName: cali1, ipNetworks: [10.244.0.1/32],
   profiles: [kns.default]}
""",
    """\
apiVersion: projectcalico.org/v3
kind: WorkloadEndpoint
metadata: {name: a-k8s-dns-eth0, namespace: kube-system}
spec:
  {orchestrator: k8s, node: a, pod: dns, endpoint: eth0, interfaceName: cali2,
   ipNetworks: [10.244.0.2/32, "fd00::2/128"]}
""",
)


@pytest.fixture(scope="module")
def pods(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a datastore with endpoints of pods in two namespaces."""
    path = tmp_path_factory.mktemp("pods") / "d.sqlite"
    applied(path, PODS)
    return path


NAMESPACED = {
    ("wep",): ["WORKLOAD   NODE   NETWORKS        INTERFACE   ", "nginx      a      10.244.0.1/32   cali1       "],
    ("weps", "-n", "kube-system"): [
        "NAMESPACE     WORKLOAD   NODE   NETWORKS                    INTERFACE   ",
        "kube-system   dns        a      10.244.0.2/32,fd00::2/128   cali2       ",
    ],
    ("workloadendpoints", "--all-namespaces"): [
        "NAMESPACE     WORKLOAD   NODE   NETWORKS                    INTERFACE   ",
        "default       nginx      a      10.244.0.1/32               cali1       ",
        "kube-system   dns        a      10.244.0.2/32,fd00::2/128   cali2       ",
    ],
    ("wep", "-o", "wide"): [
        "NAME               WORKLOAD   NODE   NETWORKS        INTERFACE   PROFILES      NATS   ",
        "a-k8s-nginx-eth0   nginx      a      10.244.0.1/32   cali1       kns.default          ",
    ],
    ("wep", "a-k8s-dns-eth0", "--namespace=kube-system", "-o", "custom-columns=NAMESPACE,NAME"): [
        "NAMESPACE     NAME             ",
        "kube-system   a-k8s-dns-eth0   ",
    ],
}


@pytest.mark.parametrize(("words", "lines"), NAMESPACED.items(), ids=[" ".join(words) for words in NAMESPACED])
def test_a_namespaced_kind_is_listed_in_one_namespace_or_in_all(
    words: tuple[str, ...], lines: list[str], pods: Path
) -> None:
    """The one called default unless another is named; the column is there when the user has asked about namespaces."""
    answer = asked("get", *words, datastore=pods)
    assert (answer.status, answer.err) == (0, "")
    assert answer.out == "\n".join([*lines, "", ""])


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (("node", "-n", "x"), 2, "Node is not namespaced"),
        (("node", "-A"), 2, "Node is not namespaced"),
        (("wep", "-A", "-n", "x"), 2, "--namespace and --all-namespaces exclude each other"),
        (("wep", "-n", "Bad Ns"), 2, "--namespace: 'Bad Ns' is not a namespace: use a-z, 0-9 and -"),
        (("wep", "-n", ""), 2, "--namespace: '' is not a namespace"),
        (("wep", "a-k8s-dns-eth0"), 1, "WorkloadEndpoint default/a-k8s-dns-eth0 not found; there is default/a-k8s"),
        (("node", ""), 2, "the name of a resource may not be empty"),
        (("node", "-o", "custom-columns=NAME,FOO"), 2, "unknown heading FOO, valid values for Node are: NAME, ASN"),
    ],
)
def test_what_cannot_be_asked_is_refused(words: tuple[str, ...], status: int, sentence: str, pods: Path) -> None:
    """In one sentence; exit code 2 when nothing stored could make sense of the words."""
    asked("get", *words, datastore=pods).assert_refused(sentence, status=status)


def test_the_old_look_has_the_columns_of_its_time(datastore: Path) -> None:
    """Calicoctl 3.9 knew neither disableBGPExport nor assignmentMode. calico.md, section 1, row 10."""
    old = asked("get", "ippool", "-o", "wide", "--compat", "3.9", datastore=datastore).out.splitlines()
    assert old[0].split() == ["NAME", "CIDR", "NAT", "IPIPMODE", "VXLANMODE", "DISABLED", "SELECTOR"]
    by_environment = asked(
        "get", "ippool", "-o", "wide", datastore=datastore, environment={"BGPKIT_NODE_COMPAT": "3.9"}
    )
    assert by_environment.out.splitlines() == old


def test_columns_can_be_chosen(datastore: Path) -> None:
    """In the order asked for, in any case of letters."""
    answer = asked("get", "node", "-o", "custom-columns=IPV4,name", datastore=datastore)
    assert answer.out.splitlines()[:2] == ["IPV4           NAME          ", "10.4.7.11/24   k8s-master1   "]


def test_names_can_be_printed_alone(datastore: Path) -> None:
    """A line each, for scripts."""
    answer = asked("get", "nodes", "-o", "name", datastore=datastore)
    assert answer.out == "node/k8s-master1\nnode/k8s-node1\n"


def test_several_named_resources_are_an_array(datastore: Path) -> None:
    """As in calicoctl; it can be applied again."""
    told = json.loads(asked("get", "node", "k8s-node1", "k8s-master1", "-o", "json", datastore=datastore).out)
    assert [one["metadata"]["name"] for one in told] == ["k8s-node1", "k8s-master1"]
    printed = asked("get", "node", "k8s-node1", "k8s-master1", "-o", "yaml", datastore=datastore).out
    assert applied(datastore, printed).out == "Successfully applied 2 'Node' resource(s)\n"


def test_the_resources_of_a_file_are_printed_as_they_stand_in_the_store(datastore: Path, tmp_path: Path) -> None:
    """Of several kinds: a table each, or one array."""
    file = tmp_path / "some.yaml"
    file.write_text(documents(document("Node", "k8s-node1", "{}"), document("BGPPeer", "tor", "{peerIP: 1.1.1.1}")))
    table = asked("get", "-f", file, datastore=datastore).out
    assert table.split() == [
        "NAME",
        "k8s-node1",
        "NAME",
        "PEERIP",
        "NODE",
        "ASN",
        "tor",
        "10.4.7.1",
        "(global)",
        "65000",
    ]
    told = json.loads(asked("get", "-f", file, "-o", "json", datastore=datastore).out)
    assert [one["kind"] for one in told] == ["Node", "BGPPeer"]


def test_an_export_leaves_out_what_belongs_to_the_cluster(pods: Path) -> None:
    """When a name is given, as in calicoctl; else the option does nothing."""
    one = json.loads(asked("get", "wep", "a-k8s-nginx-eth0", "--export", "-o", "json", datastore=pods).out)
    assert set(one["metadata"]) == {"name"}
    every = json.loads(asked("get", "wep", "--export", "-o", "json", datastore=pods).out)
    assert "uid" in every["items"][0]["metadata"]


def test_nothing_is_an_empty_list(tmp_path: Path) -> None:
    """Headings alone; a list without items."""
    applied(tmp_path / "d", document("Node", "a", "{}"))
    assert asked("get", "bgppeer", datastore=tmp_path / "d").out == "NAME   PEERIP   NODE   ASN   \n\n"
    told = json.loads(asked("get", "bgppeer", "-o", "json", datastore=tmp_path / "d").out)
    assert (told["kind"], told["items"]) == ("BGPPeerList", [])

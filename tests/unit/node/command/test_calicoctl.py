"""Called calicoctl, the command takes calicoctl's words unchanged. walkthrough 12."""

import subprocess
import sys
from pathlib import Path

import pytest

from bgpkit_node.command.calicoctl import is_called
from tests.support.commands import applied, asked, bgpkit_node, document, documents
from tests.support.revisions import revision

RESOURCES = documents(
    document("Node", "k8s-master1", "{bgp: {ipv4Address: 10.4.7.11/24}}"),
    document(
        "Node", "k8s-node2", "{bgp: {ipv4Address: 10.4.7.21/24}, orchRefs: [{nodeName: k8s-node2, orchestrator: k8s}]}"
    ),
    document("IPPool", "default-ipv4-ippool", "{cidr: 10.244.0.0/16}"),
    document("BGPConfiguration", "default", "{asNumber: 63400}"),
    document("BGPPeer", "peer", "{peerIP: 10.4.7.1, asNumber: 65000}"),
)
CALICO_NODE = """\
apiVersion: projectcalico.org/v3
kind: Node
metadata:
  annotations:
    projectcalico.org/kube-labels: '{"kubernetes.io/hostname":"k8s-node2"}'
  creationTimestamp: null
  labels:
    kubernetes.io/hostname: k8s-node2
  name: k8s-node2
spec:
  bgp:
    ipv4Address: 10.4.7.21/24
  orchRefs:
  - nodeName: k8s-node2
    orchestrator: k8s
"""


@pytest.fixture(scope="module")
def datastore(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a datastore with some of every kind."""
    path = tmp_path_factory.mktemp("calicoctl") / "d.sqlite"
    applied(path, RESOURCES)
    return path


@pytest.mark.parametrize(
    "words",
    [
        "get nodes --output=wide",
        "get ippool -o wide",
        "get bgpconfig",
        "get bgppeer",
        "get bgppeers -o yaml",
        "get node k8s-node2 -o yaml",
        "get no k8s-node2 -o=json",
        "get wep -a",
        "get workloadendpoints --all-namespaces",
        "--log-level=debug get nodes",
        "-l info get nodes --allow-version-mismatch",
        "--allow-version-mismatch get nodes",
        "get nodes --context=kubernetes-admin@kubernetes",
        "ipam show",
        "ipam show --show-blocks",
        "ipam show --show-borrowed --allow-version-mismatch",
        "ipam show --show-configuration",
        "ipam show --ip=10.244.0.1",
        "ipam check --show-all-ips",
        "ipam check --show-problem-ips --kubeconfig=/root/.kube/config",
        "label nodes k8s-node2 a=b --overwrite",
    ],
)
def test_its_words_are_taken(words: str, datastore: Path) -> None:
    """With its options, those that have no meaning here too."""
    answer = asked(*words.split(), datastore=datastore, program="calicoctl")
    assert (answer.status, answer.err) == (0, ""), answer


def test_a_printed_file_is_applied_again(datastore: Path, tmp_path: Path) -> None:
    """``get node k8s-node2 -o yaml > node.yaml``, ``apply -f node.yaml``: nothing changes. walkthrough 15."""
    before = revision(datastore)
    file = tmp_path / "node.yaml"
    file.write_text(asked("get", "node", "k8s-node2", "-o", "yaml", datastore=datastore, program="calicoctl").out)
    answer = asked("apply", "-f", file, datastore=datastore, program="calicoctl")
    assert answer.out == "Successfully applied 1 'Node' resource(s)\n"
    assert revision(datastore) == before


def test_a_file_of_a_calico_node_is_applied_again(tmp_path: Path) -> None:
    """With kube-labels, an empty time and orchRefs, and no revision, as the walkthrough has it: nothing changes. 15."""
    file = tmp_path / "node.yaml"
    file.write_text(CALICO_NODE)
    assert asked("apply", "-f", file, datastore=tmp_path / "d", program="calicoctl").status == 0
    before = revision(tmp_path / "d")
    told = asked("get", "node", "k8s-node2", "-o", "yaml", datastore=tmp_path / "d", program="calicoctl").out
    for text in (CALICO_NODE, told):
        file.write_text(text)
        answer = asked("apply", "-f", file, datastore=tmp_path / "d", program="calicoctl")
        assert answer.out == "Successfully applied 1 'Node' resource(s)\n"
        assert revision(tmp_path / "d") == before
    kept = [line for line in CALICO_NODE.splitlines() if "creationTimestamp" not in line]
    assert set(kept) <= set(told.splitlines())


def test_errors_bear_its_name_and_words_that_are_ours_alone_are_not_there(datastore: Path, tmp_path: Path) -> None:
    """Nothing of what calicoctl does not know."""
    answer = asked("get", "node", "z", datastore=datastore, program="/usr/local/bin/calicoctl")
    assert answer.err == "calicoctl: Node z not found; there is k8s-master1, k8s-node2\n"
    told = asked("--help", program="calicoctl")
    assert told.out.startswith("Usage: calicoctl [OPTIONS]")
    assert "demo" not in told.out
    assert "log-level" not in told.out
    assert asked("topology", datastore=datastore, program="calicoctl").status == 2
    assert asked("node", "status", "--run-dir", tmp_path, program="calicoctl").out == "Calico process is not running.\n"


@pytest.mark.parametrize(
    ("words", "instead"),
    [
        ("convert -f v1.yaml -o yaml", "convert is not offered: resources of the API v1"),
        ("cluster diags --since=1h", "cluster is not offered: bgpkit-node doctor and"),
        ("node run --node-image=calico/node", "node run is not offered: bgpkit-node agent"),
        ("node diags --help", "node diags is not offered: bgpkit-node doctor"),
        ("node checksystem", "node checksystem is not offered: bgpkit-node doctor"),
    ],
)
def test_of_its_words_that_are_not_offered_it_says_what_there_is_instead(words: str, instead: str) -> None:
    """Whatever is said with them; they are in no list, and unknown under the other name."""
    answer = asked(*words.split(), program="calicoctl")
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith(f"calicoctl: {instead}")
    group, _, word = words.partition(" -")[0].rpartition(" ")
    assert word not in asked(*group.split(), "--help", program="calicoctl").out.split()
    assert "No such command" in asked(*words.split()).err


def test_its_check_ends_well_whatever_it_finds(tmp_path: Path) -> None:
    """Ours ends with 1 when something is wrong."""
    applied(tmp_path / "d", document("Node", "a", "{ipv4VXLANTunnelAddr: 10.0.0.1}"))
    applied(tmp_path / "d", document("IPPool", "p", "{cidr: 10.0.0.0/24}"))
    ours = asked("ipam", "check", datastore=tmp_path / "d")
    theirs = asked("ipam", "check", datastore=tmp_path / "d", program="calicoctl")
    assert (ours.status, theirs.status) == (1, 0)
    assert ours.out == theirs.out
    assert ours.out.endswith("Check complete; found 1 problems.\n")


def test_the_options_without_meaning_are_calicoctls_alone(datastore: Path) -> None:
    """And they do not stay behind in the other command."""
    assert asked("get", "node", "--allow-version-mismatch", datastore=datastore, program="calicoctl").status == 0
    assert asked("get", "node", "--allow-version-mismatch", datastore=datastore).status == 2


def test_the_name_decides() -> None:
    """That of the file, wherever it stands."""
    assert is_called("/usr/local/bin/calicoctl")
    assert not is_called("/usr/local/calicoctl/bgpkit-node")


def test_it_calls_itself_by_its_name(tmp_path: Path) -> None:
    """With the version of this package, where a script looks for it."""
    (tmp_path / "calicoctl").symlink_to(Path(sys.executable).with_name("bgpkit-node"))
    answer = subprocess.run([tmp_path / "calicoctl", "--version"], capture_output=True, text=True, check=True)
    assert answer.stdout == bgpkit_node("--version").out.replace("bgpkit-node ", "calicoctl ")

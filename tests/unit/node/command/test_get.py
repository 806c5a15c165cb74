"""Get: the tables that operators know, and documents that can be applied again. calico.md, section 1, rows 9 to 14."""

import json
from pathlib import Path

import pytest

from tests.support.commands import applied, bgpkit_node, document, documents

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
    answer = bgpkit_node("get", *words, datastore=datastore)
    assert (answer.status, answer.err) == (0, "")
    assert answer.out == "\n".join([*lines, "", ""])


def test_a_list_is_a_list_document(datastore: Path) -> None:
    """With the newest revision; one name gives the resource itself."""
    answer = json.loads(bgpkit_node("get", "node", "-o", "json", datastore=datastore).out)
    assert (answer["kind"], answer["apiVersion"]) == ("NodeList", "projectcalico.org/v3")
    assert [item["metadata"]["name"] for item in answer["items"]] == ["k8s-master1", "k8s-node1"]
    one = json.loads(bgpkit_node("get", "node", "k8s-node1", "-o", "json", datastore=datastore).out)
    assert one == answer["items"][1]
    assert set(one["metadata"]) == {"name", "uid", "creationTimestamp", "resourceVersion"}


def test_names_are_given_in_the_order_asked_for(datastore: Path) -> None:
    """Those that are not there are named together."""
    answer = bgpkit_node("get", "node", "k8s-node1", "k8s-master1", datastore=datastore)
    assert [line.strip() for line in answer.out.splitlines()] == ["NAME", "k8s-node1", "k8s-master1", ""]
    refused = bgpkit_node("get", "node", "k8s-node1", "y", "z", datastore=datastore)
    refused.assert_refused("Node y, z not found; there is k8s-master1, k8s-node1")


def test_an_unknown_kind_is_named_with_the_known_ones(datastore: Path) -> None:
    """And with the one that was meant, if it is near."""
    bgpkit_node("get", "ipool", datastore=datastore).assert_refused(
        "kind 'ipool' is not known, only BGPConfiguration, BGPPeer, IPPool, Node; did you mean IPPool?"
    )

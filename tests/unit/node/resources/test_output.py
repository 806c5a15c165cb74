"""Writing resources: for people, and for the datastore."""

import json
import re
from collections.abc import Callable

import pytest
import yaml

from bgpkit_node.datastore import KeyValue
from bgpkit_node.errors import ResourceError
from bgpkit_node.resources.documents import load_documents
from bgpkit_node.resources.ip_pool import IP_POOL, IPPool, IPPoolSpec
from bgpkit_node.resources.metadata import Metadata
from bgpkit_node.resources.node import NODE, Node, NodeBgp, NodeSpec, OrchRef
from bgpkit_node.resources.output import decode, encode, list_document, to_document, to_json, to_yaml

_NODE = Node(
    metadata=Metadata(
        name="k8s-node1",
        uid="1b1a8a2c",
        resource_version="7",
        creation_timestamp="2026-01-02T03:04:05Z",
        labels={"route-reflector": "true", "a": "b"},
    ),
    spec=NodeSpec(
        bgp=NodeBgp(ipv4_address="10.4.7.12/24", route_reflector_cluster_id="244.0.0.1"),
        orch_refs=(OrchRef(node_name="k8s-node1", orchestrator="k8s"),),
    ),
)

_YAML = """\
apiVersion: projectcalico.org/v3
kind: Node
metadata:
  creationTimestamp: "2026-01-02T03:04:05Z"
  labels:
    a: b
    route-reflector: "true"
  name: k8s-node1
  resourceVersion: "7"
  uid: 1b1a8a2c
spec:
  bgp:
    ipv4Address: 10.4.7.12/24
    routeReflectorClusterID: 244.0.0.1
  orchRefs:
  - nodeName: k8s-node1
    orchestrator: k8s
"""


def test_yaml_is_as_calicoctl_prints_it() -> None:
    """Keys sorted, lists not indented, double quotes round texts that YAML would take for something else."""
    assert to_yaml(to_document(_NODE)) == _YAML


def test_a_text_that_is_a_number_to_other_readers_is_quoted() -> None:
    """A digest such as 12e4567 is a number in YAML 1.2 and JSON, though not in YAML 1.1."""
    assert to_yaml({"commit": "12e4567", "name": "e4567"}) == 'commit: "12e4567"\nname: e4567\n'


def test_json_is_in_calicos_order() -> None:
    """kind, apiVersion, metadata, spec; indented by two."""
    text = to_json(to_document(_NODE))
    assert list(json.loads(text)) == ["kind", "apiVersion", "metadata", "spec"]
    assert list(json.loads(text)["metadata"]) == ["name", "uid", "resourceVersion", "creationTimestamp", "labels"]
    assert text.startswith('{\n  "kind": "Node",\n  "apiVersion": "projectcalico.org/v3",\n')


@pytest.mark.parametrize("write", [to_yaml, to_json])
def test_what_is_printed_is_read_back_the_same(write: Callable[[dict[str, object]], str]) -> None:
    """What ``get -o yaml`` prints, ``apply -f -`` takes."""
    (document,) = load_documents(write(to_document(_NODE)), "printed")
    assert document.resource == _NODE


@pytest.mark.parametrize(
    "text", ["true", "null", "1.10", "2026-01-02", "0x10", "", "a: b", "- a", "'", '"', "#", "ü", "*a"]
)
def test_every_text_survives_yaml(text: str) -> None:
    """Also those that look like something else."""
    written = to_yaml({"a": text, "b": [text]})
    assert yaml.safe_load(written) == {"a": text, "b": [text]}


def test_long_selectors_are_not_folded() -> None:
    """A line stays a line."""
    selector = " || ".join(f"name == 'node{number}'" for number in range(50))
    assert len(to_yaml({"nodeSelector": selector}).splitlines()) == 1


def test_a_list_has_the_kind_of_lists() -> None:
    """And the revision of the store; it can be read again."""
    pool = IPPool(metadata=Metadata(name="a"), spec=IPPoolSpec(cidr="10.0.0.0/16"))
    document = list_document(IP_POOL, [to_document(pool)], 12)
    assert (document["kind"], document["metadata"]) == ("IPPoolList", {"resourceVersion": "12"})
    (found,) = load_documents(to_yaml(document), "printed")
    assert found.resource == pool


def test_the_datastore_holds_calicos_json_without_a_revision() -> None:
    """The revision is that of the key."""
    stored = json.loads(encode(_NODE))
    assert stored == {
        "kind": "Node",
        "apiVersion": "projectcalico.org/v3",
        "metadata": {
            "name": "k8s-node1",
            "uid": "1b1a8a2c",
            "creationTimestamp": "2026-01-02T03:04:05Z",
            "labels": {"route-reflector": "true", "a": "b"},
        },
        "spec": {
            "bgp": {"ipv4Address": "10.4.7.12/24", "routeReflectorClusterID": "244.0.0.1"},
            "orchRefs": [{"nodeName": "k8s-node1", "orchestrator": "k8s"}],
        },
    }
    assert decode(NODE, KeyValue(NODE.key("k8s-node1"), encode(_NODE), 7)) == _NODE


def test_a_node_that_calico_wrote_is_read() -> None:
    """The value of calico.md, as it stands in etcd, with a field that we do not know."""
    value = (
        b'{"kind":"Node","apiVersion":"projectcalico.org/v3","metadata":{"name":"k8s-node1","uid":"u",'
        b'"creationTimestamp":null,"labels":{"route-reflector":"true"}},"spec":{"bgp":{"ipv4Address":"10.4.7.12/24",'
        b'"routeReflectorClusterID":"244.0.0.1"},"future":1,"orchRefs":[{"nodeName":"k8s-node1","orchestrator":"k8s"}]},'
        b'"status":{}}'
    )
    node = decode(NODE, KeyValue(NODE.key("k8s-node1"), value, 3))
    assert (node.name, str(node.ipv4), str(node.cluster_id), node.revision) == (
        "k8s-node1",
        "10.4.7.12/24",
        "244.0.0.1",
        3,
    )


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (b"{", "holds no readable IPPool"),
        (b'{"metadata": {"name": "a"}}', "holds no readable IPPool"),
        (b'{"metadata": {"name": "a"}, "spec": {"cidr": "x"}}', "IPPool spec.cidr: 'x' is not a range"),
    ],
)
def test_what_cannot_be_read_names_its_key(value: bytes, words: str) -> None:
    """Damage in one resource is an error of that one."""
    with pytest.raises(ResourceError) as caught:
        decode(IP_POOL, KeyValue("/calico/x", value, 1))
    assert str(caught.value).startswith("/calico/x: ")
    assert words in str(caught.value)


def test_a_value_that_is_not_what_its_key_says_is_unreadable() -> None:
    """Nobody would find it by the name that it gives itself, and nobody could delete it."""
    with pytest.raises(ResourceError, match=re.escape("holds no Node of its name, but Node(k8s-node1)")):
        decode(NODE, KeyValue(NODE.key("k8s-node2"), encode(_NODE), 7))
    pool = b'{"kind": "IPPool", "metadata": {"name": "a"}, "spec": {"cidr": "10.0.0.0/8"}}'
    with pytest.raises(ResourceError, match=re.escape("holds no Node of its name, but IPPool(a)")):
        decode(NODE, KeyValue(NODE.key("a"), pool, 7))

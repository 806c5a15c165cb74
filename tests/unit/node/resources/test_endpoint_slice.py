"""EndpointSlices as Kubernetes writes them are taken; what is of use in them is checked."""

from typing import Any

import pytest
import yaml

from bgpkit_node.datastore.port import KeyValue
from bgpkit_node.errors import InvalidResourcesError
from bgpkit_node.resources.documents import load_documents
from bgpkit_node.resources.endpoint_slice import ENDPOINT_SLICE, EndpointSlice
from bgpkit_node.resources.output import decode, encode

FROM_KUBECTL = """
addressType: IPv4
apiVersion: discovery.k8s.io/v1
endpoints:
- addresses: [10.244.1.5]
  conditions: {ready: true, serving: true, terminating: false}
  nodeName: k8s-node1
  hints: {forZones: [{name: zone-a}]}
  targetRef: {kind: Pod, name: web-6d4cf56db6-9xk2p, namespace: shop, uid: 3e0c6b1e-0f30-4c39-a0fd-fb0fba2a8a7c}
  zone: zone-a
- addresses: [10.244.2.9]
  conditions: {ready: false, serving: true, terminating: true}
  nodeName: k8s-node2
- addresses: [10.244.2.10]
  conditions: {}
  deprecatedTopology: {kubernetes.io/hostname: k8s-node2}
- addresses: [10.244.2.11]
kind: EndpointSlice
metadata:
  annotations: {endpoints.kubernetes.io/last-change-trigger-time: "2024-03-05T09:13:02Z"}
  creationTimestamp: "2024-03-05T09:12:44Z"
  generateName: web-
  generation: 4
  labels:
    endpointslice.kubernetes.io/managed-by: endpointslice-controller.k8s.io
    kubernetes.io/service-name: web
  name: web-x7q2l
  namespace: shop
  ownerReferences:
  - {apiVersion: v1, blockOwnerDeletion: true, controller: true, kind: Service, name: web, uid: 2b1f1c2e}
  resourceVersion: "1893460"
  uid: 0f4f9d65-41c3-4d69-93a5-7ad58d6a1ab0
ports:
- {name: http, port: 8080, protocol: TCP, appProtocol: http}
"""
_BAD: list[tuple[dict[str, Any], str, str]] = [
    ({}, "addressType", "is required"),
    ({"addressType": "IP"}, "addressType", "must be one of IPv4, IPv6, FQDN"),
    ({"endpoints": [{"addresses": ["fd00::1"]}]}, "endpoints[0].addresses[0]", "not an IPv4 one"),
    ({"endpoints": [{"addresses": ["web"]}]}, "endpoints[0].addresses[0]", "is not an IPv4 address"),
    ({"endpoints": [{"addresses": []}]}, "endpoints[0].addresses", "needs at least one address"),
    ({"endpoints": [{}]}, "endpoints[0].addresses", "is required"),
    ({"endpoints": [{"addresses": ["10.0.0.1"], "nodeName": "A b"}]}, "endpoints[0].nodeName", "is not a name"),
    (
        {"endpoints": [{"addresses": ["10.0.0.1"], "nodename": "a"}]},
        "endpoints[0].nodename",
        "did you mean nodeName",
    ),
    (
        {"endpoints": [{"addresses": ["10.0.0.1"], "conditions": {"ready": "yes!"}}]},
        "endpoints[0].conditions.ready",
        "true",
    ),
    ({"ports": [{"name": "a", "port": None}]}, "ports[0].port", "is required"),
    ({"ports": [{"port": 0}]}, "ports[0].port", "must be between 1 and 65535"),
    ({"endpoint": []}, "endpoint", "did you mean endpoints?"),
]
LABELS = {"kubernetes.io/service-name": "web"}


def _loaded(text: str) -> EndpointSlice:
    (document,) = load_documents(text, "slice.yaml")
    assert isinstance(document.resource, EndpointSlice)
    return document.resource


def _slice(**fields: Any) -> str:
    whole = {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": {"name": "w", "labels": LABELS}}
    return yaml.safe_dump({**whole, **fields})


def test_a_slice_of_kubernetes_is_taken_as_it_is() -> None:
    """With all the fields of other programs, and back from the store; readiness that is not told is there."""
    found = _loaded(FROM_KUBECTL)
    assert [endpoint.ready for endpoint in found.endpoints] == [True, False, True, True]
    assert [endpoint.node_name for endpoint in found.endpoints] == ["k8s-node1", "k8s-node2", "", ""]
    assert found.service == "web"
    key = ENDPOINT_SLICE.key("web-x7q2l", "shop")
    assert key == "/calico/resources/v3/discovery.k8s.io/endpointslices/shop/web-x7q2l"
    stored = decode(ENDPOINT_SLICE, KeyValue(key, encode(found), 7))
    assert (stored.endpoints, stored.ports, stored.address_type) == (found.endpoints, found.ports, found.address_type)
    assert [column.cell(found, 0) for column in ENDPOINT_SLICE.wide] == [
        *("web-x7q2l", "IPv4", "8080", "10.244.1.5,10.244.2.9,10.244.2.10 + 1 more...", "3/4", "web"),
    ]


def test_a_slice_without_pods_says_null() -> None:
    """The API server writes null for lists that nobody has filled."""
    found = _loaded(_slice(addressType="IPv6", endpoints=None, ports=None))
    assert (found.endpoints, found.ports) == ((), ())
    assert [column.cell(found, 0) for column in ENDPOINT_SLICE.narrow] == ["w", "IPv6", "<unset>", "<unset>"]


@pytest.mark.parametrize(("fields", "field", "text"), _BAD)
def test_what_is_of_use_is_checked(fields: dict[str, Any], field: str, text: str) -> None:
    """One fault, at the field."""
    whole = {"addressType": "IPv4", **fields} if fields else {}
    with pytest.raises(InvalidResourcesError) as caught:
        load_documents(_slice(**whole), "slice.yaml")
    (error,) = caught.value.errors
    assert error.field == field
    assert text in error.text


def test_names_of_machines_elsewhere_are_no_addresses() -> None:
    """A slice of names is taken and leads nowhere; one of no service is warned of."""
    found = _loaded(_slice(addressType="FQDN", endpoints=[{"addresses": ["db.example.com"]}]))
    assert found.address_type.version is None
    assert not list(ENDPOINT_SLICE.warn(found))
    (sentence,) = ENDPOINT_SLICE.warn(_loaded(_slice(addressType="FQDN", metadata={"name": "w"})))
    assert sentence.startswith("EndpointSlice(default/w) has no label kubernetes.io/service-name")

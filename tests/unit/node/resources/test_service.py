"""Services as kubectl writes them are taken; what is of use in them is checked."""

from typing import Any

import pytest
import yaml

from bgpkit_node.datastore.port import KeyValue
from bgpkit_node.errors import InvalidResourcesError
from bgpkit_node.resources.documents import load_documents
from bgpkit_node.resources.output import decode, encode
from bgpkit_node.resources.service import SERVICE, Service, ServiceType, TrafficPolicy

FROM_KUBECTL = """
apiVersion: v1
kind: Service
metadata:
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: |
      {"apiVersion":"v1","kind":"Service","metadata":{"annotations":{},"name":"web","namespace":"shop"}}
  creationTimestamp: "2024-03-05T09:12:44Z"
  finalizers: [service.kubernetes.io/load-balancer-cleanup]
  labels: {app.kubernetes.io/name: web}
  name: web
  namespace: shop
  resourceVersion: "1893442"
  uid: 2b1f1c2e-7d1a-4c59-9f0e-6a0f5a5c2f11
spec:
  allocateLoadBalancerNodePorts: true
  clusterIP: 10.96.44.7
  clusterIPs: [10.96.44.7, "fd00:96::2c07"]
  externalIPs: [192.0.2.80]
  externalTrafficPolicy: Local
  healthCheckNodePort: 31234
  internalTrafficPolicy: Cluster
  ipFamilies: [IPv4, IPv6]
  ipFamilyPolicy: PreferDualStack
  loadBalancerClass: example.com/internal
  loadBalancerSourceRanges: [192.0.2.0/24]
  ports:
  - {name: http, nodePort: 30080, port: 80, protocol: TCP, targetPort: http-web, appProtocol: http}
  - {name: dns, port: 53, protocol: UDP, targetPort: 5353}
  publishNotReadyAddresses: false
  selector: {app: web, tier: front}
  sessionAffinity: ClientIP
  sessionAffinityConfig: {clientIP: {timeoutSeconds: 10800}}
  trafficDistribution: PreferClose
  type: LoadBalancer
status:
  conditions: [{type: Ready, status: "True"}]
  loadBalancer:
    ingress: [{ip: 198.51.100.9, ipMode: VIP, ports: [{port: 80, protocol: TCP}]}, {hostname: lb.example.com}]
"""


def _loaded(text: str) -> Service:
    (document,) = load_documents(text, "service.yaml")
    assert isinstance(document.resource, Service)
    return document.resource


def _faults(spec: dict[str, Any], **other: Any) -> list[tuple[str, str]]:
    whole = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": spec, **other}
    try:
        load_documents(yaml.safe_dump(whole), "service.yaml")
    except InvalidResourcesError as error:
        return [(each.field, each.text) for each in error.errors]
    return []


def test_a_service_of_kubectl_is_taken_as_it_is() -> None:
    """With all the fields of other programs; the addresses are what counts, and come back from the store."""
    service = _loaded(FROM_KUBECTL)
    assert (service.spec.type, service.spec.external_traffic_policy) == (ServiceType.LOAD_BALANCER, TrafficPolicy.LOCAL)
    assert list(map(str, service.cluster_addresses)) == ["10.96.44.7", "fd00:96::2c07"]
    assert list(map(str, service.external_addresses)) == ["192.0.2.80"]
    assert list(map(str, service.load_balancer_addresses)) == ["198.51.100.9"]
    key = SERVICE.key("web", "shop")
    assert key == "/calico/resources/v3/core/services/shop/web"
    stored = decode(SERVICE, KeyValue(key, encode(service), 7))
    assert (stored.spec, stored.status, stored.revision) == (service.spec, service.status, 7)


def test_the_columns_are_those_of_kubectl() -> None:
    """With the pending address of a load balancer, and a name that stands for another."""
    service = _loaded(FROM_KUBECTL)
    assert [column.cell(service, 0) for column in SERVICE.wide] == [
        *("web", "LoadBalancer", "10.96.44.7", "198.51.100.9,lb.example.com,192.0.2.80", "80:30080/TCP,53/UDP"),
        *("app=web,tier=front", "Local"),
    ]
    named = "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: %s}"
    rows = [
        [column.cell(_loaded(named % spec), 0) for column in SERVICE.narrow]
        for spec in ("{type: LoadBalancer}", "{type: ExternalName, externalName: b.example}", "{clusterIP: None}")
    ]
    assert rows == [
        ["a", "LoadBalancer", "<none>", "<pending>", "<none>"],
        ["a", "ExternalName", "<none>", "b.example", "<none>"],
        ["a", "ClusterIP", "None", "<none>", "<none>"],
    ]


def test_a_headless_service_has_no_address() -> None:
    """Nor has one that is only a name, or one that has not been given any yet."""
    for spec in ({"clusterIP": "None", "clusterIPs": ["None"]}, {"type": "ExternalName", "externalName": "x"}, {}):
        assert not _faults(spec)
    headless = _loaded("{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {clusterIP: None}}")
    assert headless.cluster_addresses == ()


@pytest.mark.parametrize(
    ("spec", "field", "text"),
    [
        ({"clusterIP": "10.96.0.300"}, "spec.clusterIP", "'10.96.0.300' is not an IP address"),
        ({"clusterIPs": ["x"]}, "spec.clusterIPs[0]", "'x' is not an IP address"),
        ({"clusterIP": "10.0.0.1", "clusterIPs": ["10.0.0.2"]}, "spec.clusterIPs[0]", "must be 10.0.0.1"),
        ({"clusterIPs": ["10.0.0.1", "10.0.0.2"]}, "spec.clusterIPs", "one of each IP version"),
        ({"clusterIPs": ["10.0.0.1", "fd00::1", "fd00::2"]}, "spec.clusterIPs", "one of each IP version"),
        ({"externalIPs": ["192.0.2.1", ""]}, "spec.externalIPs[1]", "is not an IP address"),
        ({"externalIPs": ["192.0.2.0/24"]}, "spec.externalIPs[0]", "is not an IP address"),
        ({"loadBalancerIP": "lb"}, "spec.loadBalancerIP", "is not an IP address"),
        ({"type": "Nodeport"}, "spec.type", "must be one of ClusterIP, NodePort"),
        ({"externalTrafficPolicy": "local"}, "spec.externalTrafficPolicy", "must be one of Cluster, Local"),
        ({"externalTrafficPolicy": "Local"}, "spec.externalTrafficPolicy", "reached from outside"),
        ({"externalTraficPolicy": "Local"}, "spec.externalTraficPolicy", "did you mean externalTrafficPolicy?"),
        ({"externalIps": ["192.0.2.1"]}, "spec.externalIps", "did you mean externalIPs?"),
        ({"ports": [{"port": 65536}]}, "spec.ports[0].port", "must be between 1 and 65535"),
        ({"ports": [{"port": 1, "protocol": "ICMP"}]}, "spec.ports[0].protocol", "must be one of TCP, UDP, SCTP"),
        ({"ports": [{"name": "a"}]}, "spec.ports[0].port", "is required"),
    ],
)
def test_what_is_of_use_is_checked(spec: dict[str, Any], field: str, text: str) -> None:
    """One fault, at the field; a slip in the name of such a field is no field of another program."""
    ((found, message),) = _faults(spec)
    assert found == field
    assert text in message


def test_local_traffic_is_for_services_that_are_reached_from_outside() -> None:
    """By a port of the nodes, by a load balancer, or by addresses that lead to them."""
    for spec in ({"type": "NodePort"}, {"type": "LoadBalancer"}, {"externalIPs": ["192.0.2.1"]}):
        assert not _faults({**spec, "externalTrafficPolicy": "Local"})


def test_an_address_of_a_load_balancer_is_one() -> None:
    """A wrong one would be announced as a route."""
    status = {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}, {"ip": "192.0.2"}]}}
    ((field, _),) = _faults({"type": "LoadBalancer"}, status=status)
    assert field == "status.loadBalancer.ingress[1].ip"

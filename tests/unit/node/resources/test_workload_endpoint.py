"""WorkloadEndpoint: its name, its namespace, its addresses, its table."""

from typing import Any

import msgspec
import pytest

from bgpkit_node.resources.metadata import Metadata
from bgpkit_node.resources.workload_endpoint import (
    WORKLOAD_ENDPOINT,
    IPNat,
    WorkloadEndpoint,
    WorkloadEndpointPort,
    WorkloadEndpointSpec,
    check_workload_endpoint,
    endpoint_name,
)

POD = WorkloadEndpointSpec(
    orchestrator="k8s",
    node="k8s-node1",
    pod="nginx-86c57db685-cv627",
    endpoint="eth0",
    container_id="abc",
    interface_name="cali3297dd6e431",
    ip_networks=("10.244.1.7/32",),
    profiles=("kns.default", "ksa.default.default"),
)


def endpoint(spec: WorkloadEndpointSpec = POD, name: str = "", namespace: str = "default") -> WorkloadEndpoint:
    """Make an endpoint with its right name, or another."""
    return WorkloadEndpoint(metadata=Metadata(name=name or endpoint_name(spec), namespace=namespace), spec=spec)


def faulty(**changes: Any) -> list[str]:
    """Return the fields that are wrong after a change."""
    return [fault.field for fault in check_workload_endpoint(endpoint(msgspec.structs.replace(POD, **changes)))]


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        (POD, "k8s--node1-k8s-nginx--86c57db685--cv627-eth0"),
        (WorkloadEndpointSpec(orchestrator="cni", node="a", container_id="1-2", endpoint="eth0"), "a-cni-1--2-eth0"),
        (WorkloadEndpointSpec(orchestrator="libnetwork", node="a", endpoint="e"), "a-libnetwork-libnetwork-e"),
        (WorkloadEndpointSpec(orchestrator="other", node="a", workload="w", endpoint="e"), "a-other-w-e"),
    ],
)
def test_a_name_is_made_of_its_parts(spec: WorkloadEndpointSpec, name: str) -> None:
    """Hyphens inside a part are doubled, so that the parts can be told apart."""
    assert endpoint_name(spec) == name
    assert not list(check_workload_endpoint(endpoint(spec)))


def test_another_name_is_refused_with_the_right_one() -> None:
    """As the original does."""
    (fault,) = check_workload_endpoint(endpoint(name="nginx"))
    assert fault.field == "metadata.name"
    assert "k8s--node1-k8s-nginx--86c57db685--cv627-eth0" in fault.text


@pytest.mark.parametrize("namespace", ["", "Default", "a.b", "-a", "a" * 64])
def test_it_belongs_to_a_namespace(namespace: str) -> None:
    """One that can be."""
    assert [fault.field for fault in check_workload_endpoint(endpoint(namespace=namespace))] == ["metadata.namespace"]


@pytest.mark.parametrize("field", ["node", "orchestrator", "endpoint", "pod"])
def test_what_the_name_is_made_from_is_required(field: str) -> None:
    """And nothing is said of the name then."""
    spec = msgspec.structs.replace(POD, **{field: ""})
    faults = [fault.field for fault in check_workload_endpoint(endpoint(spec, name="a"))]
    assert faults == [f"spec.{field}"]


@pytest.mark.parametrize(("orchestrator", "field"), [("cni", "containerID"), ("other", "workload")])
def test_other_orchestrators_require_other_parts(orchestrator: str, field: str) -> None:
    """A pod is one of Kubernetes."""
    spec = WorkloadEndpointSpec(orchestrator=orchestrator, node="a", endpoint="e")
    assert [fault.field for fault in check_workload_endpoint(endpoint(spec, name="a"))] == [f"spec.{field}"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ip_networks": ("10.244.1.7/24",)}, "spec.ipNetworks[0]"),
        ({"ip_networks": ("fd00::1/128", "x")}, "spec.ipNetworks[1]"),
        ({"ip_nats": (IPNat(internal_ip="10.0.0.1", external_ip="192.0.2.1"),)}, "spec.ipNATs[0].internalIP"),
        ({"ip_nats": (IPNat(internal_ip="10.244.1.7", external_ip="fd00::1"),)}, "spec.ipNATs[0].externalIP"),
        ({"ip_nats": (IPNat(internal_ip="", external_ip="192.0.2.1"),)}, "spec.ipNATs[0]"),
        ({"ipv4_gateway": "fd00::1"}, "spec.ipv4Gateway"),
        ({"ipv6_gateway": "10.0.0.1"}, "spec.ipv6Gateway"),
        ({"interface_name": "a/b"}, "spec.interfaceName"),
        ({"mac": "ee:ee"}, "spec.mac"),
        ({"profiles": ("a", "a")}, "spec.profiles[1]"),
        ({"ports": (WorkloadEndpointPort(port=80, protocol="http"),)}, "spec.ports[0].protocol"),
        ({"ports": (WorkloadEndpointPort(port=80, protocol="TCP", host_ip="x"),)}, "spec.ports[0].hostIP"),
        ({"allow_spoofed_source_prefixes": ("10.0.0.0/8", "")}, "spec.allowSpoofedSourcePrefixes[1]"),
    ],
)
def test_what_cannot_be_is_refused_by_field(changes: dict[str, Any], field: str) -> None:
    """One fault each."""
    assert faulty(**changes) == [field]


def test_addresses_of_both_versions_are_fine() -> None:
    """With or without their length."""
    networks = ("10.244.1.7/32", "fd00::7")
    nats = (IPNat(internal_ip="10.244.1.7", external_ip="192.0.2.1"),)
    assert faulty(ip_networks=networks, ip_nats=nats, mac="ee:ee:ee:ee:ee:ee") == []
    spec = msgspec.structs.replace(POD, ip_networks=networks)
    assert [str(address) for address in spec.addresses] == ["10.244.1.7", "fd00::7"]


def test_the_table_is_that_of_calicoctl() -> None:
    """A pod is its workload when none is named."""
    spec = msgspec.structs.replace(POD, ip_nats=(IPNat(internal_ip="10.244.1.7", external_ip="192.0.2.1"),))
    one = endpoint(spec)
    narrow = ["nginx-86c57db685-cv627", "k8s-node1", "10.244.1.7/32", "cali3297dd6e431"]
    assert [column.cell(one, 0) for column in WORKLOAD_ENDPOINT.narrow] == narrow
    assert [column.cell(one, 0) for column in WORKLOAD_ENDPOINT.wide] == [
        one.name,
        *narrow,
        "kns.default,ksa.default.default",
        "10.244.1.7->192.0.2.1",
    ]

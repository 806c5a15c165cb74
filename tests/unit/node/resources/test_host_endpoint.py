"""HostEndpoint: which interface it is, and what is refused."""

import pytest

from bgpkit_node.resources.endpoint_port import EndpointPort
from bgpkit_node.resources.host_endpoint import HOST_ENDPOINT, HostEndpoint, HostEndpointSpec, check_host_endpoint
from bgpkit_node.resources.metadata import Metadata


def endpoint(spec: HostEndpointSpec) -> HostEndpoint:
    """Make an endpoint."""
    return HostEndpoint(metadata=Metadata(name="a"), spec=spec)


@pytest.mark.parametrize(
    "spec",
    [
        HostEndpointSpec(node="n", interface_name="*"),
        HostEndpointSpec(node="n", interface_name="eth0.100"),
        HostEndpointSpec(node="n", expected_ips=("10.4.7.11", "fd00::1")),
        HostEndpointSpec(node="n", interface_name="eth0", ports=(EndpointPort(name="ssh", port=22, protocol="TCP"),)),
    ],
)
def test_an_interface_is_known_by_name_or_address(spec: HostEndpointSpec) -> None:
    """Or all are meant."""
    assert not list(check_host_endpoint(endpoint(spec)))


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        (HostEndpointSpec(interface_name="*"), "spec.node"),
        (HostEndpointSpec(node="n"), "spec.interfaceName"),
        (HostEndpointSpec(node="n", interface_name="eth0 "), "spec.interfaceName"),
        (HostEndpointSpec(node="n", interface_name="e*"), "spec.interfaceName"),
        (HostEndpointSpec(node="n", expected_ips=("10.4.7.11/24",)), "spec.expectedIPs[0]"),
        (HostEndpointSpec(node="n", interface_name="*", profiles=("",)), "spec.profiles[0]"),
        (
            HostEndpointSpec(node="n", interface_name="*", ports=(EndpointPort(name="a", port=1, protocol="x"),)),
            "spec.ports[0].protocol",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_field(spec: HostEndpointSpec, field: str) -> None:
    """One fault each."""
    assert [fault.field for fault in check_host_endpoint(endpoint(spec))] == [field]


def test_the_table_is_that_of_calicoctl() -> None:
    """Addresses and profiles with commas between."""
    one = endpoint(
        HostEndpointSpec(node="n", interface_name="eth0", expected_ips=("10.0.0.1", "fd00::1"), profiles=("p",))
    )
    assert [column.cell(one, 0) for column in HOST_ENDPOINT.narrow] == ["a", "n"]
    assert [column.cell(one, 0) for column in HOST_ENDPOINT.wide] == ["a", "n", "eth0", "10.0.0.1,fd00::1", "p"]
    assert [str(address) for address in one.expected_ips] == ["10.0.0.1", "fd00::1"]

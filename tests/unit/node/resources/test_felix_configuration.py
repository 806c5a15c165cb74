"""FelixConfiguration: for which nodes it is, and what is refused."""

import pytest

from bgpkit_node.resources.felix_configuration import (
    FELIX_CONFIGURATION,
    FelixConfiguration,
    FelixConfigurationSpec,
    ProtoPort,
    RouteTableRange,
    check_felix_configuration,
    warn_felix_configuration,
)
from bgpkit_node.resources.metadata import Metadata


def configuration(spec: FelixConfigurationSpec, name: str = "default") -> FelixConfiguration:
    """Make a configuration."""
    return FelixConfiguration(metadata=Metadata(name=name), spec=spec)


@pytest.mark.parametrize(
    ("name", "selector", "faults", "warnings"),
    [
        ("default", "", 0, 0),
        ("node.a", "", 0, 0),
        ("default", "all()", 1, 0),
        ("node.a", "all()", 1, 0),
        ("rack-1", "rack == '1'", 0, 0),
        ("rack-1", "", 0, 1),
        ("rack-1", "rack =", 1, 0),
    ],
)
def test_a_name_or_a_selector_says_for_which_nodes_it_is(name: str, selector: str, faults: int, warnings: int) -> None:
    """Not both, and one that is for none warns."""
    one = configuration(FelixConfigurationSpec(node_selector=selector), name)
    assert (len(list(check_felix_configuration(one))), len(list(warn_felix_configuration(one)))) == (faults, warnings)


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        (
            FelixConfigurationSpec(failsafe_inbound_host_ports=(ProtoPort(port=1, protocol="icmp"),)),
            "failsafeInboundHostPorts[0].protocol",
        ),
        (
            FelixConfigurationSpec(failsafe_outbound_host_ports=(ProtoPort(port=1, net="x"),)),
            "failsafeOutboundHostPorts[0].net",
        ),
        (FelixConfigurationSpec(route_table_range=RouteTableRange(min=1, max=251)), "routeTableRange"),
        (FelixConfigurationSpec(route_table_range=RouteTableRange(min=9, max=8)), "routeTableRange"),
        (FelixConfigurationSpec(route_table_ranges=(RouteTableRange(min=0, max=8),)), "routeTableRanges[0]"),
        (
            FelixConfigurationSpec(
                route_table_range=RouteTableRange(min=1, max=2), route_table_ranges=(RouteTableRange(min=1, max=1000),)
            ),
            "routeTableRanges",
        ),
        (FelixConfigurationSpec(interface_refresh_interval="x"), "interfaceRefreshInterval"),
        (FelixConfigurationSpec(interface_prefix="cali,"), "interfacePrefix"),
        (FelixConfigurationSpec(interface_prefix='cali"'), "interfacePrefix"),
    ],
)
def test_what_cannot_be_is_refused_by_field(spec: FelixConfigurationSpec, field: str) -> None:
    """One fault each."""
    assert [fault.field for fault in check_felix_configuration(configuration(spec))] == [f"spec.{field}"]


def test_ports_that_no_policy_closes_need_no_protocol() -> None:
    """They are TCP then; protocols are written in any case."""
    ports = (
        ProtoPort(port=22),
        ProtoPort(port=68, protocol="udp", net="10.0.0.0/8"),
        ProtoPort(port=1, protocol="SCTP"),
    )
    assert not list(check_felix_configuration(configuration(FelixConfigurationSpec(failsafe_inbound_host_ports=ports))))


def test_the_table_has_the_name_alone() -> None:
    """As calicoctl's."""
    assert [column.header for column in FELIX_CONFIGURATION.wide] == ["NAME"]

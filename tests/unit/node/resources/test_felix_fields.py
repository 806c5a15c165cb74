"""The names of Felix's fields, and the checks that their types carry."""

import pytest

from bgpkit_node.resources.felix_configuration import FelixConfigurationSpec, ProtoPort
from bgpkit_node.resources.felix_fields import check_fields, field_name
from bgpkit_node.resources.felix_process import HealthTimeoutOverride


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("ip_forwarding", "ipForwarding"),
        ("bpf_map_size_nat_backend", "bpfMapSizeNATBackend"),
        ("bpf_map_size_ipsets", "bpfMapSizeIPSets"),
        ("ipsets_refresh_interval", "ipsetsRefreshInterval"),
        ("vxlan_mtu_v6", "vxlanMTUV6"),
        ("device_route_source_address_ipv6", "deviceRouteSourceAddressIPv6"),
    ],
)
def test_a_name_is_spelled_as_in_documents(name: str, written: str) -> None:
    """Abbreviations keep their capitals, but at the beginning."""
    assert field_name(name) == written


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        (FelixConfigurationSpec(route_refresh_interval="soon"), "routeRefreshInterval"),
        (FelixConfigurationSpec(mtu_iface_pattern="*"), "mtuIfacePattern"),
        (FelixConfigurationSpec(log_severity_screen="Loud"), "logSeverityScreen"),
        (FelixConfigurationSpec(log_action_rate_limit="10"), "logActionRateLimit"),
        (FelixConfigurationSpec(log_action_rate_limit="10/second; drop"), "logActionRateLimit"),
        (FelixConfigurationSpec(nat_outgoing_address="fd00::1"), "natOutgoingAddress"),
        (FelixConfigurationSpec(external_nodes_list=("10.0.0.0/8", "x")), "externalNodesList[1]"),
        (FelixConfigurationSpec(nat_port_range="9:1"), "natPortRange"),
        (FelixConfigurationSpec(health_host="a b"), "healthHost"),
        (FelixConfigurationSpec(wireguard_interface_name="a/b"), "wireguardInterfaceName"),
        (FelixConfigurationSpec(kube_node_port_ranges=(80, "x")), "kubeNodePortRanges[1]"),
        (
            FelixConfigurationSpec(health_timeout_overrides=(HealthTimeoutOverride(name="a", timeout="-1s"),)),
            "healthTimeoutOverrides[0].timeout",
        ),
    ],
)
def test_a_type_checks_its_text(spec: FelixConfigurationSpec, field: str) -> None:
    """Wherever it stands: alone, in a list, in a part."""
    assert [fault.field for fault in check_fields(spec, "spec")] == [f"spec.{field}"]


def test_what_fits_and_what_is_empty_is_fine() -> None:
    """Words in any case."""
    spec = FelixConfigurationSpec(
        chain_insert_mode="append",
        default_endpoint_to_host_action="RETURN",
        nat_port_range="32768:65535",
        nat_outgoing_address="",
        failsafe_inbound_host_ports=(ProtoPort(port=22),),
    )
    assert not list(check_fields(spec, "spec"))

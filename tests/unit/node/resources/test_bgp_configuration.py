"""BGPConfiguration: defaults, and which settings go where."""

import pytest

from bgpkit_node.resources.bgp_configuration import (
    BGP_CONFIGURATION,
    BGPConfiguration,
    BGPConfigurationSpec,
    NamedCommunity,
    PrefixAdvertisement,
    ServiceBlock,
    check_bgp_configuration,
)
from bgpkit_node.resources.metadata import Metadata
from bgpkit_node.resources.secret_ref import BgpPassword, SecretKeyRef

_PASSWORD = BgpPassword(secret_key_ref=SecretKeyRef(name="bgp", key="mesh"))
_ADVERTISED = PrefixAdvertisement(cidr="10.0.0.0/8", communities=("1:1",))


def _configuration(spec: BGPConfigurationSpec, name: str = "default") -> BGPConfiguration:
    return BGPConfiguration(metadata=Metadata(name=name), spec=spec)


def _fields(spec: BGPConfigurationSpec, name: str = "default") -> list[str]:
    return [fault.field for fault in check_bgp_configuration(_configuration(spec, name))]


def test_the_defaults_are_those_of_calico() -> None:
    """Mesh on, AS 64512, port 179."""
    empty = _configuration(BGPConfigurationSpec())
    assert (empty.mesh_enabled, empty.as_number, empty.listen_port, empty.mesh_restart_seconds) == (
        True,
        64512,
        179,
        None,
    )
    given = BGPConfigurationSpec(
        node_to_node_mesh_enabled=False, as_number=63400, listen_port=1790, node_mesh_max_restart_time="90s"
    )
    other = _configuration(given)
    assert (other.mesh_enabled, other.as_number, other.listen_port, other.mesh_restart_seconds) == (
        False,
        63400,
        1790,
        90,
    )


@pytest.mark.parametrize(("written", "kept"), [("", "Info"), ("info", "Info"), ("DEBUG", "Debug"), ("Fatal", "Fatal")])
def test_a_severity_is_taken_in_any_case(written: str, kept: str) -> None:
    """And kept as Calico writes it."""
    spec = BGPConfigurationSpec(log_severity_screen=written)
    assert spec.log_severity_screen == kept
    assert _fields(spec) == []


def test_an_unknown_severity_is_refused() -> None:
    """The known ones are named."""
    (fault,) = check_bgp_configuration(_configuration(BGPConfigurationSpec(log_severity_screen="chatty")))
    assert "Trace, Debug, Info, Warning, Error, Fatal" in fault.text


def test_settings_of_the_mesh_need_the_mesh() -> None:
    """A password for sessions that are not kept is a mistake."""
    spec = BGPConfigurationSpec(
        node_to_node_mesh_enabled=False, node_mesh_password=_PASSWORD, node_mesh_max_restart_time="90s"
    )
    assert _fields(spec) == ["spec.nodeMeshPassword", "spec.nodeMeshMaxRestartTime"]
    on = BGPConfigurationSpec(node_mesh_password=_PASSWORD, node_mesh_max_restart_time="90s")
    assert _fields(on) == []


def test_settings_of_the_cluster_belong_to_default_alone() -> None:
    """On one node they would have no effect."""
    spec = BGPConfigurationSpec(node_to_node_mesh_enabled=True, as_number=63400, node_mesh_password=_PASSWORD)
    assert _fields(spec, "node.k8s-node1") == ["spec.nodeToNodeMeshEnabled", "spec.asNumber", "spec.nodeMeshPassword"]
    assert _fields(BGPConfigurationSpec(listen_port=1790), "node.k8s-node1") == []


def test_a_name_that_nothing_reads_is_warned_of() -> None:
    """It is allowed, and has no effect."""
    assert len(list(BGP_CONFIGURATION.warn(_configuration(BGPConfigurationSpec(), "defualt")))) == 1
    for name in ("default", "node.k8s-node1"):
        assert list(BGP_CONFIGURATION.warn(_configuration(BGPConfigurationSpec(), name))) == []


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        (BGPConfigurationSpec(communities=(NamedCommunity(name="a", value="1:1"),)), "communities"),
        (
            BGPConfigurationSpec(
                communities=(NamedCommunity(name="a", value="1:70000"),), prefix_advertisements=(_ADVERTISED,)
            ),
            "communities[0].value",
        ),
        (
            BGPConfigurationSpec(
                communities=(NamedCommunity(name="a", value="1:1"), NamedCommunity(name="a", value="1:2")),
                prefix_advertisements=(_ADVERTISED,),
            ),
            "communities[1].name",
        ),
        (
            BGPConfigurationSpec(prefix_advertisements=(PrefixAdvertisement(cidr="10.0.0.1/8"),)),
            "prefixAdvertisements[0].cidr",
        ),
        (
            BGPConfigurationSpec(prefix_advertisements=(PrefixAdvertisement(cidr="10.0.0.0/8", communities=("b",)),)),
            "prefixAdvertisements[0].communities[0]",
        ),
        (BGPConfigurationSpec(service_cluster_ips=(ServiceBlock(cidr=""),)), "serviceClusterIPs[0].cidr"),
        (BGPConfigurationSpec(service_external_ips=(ServiceBlock(cidr="x"),)), "serviceExternalIPs[0].cidr"),
        (BGPConfigurationSpec(ignored_interfaces=("eth0", "*")), "ignoredInterfaces[1]"),
        (BGPConfigurationSpec(ignored_interfaces=("a" * 16,)), "ignoredInterfaces[0]"),
        (BGPConfigurationSpec(local_workload_peering_ipv4="::1"), "localWorkloadPeeringIPV4"),
        (BGPConfigurationSpec(local_workload_peering_ipv6="1.2.3.4"), "localWorkloadPeeringIPV6"),
        (BGPConfigurationSpec(node_mesh_max_restart_time="2h"), "nodeMeshMaxRestartTime"),
    ],
)
def test_a_wrong_setting_is_refused_by_field(spec: BGPConfigurationSpec, field: str) -> None:
    """One fault for each."""
    assert _fields(spec) == [f"spec.{field}"]


def test_communities_may_be_used_by_name() -> None:
    """A name that is defined stands for its value."""
    spec = BGPConfigurationSpec(
        communities=(NamedCommunity(name="gold", value="64512:100"),),
        prefix_advertisements=(PrefixAdvertisement(cidr="10.0.0.0/8", communities=("gold", "1:2:3")),),
    )
    assert _fields(spec) == []


def test_the_columns_are_those_of_calicoctl() -> None:
    """What is not set is a dash."""
    rows = [
        [column.cell(_configuration(spec), 0) for column in BGP_CONFIGURATION.wide]
        for spec in (BGPConfigurationSpec(), BGPConfigurationSpec(node_to_node_mesh_enabled=False, as_number=63400))
    ]
    assert [column.header for column in BGP_CONFIGURATION.wide] == ["NAME", "LOGSEVERITY", "MESHENABLED", "ASNUMBER"]
    assert rows == [["default", "Info", "-", "-"], ["default", "Info", "false", "63400"]]

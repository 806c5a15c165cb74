"""Which FelixConfiguration a node goes by, field for field."""

from typing import Any

from bgpkit_node.resources.felix_configuration import FelixConfiguration, FelixConfigurationSpec
from bgpkit_node.resources.felix_settings import FelixSettings
from bgpkit_node.resources.metadata import Metadata
from tests.support.clusters import node

NODE = node("a", rack="1")


def configuration(name: str, created: str = "", **fields: Any) -> FelixConfiguration:
    """Make a configuration."""
    metadata = Metadata(name=name, creation_timestamp=created or None)
    return FelixConfiguration(metadata=metadata, spec=FelixConfigurationSpec(**fields))


def test_without_a_configuration_the_defaults_hold() -> None:
    """Those of the original."""
    assert FelixSettings.of((), NODE) == FelixSettings()
    assert (FelixSettings().interface_prefix, FelixSettings().health_port) == ("cali", 9099)


def test_the_more_particular_goes_first_field_for_field() -> None:
    """The node's own, then one that selects it, then that for all; what none says is the default."""
    found = FelixSettings.of(
        (
            configuration("default", health_port=1, vxlan_port=1, ipip_mtu=1, health_enabled=True),
            configuration("rack", node_selector="rack == '1'", health_port=2, vxlan_port=2),
            configuration("node.a", health_port=3, health_enabled=False),
            configuration("node.b", health_port=4, vxlan_port=4),
            configuration("other", node_selector="rack == '2'", vxlan_port=5),
        ),
        NODE,
    )
    assert (found.health_port, found.vxlan_port, found.ipip_mtu, found.vxlan_vni) == (3, 2, 1, 4096)
    assert found.health_enabled is False


def test_of_several_that_select_a_node_the_oldest_counts() -> None:
    """So that one that is made later by mistake changes nothing."""
    young = configuration("a", "2026-02-01T00:00:00Z", node_selector="all()", health_port=1)
    old = configuration("b", "2026-01-01T00:00:00Z", node_selector="all()", health_port=2)
    assert FelixSettings.of((young, old), NODE).health_port == 2


def test_times_are_in_seconds_and_an_empty_text_says_nothing() -> None:
    """Wherever they are written."""
    found = FelixSettings.of((configuration("default", route_refresh_interval="1m30s", interface_prefix=""),), NODE)
    assert (found.route_refresh_interval, found.interface_prefix) == (90.0, "cali")
    assert FelixSettings.of((configuration("default", route_refresh_interval="0"),), NODE).route_refresh_interval == 0

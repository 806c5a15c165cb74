"""CALICO_ADVERTISE_CLUSTER_IPS: ranges that take the place of what the resources say."""

from dataclasses import replace
from ipaddress import ip_network

import pytest

from bgpkit_node.errors import NodeError
from bgpkit_node.peering import Cluster, cluster_of
from bgpkit_node.services import read_cluster_ips
from tests.support.commands import document
from tests.unit.node.doctor.scenery import resources

SAID = document(
    "BGPConfiguration",
    "default",
    "{serviceClusterIPs: [{cidr: 10.96.0.0/16}], serviceExternalIPs: [{cidr: 192.0.2.0/24}]}",
)


def texts(cluster: Cluster) -> list[str]:
    """Return the blocks of a cluster's services."""
    return list(map(str, cluster.service_blocks.every))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", None),
        (" , ", None),
        ("10.99.0.0/16", ["10.99.0.0/16"]),
        (" 10.99.0.0/16 ,fd00:99::/112,10.99.0.0/16", ["10.99.0.0/16", "fd00:99::/112"]),
    ],
)
def test_ranges_are_separated_by_commas(text: str, wanted: list[str] | None) -> None:
    """Each once, of both IP versions; nothing is nothing said."""
    found = read_cluster_ips({"CALICO_ADVERTISE_CLUSTER_IPS": text})
    assert found == (None if wanted is None else tuple(map(ip_network, wanted)))
    assert read_cluster_ips({}) is None


@pytest.mark.parametrize("text", ["true", "10.99.0.0/33", "10.99.0.1/16", "10.99.0.0/16;10.98.0.0/16"])
def test_what_is_no_range_stops_the_start(text: str) -> None:
    """With the name of the variable, what is wrong, and an example."""
    with pytest.raises(
        NodeError, match=r"^CALICO_ADVERTISE_CLUSTER_IPS: .*; write ranges separated by commas, such as"
    ):
        read_cluster_ips({"CALICO_ADVERTISE_CLUSTER_IPS": text})


def test_the_variable_goes_before_the_resources() -> None:
    """Before serviceClusterIPs alone; it counts without a BGPConfiguration, too."""
    told = read_cluster_ips({"CALICO_ADVERTISE_CLUSTER_IPS": "10.99.0.0/16"})
    said = cluster_of(resources(SAID))
    assert texts(said) == ["10.96.0.0/16", "192.0.2.0/24"]
    assert texts(replace(said, cluster_ips=told)) == ["10.99.0.0/16", "192.0.2.0/24"]
    assert (texts(Cluster()), texts(Cluster(cluster_ips=told))) == ([], ["10.99.0.0/16"])

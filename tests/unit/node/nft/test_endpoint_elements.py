"""The elements of endpoints, of pods and of nodes."""

from dataclasses import replace
from ipaddress import ip_network

from bgpkit_node.nft.element import of_verdict, of_version
from bgpkit_node.nft.endpoint_elements import elements_of_host, elements_of_pod, versions_of
from bgpkit_node.nft.host_maps import Hook
from bgpkit_node.nft.stage import OPEN
from bgpkit_node.policy.model import Direction
from bgpkit_node.policy.moments import Moment
from tests.unit.node.nft.programs import endpoint

ROOTS = {Hook(Moment.NORMAL, direction): OPEN for direction in Direction}


def test_a_pod_is_in_all_sets_of_pods() -> None:
    """Its interface first."""
    pod = replace(endpoint(1).endpoint, spoofable=(ip_network("198.51.100.0/24"),))
    names = [name for name, _ in elements_of_pod(pod, ROOTS, spoofing=False)]
    assert names[0] == "pods"
    assert sorted(names) == ["egress", "ingress", "itself", "pods", "sources4"]
    spoofing = {name for name, _ in elements_of_pod(pod, ROOTS, spoofing=True)}
    assert spoofing - set(names) == {"source_networks4"}, "what it may send from beside its own addresses"


def test_an_interface_of_a_node_is_in_its_own_maps_only() -> None:
    """By its name; all the others by IP version, since a map has no element for everything."""
    said = "default/p1"
    assert sorted(elements_of_host("eth0", said, ROOTS)) == [
        ("host_egress", of_verdict("eth0", "open", said)),
        ("host_ingress", of_verdict("eth0", "open", said)),
    ]
    assert sorted(elements_of_host("*", said, ROOTS)) == [
        (name, of_version(version, "open", said))
        for name in ("others_host_egress", "others_host_ingress")
        for version in (4, 6)
    ]


def test_packets_of_a_node_are_of_both_ip_versions() -> None:
    """Those of pods are of those of their addresses."""
    assert versions_of([endpoint(1)]) == {4}
    assert versions_of([endpoint(1), endpoint(2, interface="eth0", host=True)]) == {4, 6}
    assert versions_of([]) == frozenset()

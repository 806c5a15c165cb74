"""Which addresses are in use: what endpoints and tunnels say, and what must be presumed where nobody says."""

from datetime import UTC, datetime
from ipaddress import ip_address, ip_network

import msgspec
import pytest

from bgpkit_node.ipam import Snapshot
from bgpkit_node.ipam.block import Owner
from bgpkit_node.ipam.in_use import presumed, users
from bgpkit_node.resources import Metadata, NodeBgp, NodeSpec, WorkloadEndpoint, WorkloadEndpointSpec
from tests.support.clusters import node
from tests.support.ipam_cluster import host

NETWORK = ip_network("10.244.0.0/26")
NOW = datetime(2026, 11, 29, 12, 0, 0, tzinfo=UTC)


def endpoint(on: str, *networks: str) -> WorkloadEndpoint:
    """Return the endpoint of a pod on a node."""
    spec = WorkloadEndpointSpec(orchestrator="k8s", node=on, pod="p", endpoint="eth0", ip_networks=networks)
    return WorkloadEndpoint(metadata=Metadata(name="e", namespace="default"), spec=spec)


def snapshot(**nodes: str | None) -> Snapshot:
    """Return a block of node a with an address for each handle, used on the node it maps to."""
    block = host(NETWORK, "a")
    for handle, on in nodes.items():
        block, _ = block.assign(1, Owner.of(handle, {} if on is None else {"node": on}))
    return Snapshot(revision=1, blocks={NETWORK: block}, affinities={}, handles={}, unreadable=())


def test_endpoints_and_all_kinds_of_tunnels_use_addresses() -> None:
    """Of both families, written as addresses or as networks of one."""
    tunnels = msgspec.structs.replace(
        node("a"),
        spec=NodeSpec(
            bgp=NodeBgp(ipv4_ipip_tunnel_addr="10.244.0.1"),
            ipv4_vxlan_tunnel_addr="10.244.0.2",
            ipv6_vxlan_tunnel_addr="fd00::1",
        ),
    )
    found = users([tunnels, node("b")], [endpoint("b", "10.244.0.3/32", "fd00::3/128"), endpoint("c", "10.244.0.3")])
    assert {str(address): list(names) for address, names in found.items()} == {
        "10.244.0.1": ["Node(a)"],
        "10.244.0.2": ["Node(a)"],
        "fd00::1": ["Node(a)"],
        "10.244.0.3": ["Workload(default/e)", "Workload(default/e)"],
        "fd00::3": ["Workload(default/e)"],
    }


def test_what_nobody_tells_of_is_in_use() -> None:
    """On a node without any endpoint, and where no node is known; not on one that tells, or is gone."""
    data = snapshot(h="a", k="b", m="gone", o=None)
    found = dict(presumed(data, [node("a"), node("b")], [endpoint("b", "10.244.0.9/32")], NOW))
    assert found == {
        ip_address("10.244.0.0"): ["handle h, node a"],
        ip_address("10.244.0.3"): ["handle o"],
    }


@pytest.mark.parametrize(
    ("taken", "young"),
    [
        ("2026-11-29T11:45:01+00:00", True),
        ("2026-11-29T11:45:00+00:00", False),
        ("2026-11-29 11:59:59.123456789 +0000 UTC", True),
        ("2026-11-29 11:40:00.1 +0000 UTC", False),
        ("yesterday", False),
        ("", False),
    ],
)
def test_what_was_taken_a_moment_ago_is_in_use(taken: str, *, young: bool) -> None:
    """Its pod is being added; our times and Calico's are read. Nothing waits for a node that is gone."""
    block, given = host(NETWORK, "a").assign(1, Owner.of("h", {"node": "a", "timestamp": taken}))
    block, _ = block.assign(1, Owner.of("k", {"node": "gone", "timestamp": taken}))
    data = Snapshot(revision=1, blocks={NETWORK: block}, affinities={}, handles={}, unreadable=())
    found = dict(presumed(data, [node("a")], [endpoint("a", "10.244.0.9/32")], NOW))
    assert list(found) == (list(given) if young else [])

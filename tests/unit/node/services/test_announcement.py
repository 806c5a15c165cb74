"""Which nodes announce which addresses of a service one by one."""

import pytest

from bgpkit_node.resources import EndpointSlice, Service
from bgpkit_node.services import ServiceBlocks, announced_addresses
from tests.support.services import blocks, service, slice_of

RANGES = blocks("10.96.0.0/12 fd00:96::/112", "192.0.2.0/24", "198.51.100.0/24")
SINGLE = blocks("10.96.0.10/32 fd00:96::a/128", "192.0.2.80/32", "198.51.100.9/32")
APART = blocks("10.96.0.0/12 fd00:96::/112", "192.0.2.0/24", "198.51.100.0/24", aggregated=False)
FOUR = {"10.96.0.10", "192.0.2.80", "198.51.100.9"}
SIX = {"fd00:96::a"}


def web(policy: str, **spec: object) -> Service:
    """Return a service with addresses of every kind."""
    given = {
        "type": "LoadBalancer",
        "clusterIP": "10.96.0.10",
        "clusterIPs": ["10.96.0.10", "fd00:96::a"],
        "externalIPs": ["192.0.2.80"],
        "externalTrafficPolicy": policy,
    }
    return service("web", {**given, **spec}, ingress=["198.51.100.9"])


def announced(found: Service, *slices: EndpointSlice, given: ServiceBlocks = RANGES) -> set[str]:
    """Return what node a announces."""
    return set(map(str, announced_addresses(found, slices, "a", given)))


@pytest.mark.parametrize("given", [RANGES, SINGLE, APART])
def test_local_traffic_goes_to_nodes_with_a_ready_pod_of_the_ip_version(given: ServiceBlocks) -> None:
    """Whatever the blocks are; readiness that is not told is there, and any slice will do."""
    local = web("Local")
    assert announced(local, given=given) == set()
    assert announced(local, slice_of("web", ("10.244.0.1", "b")), given=given) == set()
    assert announced(local, slice_of("web", ("10.244.0.1", "a"), ready=False), given=given) == set()
    assert announced(local, slice_of("web", ("10.244.0.1", "b"), ("10.244.0.2", "a")), given=given) == FOUR
    assert announced(local, slice_of("web", ("fd00::1", "a"), ready=True), given=given) == SIX
    both = slice_of("web", ("10.244.0.1", "a")), slice_of("web", ("fd00::1", "a"))
    assert announced(local, *both, given=given) == FOUR | SIX


@pytest.mark.parametrize(("given", "expected"), [(RANGES, set[str]()), (SINGLE, FOUR | SIX), (APART, {"198.51.100.9"})])
def test_traffic_for_the_cluster_goes_to_all_nodes(given: ServiceBlocks, expected: set[str]) -> None:
    """Where no range stands for the address, wherever the pods are."""
    assert announced(web("Cluster"), slice_of("web", ("10.244.0.1", "b")), given=given) == expected


@pytest.mark.parametrize("spec", [{"type": "ExternalName"}, {"clusterIP": "None", "clusterIPs": ["None"]}])
def test_names_and_headless_services_are_not_announced(spec: dict[str, object]) -> None:
    """No node translates their addresses."""
    assert announced(web("Cluster", **spec), given=SINGLE) == set()


def test_an_address_outside_of_the_blocks_is_not_announced() -> None:
    """Nobody has said that it may be, also where one of its service is."""
    found = web("Local", externalIPs=["203.0.113.1", "192.0.2.81"])
    pods = slice_of("web", ("10.244.0.1", "a"))
    assert announced(found, pods, given=blocks(external="192.0.2.0/24")) == {"192.0.2.81"}
    assert announced(found, pods, given=blocks()) == set()

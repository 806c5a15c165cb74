"""What is flannel's is told from what only looks like it. walkthrough 8."""

from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from bgpkit_node.flannel import Backend, CachedPod, Conflists, Remains, recognise
from bgpkit_node.kernel import ForeignRoute, Neighbour
from tests.unit.node.flannel.scenery import (
    ADDRESSES,
    DIRECT,
    FLANNEL,
    KERNELS,
    LINKS,
    TUNNELLED,
    link,
    machine,
    route,
    settings,
    tunnelled,
)


def names(remains: Remains) -> tuple[list[str], str]:
    """Return the tunnels and the bridge."""
    bridge = "" if remains.bridge is None else remains.bridge.link.name
    return [device.link.name for device in remains.tunnels], bridge


def test_host_gw_is_the_bridge_the_routes_and_the_configuration() -> None:
    """Not docker0, not the routes of the kernel."""
    remains = recognise(machine(), settings(), FLANNEL)
    assert names(remains) == ([], "cni0")
    assert remains.routes == DIRECT
    assert remains.conflists == FLANNEL.flannel
    assert remains.spared == ()
    assert not remains.nothing


def test_vxlan_is_the_tunnel_too() -> None:
    """With the routes over it, whether or not the ranges are known."""
    remains = recognise(tunnelled(), settings(Backend.VXLAN), FLANNEL)
    assert (names(remains), remains.routes) == ((["flannel.1"], "cni0"), TUNNELLED)
    blind = recognise(tunnelled(), None, FLANNEL)
    assert (names(blind), blind.routes) == ((["flannel.1"], "cni0"), TUNNELLED)
    assert [each.what for each in blind.spared] == ["routes by way of other nodes"]


def test_direct_routing_mixes_both() -> None:
    """Nodes of one segment are reached without the tunnel; without that setting such a route is not flannel's."""
    mixed = (*KERNELS, DIRECT[0], TUNNELLED[1])
    both = recognise(tunnelled(routes=mixed), settings(Backend.VXLAN, direct=True), FLANNEL)
    assert both.routes == (DIRECT[0], TUNNELLED[1])
    only = recognise(tunnelled(routes=mixed), settings(Backend.VXLAN), FLANNEL)
    assert only.routes == (TUNNELLED[1],)
    assert [each.why for each in only.spared] == ["flannel's backend is vxlan, whose routes lead over its tunnel"]


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (route("192.168.50.0/24", "10.4.7.12"), None),
        (route("10.0.0.0/8", "10.4.7.12"), None),
        (route("10.244.0.0/16", "10.4.7.12"), None),
        (route("10.244.9.0/26", "10.4.7.12", protocol=12), None),
        (route("10.244.1.0/24", "10.4.7.12", metric=50), None),
        (route("10.244.9.0/24", "10.4.7.12", protocol=4), "its protocol is 4: whoever made it is another program"),
        (route("10.244.128.0/17", "10.4.7.12"), "the part of a node is a /24"),
        (route("10.244.9.0/24"), "it does not lead by way of another node"),
        (route("10.244.9.0/24", "10.4.7.12", onlink=True), "it does not lead by way of another node"),
        (route("10.244.9.0/24", "10.4.7.12", metric=50), "it has a metric, 50"),
        (route("10.244.9.0/24", "10.4.8.12"), "its gateway is on none of the networks of its interface"),
        (route("10.244.9.0/24", "10.4.7.12", over=3), "its gateway is on none of the networks of its interface"),
        (route("10.244.8.0/24", "10.4.7.12"), "it is to be kept (--keep)"),
    ],
)
def test_other_routes_are_left_alone(other: ForeignRoute, why: str | None) -> None:
    """Silently outside flannel's range and where they are well known; else with the reason."""
    keep = [ip_network("10.244.8.0/24")]
    remains = recognise(machine(routes=(*KERNELS, *DIRECT, other)), settings(), FLANNEL, keep)
    assert remains.routes == DIRECT
    assert [each.why for each in remains.spared] == ([] if why is None else [why])


def test_what_goes_with_an_interface_of_flannel_is_named() -> None:
    """A route of the operator over the bridge cannot outlive it."""
    over = route("10.99.0.0/16", "10.244.1.9", over=4)
    assert recognise(machine(routes=(*KERNELS, over)), settings(), FLANNEL).routes == (over,)


def test_a_bridge_of_another_plugin_is_left_alone() -> None:
    """By its configuration; by its address; and when nothing of flannel is there."""
    claimed = Conflists(flannel=FLANNEL.flannel, others=(("cni0", Path("/net.d/20-bridge.conf")),))
    remains = recognise(machine(), settings(), claimed)
    assert (remains.bridge, remains.pods) == (None, ())
    assert "/net.d/20-bridge.conf says so" in remains.spared[0].why
    moved = machine(addresses={**ADDRESSES, 4: ADDRESSES[3]})
    assert names(recognise(moved, settings(), FLANNEL))[1] == ""
    assert names(recognise(machine(), None, Conflists()))[1] == ""
    no_bridge = machine(links=(link(4, "cni0", "veth"),))
    assert names(recognise(no_bridge, settings(), FLANNEL))[1] == ""


def test_a_bridge_without_its_configuration_is_flannels_by_its_address() -> None:
    """As an apply leaves it that was broken off after the configuration."""
    assert names(recognise(machine(), settings(), Conflists()))[1] == "cni0"


def test_a_tunnel_has_its_identifier_in_its_name() -> None:
    """Others of flannel's name, ours among them, are left alone."""
    others = (
        link(20, "flannel.1", "vxlan", vxlan=7),
        link(21, "flannel.2", "bridge"),
        link(22, "vxlan.calico", "vxlan", vxlan=4096),
        link(23, "flannel-v6.1", "vxlan", vxlan=1),
    )
    assert names(recognise(machine(links=(*LINKS, *others)), settings(), FLANNEL))[0] == ["flannel-v6.1"]


def test_pods_are_known_by_the_runtime_or_by_their_neighbours() -> None:
    """A pod that is in neither is known by its interface only; docker's are not flannel's."""
    pods = recognise(
        machine(
            cached={"vethb": CachedPod("default", "web", (ip_address("10.244.1.5"),))},
            learned={"02:00:00:00:00:07": 7, "02:00:00:00:00:08": 8},
            neighbours=(
                Neighbour(ip_address("10.244.1.6"), "02:00:00:00:00:07", False),
                Neighbour(ip_address("fe80::7"), "02:00:00:00:00:07", False),
                Neighbour(ip_address("172.17.0.2"), "02:00:00:00:00:08", False),
            ),
        ),
        settings(),
        FLANNEL,
    ).pods
    assert [(str(pod), pod.interface, [*map(str, pod.addresses)]) for pod in pods] == [
        ("vetha", "vetha", ["10.244.1.6"]),
        ("default/web", "vethb", ["10.244.1.5"]),
    ]
    assert recognise(machine(), settings(), FLANNEL).pods[0].addresses == ()


def test_nothing_is_nothing() -> None:
    """Neither on a machine that never had flannel, nor where only its ranges are left."""
    bare = machine(links=LINKS[:3], routes=KERNELS)
    assert recognise(bare, None, Conflists()).nothing
    assert recognise(bare, settings(), Conflists()).nothing

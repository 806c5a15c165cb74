"""Pods on another network: ports of its bridge. walkthrough 9."""

from bgpkit_node.agent.pods_elsewhere import pods_by_bridge, pods_elsewhere
from bgpkit_node.kernel import Link


def link(index: int, name: str, kind: str, master: int = 0) -> Link:
    """Return an interface."""
    return Link(index=index, name=name, kind=kind, mac="", mtu=1500, up=True, alias="", master=master)


def test_ports_of_another_networks_bridge_are_counted() -> None:
    """Not our own pods, nor containers of docker, nor a bridge's uplink."""
    links = [
        link(2, "cni0", "bridge"),
        link(3, "docker0", "bridge"),
        link(4, "veth1", "veth", 2),
        link(5, "veth2", "veth", 2),
        link(6, "veth3", "veth", 3),
        link(7, "cali1", "veth"),
        link(8, "eth1", "", 2),
    ]
    assert pods_by_bridge(links) == {"cni0": 2}
    assert pods_by_bridge(links[1:2]) == {}


def test_this_machine_can_be_asked() -> None:
    """Without rights."""
    assert all(count > 0 for count in pods_elsewhere().values())

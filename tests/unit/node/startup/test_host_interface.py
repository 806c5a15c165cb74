"""Interfaces of containers and tunnels are known by their names."""

import pytest

from bgpkit_node.startup.host_interface import HostInterface

OF_CONTAINERS = (
    *("docker0", "docker_gwbridge", "cbr0", "dummy0", "podman1", "virbr0", "lxcbr0", "veth1a", "lo", "br-1f", "cali1"),
    *("tunl0", "flannel.1", "kube-ipvs0", "cni0", "vxlan.calico", "vxlan-v6.calico", "wireguard.cali", "wg-v6.cali"),
    "nodelocaldns",
)


@pytest.mark.parametrize("name", OF_CONTAINERS)
def test_calicos_list(name: str) -> None:
    """Each name that it excludes, by how it begins."""
    assert HostInterface(name=name).of_containers


@pytest.mark.parametrize("name", ["eth0", "lo0", "bond0", "br0", "ens3", "vxlan1", "wg0", "mydocker", "en-cali"])
def test_interfaces_of_the_machine(name: str) -> None:
    """Also those whose names only hold such a word."""
    assert not HostInterface(name=name).of_containers

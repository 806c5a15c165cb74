"""The first found address: of an interface of the machine itself that is up."""

import socket
from ipaddress import IPv4Interface

import pytest

from bgpkit_node.agent.node_address import check_own_address, check_port_free, first_found_address
from bgpkit_node.errors import NodeError
from tests.support.netns import Namespaces

pytestmark = pytest.mark.netns


def test_interfaces_of_containers_and_tunnels_are_passed_over(namespaces: Namespaces) -> None:
    """The list is Calico's; what is down, loopback or link-local does not count either."""
    machine = namespaces.node()
    for number, name in enumerate(("docker0", "cali123", "br-1", "vethx", "cni0", "flannel.1", "down0", "local0")):
        machine.ip("link", "add", name, "type", "bridge")
        machine.ip("addr", "add", "169.254.7.1/16" if name == "local0" else f"10.9.{number}.1/24", "dev", name)
        if name != "down0":
            machine.ip("link", "set", name, "up")
    with machine.entered():
        with pytest.raises(NodeError, match=r"no interface of this machine has an IPv4 address .*--ip"):
            first_found_address()
        machine.ip("link", "add", "eth0", "type", "bridge")
        machine.ip("link", "set", "eth0", "up")
        machine.ip("addr", "add", "10.4.7.11/24", "dev", "eth0")
        assert first_found_address() == IPv4Interface("10.4.7.11/24")


def test_an_address_that_the_machine_does_not_have_is_refused(namespaces: Namespaces) -> None:
    """Before anything is registered under it."""
    machine = namespaces.node()
    with machine.entered():
        machine.ip("link", "add", "eth0", "type", "bridge")
        machine.ip("addr", "add", "10.4.7.11/24", "dev", "eth0")
        check_own_address(IPv4Interface("10.4.7.11/24"))
        with pytest.raises(NodeError, match=r"has the address 10\.4\.7\.12 \(--ip\); there is 10\.4\.7\.11"):
            check_own_address(IPv4Interface("10.4.7.12/24"))


def test_a_port_in_use_is_found_before_anything_is_registered(namespaces: Namespaces) -> None:
    """The sentence names the port and what probably has it."""
    with namespaces.node().entered(), socket.socket() as other:
        check_port_free(179)
        other.bind(("", 179))
        other.listen()
        with pytest.raises(NodeError, match=r"TCP port 179 cannot be used: Address already in use; is another BGP"):
            check_port_free(179)

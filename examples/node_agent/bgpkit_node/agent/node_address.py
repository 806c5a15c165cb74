"""Finding out a node's own address when nobody says it."""

import re
import socket
from ipaddress import IPv4Interface
from typing import Final

from bgpkit_node.errors import NodeError
from bgpkit_node.kernel import Netlink

_NOT_OURS: Final = re.compile(
    r"docker|cbr|dummy|podman|virbr|lxcbr|veth|lo$|br-|cali|tunl|flannel|kube-ipvs|cni|vxlan|wireguard\.cali|wg-v6\.cali"
    r"|nodelocaldns"
)
"""Names of interfaces that belong to containers and tunnels, by how they begin."""


def check_own_address(address: IPv4Interface) -> None:
    """Raise NodeError unless an interface of this machine has ``address``."""
    with Netlink() as netlink:
        own = [found.ip for link in netlink.links() for found in netlink.addresses(link.index)]
    if address.ip not in own:
        there = ", ".join(str(found) for found in own if not found.is_loopback) or "none"
        raise NodeError(f"no interface of this machine has the address {address.ip} (--ip); there is {there}")


def check_port_free(port: int) -> None:
    """Raise NodeError when something listens on TCP ``port`` of this machine already."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError as error:
            text = f"TCP port {port} cannot be used: {error.strerror}; is another BGP speaker running on this node?"
            raise NodeError(text) from error


def first_found_address() -> IPv4Interface:
    """Return the first address with a subnet on an interface that is up and belongs to the machine itself.

    NodeError when there is none.
    """
    with Netlink() as netlink:
        for link in netlink.links():
            if not link.up or _NOT_OURS.match(link.name):
                continue
            for address in netlink.addresses(link.index):
                if not isinstance(address, IPv4Interface) or address.ip.is_link_local or address.ip.is_loopback:
                    continue
                return address
    raise NodeError("no interface of this machine has an IPv4 address to peer from: name one with --ip ADDRESS/LENGTH")

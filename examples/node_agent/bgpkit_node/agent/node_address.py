"""Finding out a node's own address when nobody says it."""

import re
from ipaddress import IPv4Interface
from typing import Final

from bgpkit_node.errors import NodeError
from bgpkit_node.kernel import Netlink

_NOT_OURS: Final = re.compile(
    r"docker|cbr|dummy|podman|virbr|lxcbr|veth|lo$|br-|cali|tunl|flannel|kube-ipvs|cni|vxlan|wireguard\.cali|wg-v6\.cali"
    r"|nodelocaldns"
)
"""Names of interfaces that belong to containers and tunnels, by how they begin."""


def first_found_address() -> IPv4Interface:
    """Return the first address with a subnet on an interface that is up and belongs to the machine itself.

    NodeError when there is none.
    """
    with Netlink() as netlink:
        for link in netlink.links():
            if not link.up or _NOT_OURS.match(link.name):
                continue
            for address in netlink.addresses(link.index):
                if not address.ip.is_link_local and not address.ip.is_loopback:
                    return address
    raise NodeError("no interface of this machine has an IPv4 address to peer from: name one with --ip ADDRESS/LENGTH")

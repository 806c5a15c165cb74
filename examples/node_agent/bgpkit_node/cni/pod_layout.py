"""How a pod's network looks: the fixed addresses and settings, the same as Calico's.

::

    pod:   eth0 <address>/32, <address>/128
           169.254.1.1 dev eth0 scope link
           default via 169.254.1.1 dev eth0
           default via fe80::ecee:eeff:feee:eeee dev eth0
           169.254.1.1 lladdr ee:ee:ee:ee:ee:ee PERMANENT
           fe80::ecee:eeff:feee:eeee lladdr ee:ee:ee:ee:ee:ee PERMANENT
    node:  cali... (ee:ee:ee:ee:ee:ee, fe80::ecee:eeff:feee:eeee), proxy_arp
           <address> dev cali... scope link

The permanent neighbours are what Calico has not: proxy ARP answers for 169.254.1.1 only while the node has a route
to it out of another interface, in practice a default route.
"""

from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from bgpkit_node.ipam import IPAddress

HOST_MAC: Final = "ee:ee:ee:ee:ee:ee"
"""MAC address of every host's side: there is one pod on the wire, so it need not be unique."""


@dataclass(frozen=True, slots=True)
class Exit:
    """A pod's way out in one family: no interface of the node need have the ``gateway``."""

    gateway: IPAddress
    default: str
    """Destination of the default route."""
    link_route: bool
    """Whether the gateway needs a route of its own; IPv6 has it in fe80::/64."""


EXITS: Final = {
    4: Exit(IPv4Address("169.254.1.1"), "0.0.0.0/0", link_route=True),
    6: Exit(IPv6Address("fe80::ecee:eeff:feee:eeee"), "::/0", link_route=False),
}
"""By IP version; the IPv6 gateway is the link-local address that follows from the host's MAC address."""

_HOST: Final = {
    4: (
        ("ipv4/conf/{}/route_localnet", "1"),
        ("ipv4/neigh/{}/proxy_delay", "0"),
        ("ipv4/conf/{}/proxy_arp", "1"),
        ("ipv4/conf/{}/rp_filter", "1"),
        ("ipv4/conf/{}/forwarding", "1"),
    ),
    6: (
        ("ipv6/conf/{}/disable_ipv6", "0"),
        ("ipv6/conf/{}/addr_gen_mode", "0"),
        ("ipv6/conf/{}/accept_dad", "0"),
        ("ipv6/conf/{}/accept_ra", "0"),
        ("ipv6/neigh/{}/proxy_delay", "0"),
        ("ipv6/conf/{}/proxy_ndp", "1"),
        ("ipv6/conf/all/forwarding", "1"),
        ("ipv6/conf/{}/forwarding", "1"),
    ),
}


def host_sysctls(interface: str, versions: Collection[int]) -> tuple[tuple[str, str], ...]:
    """Return the sysctls of the host's side, as (name below ``net/``, value), in the order in which they are set.

    They are set before the interface is up, so that it has its link-local address at once.
    """
    named = [pair for version in sorted(versions) for pair in _HOST[version]]
    return tuple((name.format(interface), value) for name, value in named)


def pod_sysctls(interface: str, versions: Collection[int], *, forwarding: bool) -> tuple[tuple[str, str], ...]:
    """Return the sysctls of the pod's namespace; a pod is no router unless ``forwarding`` is allowed."""
    router = "1" if forwarding else "0"
    found = [("ipv4/ip_forward", router)]
    if 6 in versions:
        found += [(f"ipv6/conf/{scope}/disable_ipv6", "0") for scope in ("all", "default", "lo", interface)]
        found += [(f"ipv6/conf/{interface}/accept_dad", "0"), ("ipv6/conf/all/forwarding", router)]
    return tuple(found)

"""How a pod's network looks: the fixed addresses and settings, the same as Calico's.

::

    pod:   eth0 <address>/32
           169.254.1.1 dev eth0 scope link
           default via 169.254.1.1 dev eth0
           169.254.1.1 lladdr ee:ee:ee:ee:ee:ee PERMANENT
    node:  cali... (ee:ee:ee:ee:ee:ee), proxy_arp
           <address> dev cali... scope link

The permanent neighbour is what Calico has not: proxy ARP answers for 169.254.1.1 only while the node has a route
to it out of another interface, in practice a default route.
"""

from ipaddress import IPv4Address
from typing import Final

GATEWAY: Final = IPv4Address("169.254.1.1")
"""The pod's way out; no interface has this address."""
HOST_MAC: Final = "ee:ee:ee:ee:ee:ee"
"""MAC address of every host's side: there is one pod on the wire, so it need not be unique."""


def host_sysctls(interface: str) -> tuple[tuple[str, str], ...]:
    """Return the sysctls of the host's side, as (name below ``net/``, value)."""
    return (
        (f"ipv4/conf/{interface}/route_localnet", "1"),
        (f"ipv4/neigh/{interface}/proxy_delay", "0"),
        (f"ipv4/conf/{interface}/proxy_arp", "1"),
        (f"ipv4/conf/{interface}/rp_filter", "1"),
        (f"ipv4/conf/{interface}/forwarding", "1"),
    )


POD_SYSCTLS: Final = (("ipv4/ip_forward", "0"),)
"""The sysctls of the pod's namespace: a pod is no router."""

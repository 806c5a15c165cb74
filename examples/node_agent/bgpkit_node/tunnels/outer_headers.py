"""What a device of a tunnel puts around packets, asked of the kernel, not of what it should be. Blocks."""

import socket
from typing import Final

from bgpkit_node.diagnosis import OuterHeader
from bgpkit_node.kernel import Address, Link, Netlink
from bgpkit_node.tunnels.tunnel import IPIP, VXLAN, VXLAN6

_IP_IN_IP, _UDP = 4, 17
_DISCARD: Final = 9
_VXLAN_OVERHEAD: Final = {4: VXLAN.overhead, 6: VXLAN6.overhead}


def outer_header(netlink: Netlink, device: str, gateway: Address | None, ttl: int) -> OuterHeader | None:
    """Return what is around a packet that goes by ``device`` to ``gateway``; None: the device wraps nothing.

    ``ttl`` is that of packets which the node itself makes. Without the route of the wrapped packet.
    """
    link = netlink.link(device)
    if link is None or gateway is None:
        return None
    if link.vxlan is not None:
        remote = _remote(netlink, link, gateway)
        local = link.vxlan.local or (None if remote is None else source_towards(remote))
        return OuterHeader(
            tunnel="VXLAN",
            protocol=_UDP,
            source="" if local is None else str(local),
            destination="" if remote is None else str(remote),
            vni=link.vxlan.identifier,
            port=link.vxlan.port,
            overhead=_VXLAN_OVERHEAD[gateway.version if remote is None else remote.version],
            mtu=link.mtu,
            ttl=ttl,
        )
    if link.kind != "ipip":
        return None
    return OuterHeader(
        tunnel="IPIP",
        protocol=_IP_IN_IP,
        source=str(source_towards(gateway) or ""),
        destination=str(gateway),
        overhead=IPIP.overhead,
        mtu=link.mtu,
    )


def source_towards(address: Address) -> Address | None:
    """Return the address under which the kernel sends to ``address``; None when it does not."""
    family = socket.AF_INET if address.version == IPIP.version else socket.AF_INET6
    with socket.socket(family, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect((str(address), _DISCARD))  # nothing is sent
        except OSError:
            return None
        return type(address)(asking.getsockname()[0])


def _remote(netlink: Netlink, link: Link, gateway: Address) -> Address | None:
    """Return the machine to which a VXLAN device sends what is for ``gateway``."""
    mac = next((one.mac for one in netlink.neighbours(link.index) if one.address == gateway), "")
    return next((entry.remote for entry in netlink.forwarding(link.index) if entry.mac == mac), None)

"""The devices that a node should have for its tunnels. Pure."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from bgpkit_node.kernel import Vxlan
from bgpkit_node.peering import Cluster
from bgpkit_node.resources import FelixSettings, Node
from bgpkit_node.tunnels.ends import TunnelEnd, ends_of
from bgpkit_node.tunnels.tunnel import IPIP, TUNNELS, VXLAN, VXLAN6, Tunnel


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceWish:
    """One device as it should be."""

    tunnel: Tunnel
    local: IPv4Address | IPv6Address
    """The node's own address, from which wrapped packets go."""
    address: IPv4Address | IPv6Address | None = None
    """That of the device; None until the node names one."""
    mac: str = ""
    settings: FelixSettings
    """Empty: it has none, and needs not know who is where."""
    ends: tuple[TunnelEnd, ...] = ()

    @property
    def vxlan(self) -> Vxlan | None:
        """How it wraps packets; None when it is no VXLAN device."""
        if not self.mac:
            return None
        return Vxlan(identifier=self.settings.vxlan_vni, port=self.settings.vxlan_port, local=self.local)

    def mtu_over(self, link: int) -> int:
        """Return its MTU where the interface of the node's address has the MTU ``link``."""
        return tunnel_mtu(self.tunnel, link, self.settings)


def device_wishes(cluster: Cluster, node: Node, settings: FelixSettings) -> tuple[DeviceWish, ...]:
    """Return the devices that ``node`` needs: one for each tunnel that a pool may have packets wrapped by."""
    wishes: list[DeviceWish] = []
    for tunnel in TUNNELS:
        local = tunnel.node_address(node)
        if local is None or not tunnel.is_used(cluster.pools):
            continue
        named = tunnel.address(node.spec)
        wishes.append(
            DeviceWish(
                tunnel=tunnel,
                local=local.ip,
                address=ip_address(named) if named else None,
                mac=tunnel.mac_in(node.spec, node.name),
                settings=settings,
                ends=ends_of(tunnel, node.name, cluster.nodes, cluster.pools),
            )
        )
    return tuple(wishes)


def tunnel_mtu(tunnel: Tunnel, link: int, settings: FelixSettings) -> int:
    """Return the MTU of a tunnel over an interface with the MTU ``link``, unless ``settings`` name another one."""
    named = {IPIP.device: settings.ipip_mtu, VXLAN.device: settings.vxlan_mtu, VXLAN6.device: settings.vxlan_mtu_v6}
    return named[tunnel.device] or link - tunnel.overhead

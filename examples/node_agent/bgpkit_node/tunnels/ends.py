"""Where the tunnels of a node lead: the ends on the other nodes, as far as those are ready to unwrap. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from bgpkit_node.resources import IPPool, Node
from bgpkit_node.tunnels.tunnel import Tunnel


@dataclass(frozen=True, slots=True, kw_only=True)
class TunnelEnd:
    """The end of a tunnel on another node."""

    node: IPv4Address | IPv6Address
    """The node's address, to which wrapped packets go: the BGP next hop of its routes."""
    address: IPv4Address | IPv6Address
    """That of the device; the node's own where the device has none."""
    mac: str
    """The device's MAC address; empty: it has none."""

    @property
    def gateway(self) -> IPv4Address | IPv6Address:
        """What stands for this end in routes: the node for IPIP, for VXLAN an address of the device.

        With IPv6 it is the link-local one: of another the kernel wants to know that no route leads to it elsewhere,
        and the block's own route does until it is replaced.
        """
        if not self.mac:
            return self.node
        return self.address if self.address.version == 4 else _link_local(self.mac)


def _link_local(mac: str) -> IPv6Address:
    """Return the address that an interface makes of its MAC address. RFC 4291, appendix A."""
    octets = bytes.fromhex(mac.replace(":", ""))
    interface = bytes([octets[0] ^ 2]) + octets[1:3] + b"\xff\xfe" + octets[3:]
    return IPv6Address(b"\xfe\x80" + bytes(6) + interface)


def ends_of(tunnel: Tunnel, own: str, nodes: Iterable[Node], pools: Iterable[IPPool]) -> tuple[TunnelEnd, ...]:
    """Return the ends of ``tunnel`` on the nodes other than ``own``.

    A node whose tunnel is to have an address names it once its device is there: before, there is no end on it.
    """
    known = tuple(pools)
    found: list[TunnelEnd] = []
    for node in nodes:
        outer = tunnel.node_address(node)
        text = tunnel.address(node.spec)
        if node.name == own or outer is None or not (text or not tunnel.pools(node, known)):
            continue
        address = ip_address(text) if text else outer.ip
        found.append(TunnelEnd(node=outer.ip, address=address, mac=tunnel.mac_in(node.spec, node.name)))
    return tuple(found)

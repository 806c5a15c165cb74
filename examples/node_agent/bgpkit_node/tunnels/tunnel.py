"""The tunnels that a node may have: device, which pools ask for it, where the Node says its address. Pure."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Interface
from typing import Final

import msgspec

from bgpkit_node.resources import EncapsulationMode, IPPool, Node, NodeBgp, NodeSpec, PoolUse, parse_selector

_MAC_BEGINS: Final = b"f"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tunnel:
    """One sort of tunnel; handle and ``purpose`` are Calico's words, so that its tools know the addresses."""

    handle: str
    """What the handle of the address begins with; the name of the node follows."""
    purpose: str
    """The attribute ``type`` of the address."""
    version: int
    device: str
    overhead: int
    """Octets that are wrapped around a packet."""
    mode: Callable[[IPPool], EncapsulationMode]
    field: str
    """The field of the Node's spec that names the address."""
    in_bgp: bool = False
    """Whether that is a field of ``spec.bgp``."""
    mac_field: str = ""
    """The field that names the device's MAC address; empty: it has none."""
    mac_suffix: str = ""
    """What follows the node's name in the octets that a MAC address is made of."""

    def handle_of(self, node: str) -> str:
        """Return the handle of the address of ``node``."""
        return f"{self.handle}{node}"

    def mac_of(self, node: str) -> str:
        """Return the MAC address that the device of ``node`` has unless told otherwise."""
        digest = hashlib.sha1(f"{node}{self.mac_suffix}".encode(), usedforsecurity=False).digest()
        return (_MAC_BEGINS + digest[:5]).hex(":")

    def mac_in(self, spec: NodeSpec, node: str) -> str:
        """Return the MAC address of the device of ``node``, whose spec may name one; empty: such devices have none."""
        return (str(getattr(spec, self.mac_field)) or self.mac_of(node)).lower() if self.mac_field else ""

    def address(self, spec: NodeSpec) -> str:
        """Return the address that ``spec`` names; empty: none."""
        holder = spec.bgp if self.in_bgp else spec
        return "" if holder is None else str(getattr(holder, self.field))

    def named(self, spec: NodeSpec, node: str, address: str) -> NodeSpec:
        """Return ``spec`` with ``address`` (empty: without) and, with it, a MAC address; one that was chosen stays."""
        if self.in_bgp:
            if spec.bgp is None and not address:
                return spec
            bgp = msgspec.structs.replace(spec.bgp or NodeBgp(), **{self.field: address})
            return msgspec.structs.replace(spec, bgp=bgp)
        told = {self.field: address}
        if self.mac_field:
            present, regular = str(getattr(spec, self.mac_field)), self.mac_of(node)
            told[self.mac_field] = (present or regular) if address else present.replace(regular, "")
        return msgspec.structs.replace(spec, **told)

    def node_address(self, node: Node) -> IPv4Interface | IPv6Interface | None:
        """Return the address between which and those of other nodes the wrapped packets go."""
        return node.ipv4 if self.version == 4 else node.ipv6

    def is_used(self, pools: Iterable[IPPool]) -> bool:
        """Tell whether packets to one of ``pools`` may have to be wrapped so; a disabled one may still have pods."""
        return any(pool.network.version == self.version and self.is_on(pool) for pool in pools)

    def is_on(self, pool: IPPool) -> bool:
        """Tell whether ``pool`` has a mode other than Never."""
        return self.mode(pool) is not EncapsulationMode.NEVER

    def pools(self, node: Node, pools: Iterable[IPPool]) -> tuple[IPPool, ...]:
        """Return those of ``pools`` for whose sake ``node`` has such a tunnel: its address is out of one of them."""
        if self.version == 6 and node.ipv6 is None:
            return ()
        return tuple(
            pool
            for pool in pools
            if pool.network.version == self.version
            and self.is_on(pool)
            and not pool.spec.disabled
            and PoolUse.TUNNEL in pool.spec.allowed_uses
            and parse_selector(pool.spec.node_selector).matches(node.labels)
        )


IPIP: Final = Tunnel(
    handle="ipip-tunnel-addr-",
    purpose="ipipTunnelAddress",
    version=4,
    device="tunl0",
    overhead=20,
    mode=lambda pool: pool.spec.ipip_mode,
    field="ipv4_ipip_tunnel_addr",
    in_bgp=True,
)
VXLAN: Final = Tunnel(
    handle="vxlan-tunnel-addr-",
    purpose="vxlanTunnelAddress",
    version=4,
    device="vxlan.calico",
    overhead=50,
    mode=lambda pool: pool.spec.vxlan_mode,
    field="ipv4_vxlan_tunnel_addr",
    mac_field="vxlan_tunnel_mac_addr",
)
VXLAN6: Final = Tunnel(
    handle="vxlan-v6-tunnel-addr-",
    purpose="vxlanV6TunnelAddress",
    version=6,
    device="vxlan-v6.calico",
    overhead=70,
    mode=lambda pool: pool.spec.vxlan_mode,
    field="ipv6_vxlan_tunnel_addr",
    mac_field="vxlan_tunnel_mac_addr_v6",
    mac_suffix="-v6",
)
TUNNELS: Final = (IPIP, VXLAN, VXLAN6)

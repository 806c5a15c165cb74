"""What natOutgoing makes of a packet on its way."""

from collections.abc import Sequence
from ipaddress import ip_address

from bgpkit_node.diagnosis import Hop, Translation
from bgpkit_node.ipam import IPAddress
from bgpkit_node.nat import OutgoingNat
from bgpkit_node.resources import FelixConfiguration, FelixSettings, IPPool, Node, ResourceStore


async def translation_at(
    hop: Hop, source: IPAddress, destination: IPAddress, nodes: Sequence[Node], store: ResourceStore
) -> Translation | None:
    """Return what a node puts in the place of the source of a packet, the first of its connection; None: nothing."""
    node = next((each for each in nodes if each.name == hop.node), None)
    if node is None or hop.own or not hop.device:
        return None
    settings = FelixSettings.of(await store.list(FelixConfiguration), node)
    nat = OutgoingNat.of(await store.list(IPPool), nodes, settings)
    if not nat.translates(source, destination, hop.device):
        return None
    said = str(nat.address) if nat.address is not None and nat.address.version == source.version else ""
    towards = hop.gateway or str(destination)
    return Translation(node=hop.node, interface=hop.device, address=said or _own_address(node, towards))


def _own_address(node: Node, towards: str) -> str:
    """Return the address of a node in the network of its next hop, empty if it is not known to have one."""
    for interface in (node.ipv4, node.ipv6):
        if interface is not None and ip_address(towards) in interface.network:
            return str(interface.ip)
    return ""

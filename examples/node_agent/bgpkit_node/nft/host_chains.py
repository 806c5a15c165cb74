"""What is the same, whatever the policies, for packets that a node itself gets and sends by its own interfaces.

An interface that no HostEndpoint is for lets all pass. Pods are decided over elsewhere, and what loops is nobody's
matter. Whoever could shut himself out is let pass first: the ports that keep a cluster alive, and what other nodes
wrap. Forwarded packets are not looked at here.
"""

from typing import Final

from bgpkit_node.nft.chain import Chain
from bgpkit_node.nft.settings import EnforcementSettings, FailsafePort

HOST_INGRESS: Final = "host_ingress"
HOST_EGRESS: Final = "host_egress"
OTHERS_INGRESS: Final = "others_ingress"
OTHERS_EGRESS: Final = "others_egress"
PEERS: Final = {4: "peers4", 6: "peers6"}

_NEIGHBOURS: Final = "icmpv6 type { 130-137, 143 } accept"
"""Without these no neighbour and no router is found: RFC 4861, RFC 3810."""
_IPIP: Final = 4


def host_chains(settings: EnforcementSettings, pods: str) -> tuple[Chain, ...]:
    """Return the chains; ``pods`` is the set of the interfaces of pods."""
    to_host = (
        "type filter hook input priority filter + 1; policy accept;",
        *_passing("iifname", "saddr", settings, pods, settings.failsafe_inbound),
        f"iifname vmap @{HOST_INGRESS}",
        f"meta nfproto vmap @{OTHERS_INGRESS}",
    )
    from_host = (
        "type filter hook output priority filter; policy accept;",
        *_passing("oifname", "daddr", settings, pods, settings.failsafe_outbound),
        f"oifname vmap @{HOST_EGRESS}",
        f"meta nfproto vmap @{OTHERS_EGRESS}",
    )
    return (Chain("to_host", "", to_host), Chain("from_host", "", from_host))


def _passing(
    interface: str, side: str, settings: EnforcementSettings, pods: str, failsafe: tuple[FailsafePort, ...]
) -> tuple[str, ...]:
    """Return the rules for what passes whatever the policies say."""
    prefix = (f'{interface} "{settings.interface_prefix}*" accept',) if settings.interface_prefix else ()
    ports = ", ".join(f"{port.protocol} . {port.port}" for port in failsafe)
    return (
        "ct state { established, related } accept",
        f'{interface} "lo" accept',
        f"{interface} @{pods} accept",
        *prefix,
        _NEIGHBOURS,
        *((f'meta l4proto . th dport {{ {ports} }} counter accept comment "failsafe"',) if ports else ()),
        f"udp dport {settings.vxlan_port} ip {side} @{PEERS[4]} accept",
        f"udp dport {settings.vxlan_port} ip6 {side} @{PEERS[6]} accept",
        f"meta l4proto {_IPIP} ip {side} @{PEERS[4]} accept",
    )

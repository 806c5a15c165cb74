"""What is the same, whatever the policies, for packets that a node gets, sends and forwards by its own interfaces.

An interface that no HostEndpoint is for lets all pass. Pods are decided over elsewhere, and what loops is nobody's
matter. Whoever could shut himself out is let pass first: the ports that keep a cluster alive, and what other nodes
wrap. Of what is forwarded nothing is let pass so.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from bgpkit_node.nft.chain import Chain
from bgpkit_node.nft.host_maps import Hook, dispatch
from bgpkit_node.nft.settings import EnforcementSettings
from bgpkit_node.policy.failsafe import FailsafePort
from bgpkit_node.policy.model import Direction
from bgpkit_node.policy.moments import Moment

PEERS: Final = {4: "peers4", 6: "peers6"}
ENDED: Final = {4: "ended4", 6: "ended6"}
ESTABLISHED: Final = "ct state established,related accept"
"""As a mask: compared in place, where a set of states would be looked up for each packet."""

_NEIGHBOURS: Final = "icmpv6 type { 130-137, 143 } accept"
"""Without these no neighbour and no router is found: RFC 4861, RFC 3810."""
_IPIP: Final = 4
_INTERFACE: Final = {Direction.INGRESS: "iifname", Direction.EGRESS: "oifname"}
_FAR_SIDE: Final = {Direction.INGRESS: "saddr", Direction.EGRESS: "daddr"}
_HOOKED: Final = {
    Moment.PRE_DNAT: {Direction.INGRESS: "filter hook prerouting priority mangle"},
    Moment.UNTRACKED: {
        Direction.INGRESS: "filter hook prerouting priority raw + 1",
        Direction.EGRESS: "filter hook output priority raw",
    },
    Moment.NORMAL: {
        Direction.INGRESS: "filter hook input priority filter + 1",
        Direction.EGRESS: "filter hook output priority filter",
    },
}


_DECIDING: Final = {
    "to_host": Hook(Moment.NORMAL, Direction.INGRESS),
    "from_host": Hook(Moment.NORMAL, Direction.EGRESS),
}
_DISPATCHING: Final = {
    "coming": Hook(Moment.UNTRACKED, Direction.INGRESS),
    "arriving": Hook(Moment.PRE_DNAT, Direction.INGRESS),
    "leaving": Hook(Moment.UNTRACKED, Direction.EGRESS),
}


def after_cut(settings: EnforcementSettings) -> str:
    """Return the rule before what begins connections, where all of TCP is dropped that belongs to none and is no SYN.

    A SYN answers nothing.
    """
    return "meta l4proto != tcp jump ended" if settings.drop_invalid else "jump ended"


def host_chains(settings: EnforcementSettings, pods: str) -> Mapping[Hook, Chain]:
    """Return the chains at hooks of their own, by where they ask; ``pods`` is the set of the interfaces of pods."""
    deciding = {hook: Chain(name, "", _deciding(hook, settings, pods)) for name, hook in _DECIDING.items()}
    dispatching = {hook: Chain(name, "", _dispatching(hook, settings, pods)) for name, hook in _DISPATCHING.items()}
    return deciding | dispatching


def alive(settings: EnforcementSettings, direction: Direction, *, untracked: bool = False) -> tuple[str, ...]:
    """Return the rules for what passes whatever the policies say, so that nobody shuts himself out.

    ``untracked`` are packets of which it is not known whether they answer others.
    """
    inbound, outbound = settings.failsafe_inbound, settings.failsafe_outbound
    called, answering = (inbound, outbound) if direction is Direction.INGRESS else (outbound, inbound)
    side = _FAR_SIDE[direction]
    return (
        _NEIGHBOURS,
        *_failsafe("dport", side, called),
        *(_failsafe("sport", side, answering) if untracked else ()),
        f"udp dport {settings.vxlan_port} ip {side} @{PEERS[4]} accept",
        f"udp dport {settings.vxlan_port} ip6 {side} @{PEERS[6]} accept",
        f"meta l4proto {_IPIP} ip {side} @{PEERS[4]} accept",
    )


def _deciding(hook: Hook, settings: EnforcementSettings, pods: str) -> tuple[str, ...]:
    return (
        _hook_line(hook),
        ESTABLISHED,
        after_cut(settings) if hook.direction is Direction.INGRESS else "jump ended",
        *_of_pods(hook, settings, pods),
        *alive(settings, hook.direction),
        *dispatch(hook),
    )


def _dispatching(hook: Hook, settings: EnforcementSettings, pods: str) -> tuple[str, ...]:
    """Return the rules for a hook that every packet passes, so that one that is for no policy has few to pass."""
    by_name, others = dispatch(hook)
    return (_hook_line(hook), by_name, *_of_pods(hook, settings, pods), others)


def _hook_line(hook: Hook) -> str:
    return f"type {_HOOKED[hook.moment][hook.direction]}; policy accept;"


def _of_pods(hook: Hook, settings: EnforcementSettings, pods: str) -> tuple[str, ...]:
    """Return the rules that let pass what no interface of the host gets or sends."""
    interface = _INTERFACE[hook.direction]
    prefix = (f"{interface} {settings.pod_interfaces} accept",) if settings.interface_prefixes else ()
    return (f'{interface} "lo" accept', f"{interface} @{pods} accept", *prefix)


def _failsafe(word: str, side: str, ports: Sequence[FailsafePort]) -> Iterator[str]:
    for net in dict.fromkeys(port.net for port in ports):
        said = ", ".join(f"{port.protocol} . {port.port}" for port in ports if port.net == net)
        far = "" if net is None else f"{'ip' if net.version == 4 else 'ip6'} {side} {net} "
        yield f'{far}meta l4proto . th {word} {{ {said} }} counter accept comment "failsafe"'

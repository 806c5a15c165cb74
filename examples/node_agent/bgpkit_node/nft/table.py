"""The part of the table that is the same whatever the policies: hooks, dispatch by interface, what pods may never do.

Egress and ingress have base chains of their own at the same hook, one after the other: ``accept`` ends only the first,
so that a packet from one pod to another must pass both. Of what the node sends itself to its pods nothing is asked: a
node always reaches its own pods. What comes from an interface of the host, or leaves by one, passes the policies of
that in the same places.

Each base chain costs every packet that comes by its hook, those of established connections too. So those that few nodes
need are there only while an endpoint needs them.
"""

from collections.abc import Mapping
from typing import Final

from bgpkit_node.nft.chain import Chain
from bgpkit_node.nft.element import SetType
from bgpkit_node.nft.host_chains import ENDED, ESTABLISHED, PEERS, after_cut, host_chains
from bgpkit_node.nft.host_maps import HOST_SETS, Hook, dispatch
from bgpkit_node.nft.naming import digest
from bgpkit_node.nft.settings import EnforcementSettings
from bgpkit_node.policy.model import Direction
from bgpkit_node.policy.moments import Moment

EGRESS: Final = "egress"
INGRESS: Final = "ingress"
PODS: Final = "pods"
ITSELF: Final = "itself"
SOURCES: Final = {4: "sources4", 6: "sources6"}
SOURCE_NETWORKS: Final = {4: "source_networks4", 6: "source_networks6"}

FIXED_SETS: Final[Mapping[str, tuple[SetType, str]]] = {
    EGRESS: (SetType.VERDICTS, "interface of a pod: what decides over its packets"),
    INGRESS: (SetType.VERDICTS, "interface of a pod: what decides over packets to it"),
    PODS: (SetType.INTERFACES, "interfaces of pods"),
    ITSELF: (SetType.PAIRS, "from a pod and back to it"),
    SOURCES[4]: (SetType.SOURCES4, "interface of a pod, its address"),
    SOURCES[6]: (SetType.SOURCES6, "interface of a pod, its address"),
    SOURCE_NETWORKS[4]: (SetType.SOURCE_NETWORKS4, "interface of a pod, network it may send from"),
    SOURCE_NETWORKS[6]: (SetType.SOURCE_NETWORKS6, "interface of a pod, network it may send from"),
    **HOST_SETS,
    ENDED[4]: (SetType.FLOWS4, "answers of connections that were cut"),
    ENDED[6]: (SetType.FLOWS6, "answers of connections that were cut"),
    PEERS[4]: (SetType.NETWORKS4, "other nodes"),
    PEERS[6]: (SetType.NETWORKS6, "other nodes"),
}

_NEIGHBOURS: Final = "{ 131, 132, 133, 135, 136, 143 }"
"""ICMPv6 that a pod needs on its link: multicast listeners (RFC 3810) and neighbour discovery (RFC 4861)."""


def fixed_chains(settings: EnforcementSettings) -> tuple[Chain, ...]:
    """Return the chains in an order in which each follows those that it leads to."""
    return (
        Chain("ended", "nothing that answers a cut connection begins another", _ended()),
        Chain("invalid", "packets that belong to nothing", _invalid()),
        Chain("wrapping", "pods wrap no packets: the other node would unwrap them", _wrapping(settings)),
        Chain("sender", "a pod sends from its own addresses only", _sender(settings)),
        Chain("senders", "", _senders(settings)),
        Chain("to_node", "", _to_node(settings)),
        Chain("from_pods", "", _from_pods(settings)),
        Chain("to_pods", "", _to_pods(settings)),
        *(chain for hook, chain in host_chains(settings, PODS).items() if hook.moment is Moment.NORMAL),
        *((Chain("closed_node", "", _closed_node()),) if settings.node_closed else ()),
    )


def early_chains(settings: EnforcementSettings) -> Mapping[Hook, Chain]:
    """Return the base chains that are there only while an interface of the host has early policies, by their hooks."""
    return {hook: chain for hook, chain in host_chains(settings, PODS).items() if hook.moment.is_early}


def chain_of_other_senders() -> Chain:
    """Return the base chain that is there only while a pod has an interface whose name does not begin like one."""
    return Chain("other_senders", "", (_hook("prerouting", "raw"), f"iifname @{PODS} goto sender"))


def fingerprint(settings: EnforcementSettings) -> str:
    """Return what another version of this part would not be."""
    known = (*fixed_chains(settings), *early_chains(settings).values(), chain_of_other_senders())
    chains = [text for chain in known for text in (chain.name, *chain.rules)]
    sets = [text for name, (kind, title) in FIXED_SETS.items() for text in (name, kind.value, title)]
    return digest(*chains, *sets)


def _hook(hook: str, priority: str) -> str:
    return f"type filter hook {hook} priority {priority}; policy accept;"


def _invalid() -> tuple[str, ...]:
    return (f"iifname @{PODS} counter drop", f"oifname @{PODS} counter drop")


def _ended() -> tuple[str, ...]:
    words = {4: "ip", 6: "ip6"}
    flows = {version: f"{ip} saddr . meta l4proto . th sport . {ip} daddr . th dport" for version, ip in words.items()}
    return tuple(
        f"{flow} @{ENDED[version]} update @{ENDED[version]} {{ {flow} }} counter drop"
        for version, flow in flows.items()
    )


def _wrapping(settings: EnforcementSettings) -> tuple[str, ...]:
    vxlan = f'udp dport {settings.vxlan_port} counter drop comment "VXLAN from a pod"'
    ipip = 'meta l4proto 4 counter drop comment "IPIP from a pod"'
    rules = ((settings.allow_vxlan, vxlan), (settings.allow_ipip, ipip))
    return tuple(rule for allowed, rule in rules if not allowed)


def _sender(settings: EnforcementSettings) -> tuple[str, ...]:
    """Return the rules for what comes from a pod: one look at a set for a packet with the pod's own address."""
    words = {4: "ip saddr", 6: "ip6 saddr"}
    known = [
        f"iifname . {words[version]} @{name[version]}" for name in (SOURCES, SOURCE_NETWORKS) for version in (4, 6)
    ]
    return (
        *(f"{each} goto wrapping" for each in known),
        *_unknown(f"iifname != @{PODS} iifname", settings),
        f"ip6 saddr {{ ::, fe80::/10 }} icmpv6 type {_NEIGHBOURS} accept",
        'counter drop comment "not an address of the pod"',
    )


def _unknown(word: str, settings: EnforcementSettings) -> tuple[str, ...]:
    """Return the rule for interfaces of pods that nothing is known of yet: closed."""
    if not settings.interface_prefixes:
        return ()
    return (f'{word} {settings.pod_interfaces} counter drop comment "interface of no known pod"',)


def _senders(settings: EnforcementSettings) -> tuple[str, ...]:
    """Return the rules that find out by the name alone, without looking at a set, whether a pod has sent a packet."""
    pods = settings.pod_interfaces or f"@{PODS}"
    return (_hook("prerouting", "raw"), f"iifname {pods} goto sender")


def _tracked(settings: EnforcementSettings) -> tuple[str, ...]:
    return (ESTABLISHED, "ct state invalid jump invalid") if settings.drop_invalid else (ESTABLISHED,)


def _established(settings: EnforcementSettings) -> tuple[str, ...]:
    return (*_tracked(settings), f"iifname . oifname @{ITSELF} accept")


def _to_node(settings: EnforcementSettings) -> tuple[str, ...]:
    return (
        _hook("input", "filter"),
        *_tracked(settings),
        f"icmpv6 type {_NEIGHBOURS} ip6 hoplimit {{ 1, 255 }} accept",
        f"iifname vmap @{EGRESS}",
        *_unknown("iifname", settings),
    )


def _closed_node() -> tuple[str, ...]:
    return (
        _hook("input", "filter + 2"),
        ESTABLISHED,
        f"icmpv6 type {_NEIGHBOURS} accept",
        f'iifname @{PODS} counter drop comment "no pod reaches its node: defaultEndpointToHostAction"',
    )


def _from_pods(settings: EnforcementSettings) -> tuple[str, ...]:
    host = dispatch(Hook(Moment.FORWARD, Direction.INGRESS))
    pods = (f"iifname vmap @{EGRESS}", *_unknown("iifname", settings))
    return (_hook("forward", "filter"), *_established(settings), after_cut(settings), *pods, *host)


def _to_pods(settings: EnforcementSettings) -> tuple[str, ...]:
    host = dispatch(Hook(Moment.FORWARD, Direction.EGRESS))
    pods = (f"oifname vmap @{INGRESS}", *_unknown("oifname", settings))
    return (_hook("forward", "filter + 1"), *_established(settings), *pods, *host)

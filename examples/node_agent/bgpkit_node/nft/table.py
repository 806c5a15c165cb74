"""The part of the table that is the same whatever the policies: hooks, dispatch by interface, what pods may never do.

Egress and ingress have base chains of their own at the same hook, one after the other: ``accept`` ends only the first,
so that a packet from one pod to another must pass both. Of what the node sends itself to its pods nothing is asked: a
node always reaches its own pods.
"""

from collections.abc import Mapping
from typing import Final

from bgpkit_node.nft.chain import Chain
from bgpkit_node.nft.element import SetType
from bgpkit_node.nft.host_chains import HOST_EGRESS, HOST_INGRESS, OTHERS_EGRESS, OTHERS_INGRESS, PEERS, host_chains
from bgpkit_node.nft.naming import digest
from bgpkit_node.nft.settings import EnforcementSettings

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
    HOST_INGRESS: (SetType.VERDICTS, "interface of the host: what decides over packets to the host"),
    HOST_EGRESS: (SetType.VERDICTS, "interface of the host: what decides over its own packets"),
    OTHERS_INGRESS: (SetType.VERSION_VERDICTS, "the same for all other interfaces of the host"),
    OTHERS_EGRESS: (SetType.VERSION_VERDICTS, "the same for all other interfaces of the host"),
    PEERS[4]: (SetType.NETWORKS4, "other nodes"),
    PEERS[6]: (SetType.NETWORKS6, "other nodes"),
}

_NEIGHBOURS: Final = "{ 131, 132, 133, 135, 136, 143 }"
"""ICMPv6 that a pod needs on its link: multicast listeners (RFC 3810) and neighbour discovery (RFC 4861)."""


def fixed_chains(settings: EnforcementSettings) -> tuple[Chain, ...]:
    """Return the chains in an order in which each follows those that it leads to."""
    return (
        Chain("invalid", "packets that belong to nothing", _invalid()),
        Chain("wrapping", "pods wrap no packets: the other node would unwrap them", _wrapping(settings)),
        Chain("sender", "a pod sends from its own addresses only", _sender()),
        Chain("senders", "", _senders(settings)),
        Chain("to_node", "", _to_node(settings)),
        Chain("from_pods", "", _from_pods(settings)),
        Chain("to_pods", "", _to_pods(settings)),
        *host_chains(settings, PODS),
    )


def fingerprint(settings: EnforcementSettings) -> str:
    """Return what another version of this part would not be."""
    chains = [text for chain in fixed_chains(settings) for text in (chain.name, *chain.rules)]
    sets = [text for name, (kind, title) in FIXED_SETS.items() for text in (name, kind.value, title)]
    return digest(*chains, *sets)


def _hook(hook: str, priority: str) -> str:
    return f"type filter hook {hook} priority {priority}; policy accept;"


def _invalid() -> tuple[str, ...]:
    return (f"iifname @{PODS} counter drop", f"oifname @{PODS} counter drop")


def _wrapping(settings: EnforcementSettings) -> tuple[str, ...]:
    vxlan = f'udp dport {settings.vxlan_port} counter drop comment "VXLAN from a pod"'
    ipip = 'meta l4proto 4 counter drop comment "IPIP from a pod"'
    rules = ((settings.allow_vxlan, vxlan), (settings.allow_ipip, ipip))
    return tuple(rule for allowed, rule in rules if not allowed)


def _sender() -> tuple[str, ...]:
    words = {4: "ip saddr", 6: "ip6 saddr"}
    known = [
        f"iifname . {words[version]} @{name[version]}" for name in (SOURCES, SOURCE_NETWORKS) for version in (4, 6)
    ]
    return (
        *(f"{each} goto wrapping" for each in known),
        f"ip6 saddr {{ ::, fe80::/10 }} icmpv6 type {_NEIGHBOURS} accept",
        'counter drop comment "not an address of the pod"',
    )


def _unknown(word: str, settings: EnforcementSettings) -> tuple[str, ...]:
    """Return the rule for interfaces of pods that nothing is known of yet: closed."""
    if not settings.interface_prefix:
        return ()
    return (f'{word} "{settings.interface_prefix}*" counter drop comment "interface of no known pod"',)


def _senders(settings: EnforcementSettings) -> tuple[str, ...]:
    return (_hook("prerouting", "raw"), f"iifname @{PODS} goto sender", *_unknown("iifname", settings))


def _established() -> tuple[str, ...]:
    return (
        "ct state vmap { established : accept, related : accept, invalid : jump invalid }",
        f"iifname . oifname @{ITSELF} accept",
    )


def _to_node(settings: EnforcementSettings) -> tuple[str, ...]:
    return (
        _hook("input", "filter"),
        "ct state vmap { established : accept, related : accept, invalid : jump invalid }",
        f"icmpv6 type {_NEIGHBOURS} ip6 hoplimit {{ 1, 255 }} accept",
        f"iifname vmap @{EGRESS}",
        *_unknown("iifname", settings),
    )


def _from_pods(settings: EnforcementSettings) -> tuple[str, ...]:
    return (_hook("forward", "filter"), *_established(), f"iifname vmap @{EGRESS}", *_unknown("iifname", settings))


def _to_pods(settings: EnforcementSettings) -> tuple[str, ...]:
    return (_hook("forward", "filter + 1"), *_established(), f"oifname vmap @{INGRESS}", *_unknown("oifname", settings))

"""What is to be translated, as the one table of nftables that holds it. Pure."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from bgpkit_node.nat.outgoing import OutgoingNat
from bgpkit_node.nft.chain import Chain
from bgpkit_node.nft.element import Element, SetType, of_network
from bgpkit_node.nft.naming import digest
from bgpkit_node.nft.script import replacement
from bgpkit_node.nft.table_change import KernelSet
from bgpkit_node.policy.model import Network

TABLE: Final = "bgpkit-nat"
"""The one table, of family inet, that is ours."""
_HOOK: Final = "type nat hook postrouting priority srcnat + 10; policy accept;"
"""After those who translate what they have redirected, as kube-proxy does: the first translation holds."""
_VERSIONS: Final = (4, 6)
_TYPES: Final = {4: SetType.NETWORKS4, 6: SetType.NETWORKS6}
KINDS: Final = {f"{name}{version}": kind for version, kind in _TYPES.items() for name in ("sources", "untouched")}
"""The sets."""
_WORDS: Final = {4: "ip", 6: "ip6"}
_WITH_PORTS: Final = "meta l4proto { tcp, udp, sctp }"
"""Those whose ports the kernel translates."""


class NatRendering(NamedTuple):
    """A table: what is written at it, how many rules it has, its sets, and the script that puts it in its place."""

    comment: str
    rules: int
    elements: dict[str, set[Element]]
    script: str


def rendered(nat: OutgoingNat) -> NatRendering:
    """Return the table for what is to be translated.

    The chains are always the same: connections keep their translation as long as a chain translates at all.
    """
    sets: dict[str, KernelSet] = {}
    elements: dict[str, list[Element]] = {}
    for version in _VERSIONS:
        for name, title, networks in (
            (f"sources{version}", "pools with natOutgoing", nat.sources),
            (f"untouched{version}", "to these, pods go under their own addresses", nat.untouched),
        ):
            sets[name] = KernelSet(type=_TYPES[version], comment=title)
            elements[name] = _elements(networks, version)
    leaving = [
        Chain(f"leaving{version}", "with an address of the node", _leaving(nat, version)) for version in _VERSIONS
    ]
    chains = (*leaving, Chain("postrouting", "", (_HOOK, *(_way(nat, version) for version in _VERSIONS))))
    rules = sum(not rule.startswith("type ") for chain in chains for rule in chain.rules)
    comment = f"bgpkit-node {digest(replacement(TABLE, '', sets, elements, chains))}"
    there = {name: set(found) for name, found in elements.items()}
    return NatRendering(comment, rules, there, replacement(TABLE, comment, sets, elements, chains))


def _elements(networks: Iterable[Network], version: int) -> list[Element]:
    return [of_network(network) for network in networks if network.version == version]


def _way(nat: OutgoingNat, version: int) -> str:
    """Return the rule that a packet takes to be translated."""
    word = _WORDS[version]
    leaves = f' oifname "{nat.interface}"' if nat.interface else ""
    return f"{word} saddr @sources{version} {word} daddr != @untouched{version}{leaves} goto leaving{version}"


def _leaving(nat: OutgoingNat, version: int) -> tuple[str, ...]:
    return tuple(f'{rule} fully-random comment "natOutgoing"' for rule in _translations(nat, version))


def _translations(nat: OutgoingNat, version: int) -> Iterator[str]:
    """Give what is done with the packet: what has ports gets one of those that are wanted."""
    own = nat.address is None or version != nat.address.version
    if nat.ports is not None:
        first, last = nat.ports
        target = "masquerade to " if own else f"snat ip to {nat.address}"
        yield f"{_WITH_PORTS} counter {target}:{first}-{last}"
    yield "counter masquerade" if own else f"counter snat ip to {nat.address}"

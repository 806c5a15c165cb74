"""The table of nftables that keeps strangers' wrapped packets from being unwrapped.

The kernel does not ask who has wrapped a packet: tunl0 and a VXLAN device take what comes from anywhere, and what comes
out of it is past all that looks at the senders of packets.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from bgpkit_node.kernel import Network
from bgpkit_node.nft import KernelTable
from bgpkit_node.nft.answers import elements
from bgpkit_node.nft.chain import Chain
from bgpkit_node.nft.element import Element, SetType, of_network
from bgpkit_node.nft.naming import digest
from bgpkit_node.nft.script import replacement
from bgpkit_node.nft.table_change import KernelSet
from bgpkit_node.nft.uapi import Message
from bgpkit_node.tunnels.senders import Guard
from bgpkit_node.tunnels.tunnel import Tunnel

TABLE: Final = "bgpkit-tunnels"
"""The one table, of family inet, that is ours."""
_HOOK: Final = "type filter hook input priority filter - 1; policy accept;"
"""Where fragments have been put together, and before a host's own rules, which may let all pass."""
_SETS: Final = {4: SetType.NETWORKS4, 6: SetType.NETWORKS6}
_WORDS: Final = {4: "ip", 6: "ip6"}


class GuardRendering(NamedTuple):
    """A table: what is written at it, how many rules it has, its sets, and the script that puts it in its place."""

    comment: str
    rules: int
    elements: dict[str, set[Element]]
    script: str


def rendered(guard: Guard) -> GuardRendering:
    """Return the table for ``guard``. Pure."""
    sets = {_set(version): KernelSet(type=kind, comment="who wraps packets") for version, kind in _SETS.items()}
    senders = {_set(version): list(_elements(guard.senders, version)) for version in _SETS}
    rules = sorted(_drop(tunnel, guard.port) for tunnel in guard.tunnels)
    chains = (Chain("strangers", "wrapped packets from no node", (_HOOK, *rules)),)
    comment = f"bgpkit-node {digest(replacement(TABLE, '', sets, senders, chains))}"
    there = {name: set(found) for name, found in senders.items()}
    return GuardRendering(comment, len(rules), there, replacement(TABLE, comment, sets, senders, chains))


class GuardTable:
    """Our table in the network namespace of the calling thread. Linux only; blocks."""

    def settle(self, guard: Guard) -> bool:
        """Take wrapped packets from whom ``guard`` says; return whether that had to be changed, in one transaction.

        Where nothing is to be guarded there is no table. NftError when it cannot be done: then all is as it was.
        """
        wanted = rendered(guard)
        with KernelTable(TABLE) as kernel:
            present = kernel.comment()
            if not guard.tunnels:
                if present is not None:
                    kernel.run(f"delete table inet {TABLE}\n")
                return present is not None
            if present == wanted.comment and _is_whole(kernel, wanted):
                return False
            kernel.run(wanted.script)
        return True


def _is_whole(kernel: KernelTable, wanted: GuardRendering) -> bool:
    """Tell whether no other hand has taken rules or senders from a table of ours: without these no node is heard."""
    return len(kernel.dump(Message.GET_RULE)) == wanted.rules and all(
        elements(kind, kernel.dump(Message.GET_ELEMENTS, _set(version))) == wanted.elements[_set(version)]
        for version, kind in _SETS.items()
    )


def _set(version: int) -> str:
    return f"nodes{version}"


def _elements(senders: frozenset[Network], version: int) -> Iterator[Element]:
    return (of_network(network) for network in senders if network.version == version)


def _drop(tunnel: Tunnel, port: int) -> str:
    what = f"udp dport {port}" if tunnel.mac_field else "meta l4proto 4"
    title = f"{'VXLAN' if tunnel.mac_field else 'IPIP'} from no node"
    return f'{what} {_WORDS[tunnel.version]} saddr != @nodes{tunnel.version} counter drop comment "{title}"'

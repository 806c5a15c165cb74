"""A small model of nftables: it reads the words of the table's chains and says whether a first packet passes.

It knows what ``bgpkit_node.nft`` writes and no more; anything else fails the test.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Final

from bgpkit_node.nft.element import Element, of_version
from bgpkit_node.nft.rendering import Rendering
from bgpkit_node.nft.table import fixed_chains
from bgpkit_node.policy import Packet

_WORDS: Final = re.compile(r'"[^"]*"|\{[^}]*\}|\S+')
_STATEMENTS: Final = {"counter", "log", "accept", "drop", "jump", "goto", "return", "reject", "notrack", "update"}
_SETTING: Final = ["meta", "mark", "set", "meta", "mark"]
_PORT_PROTOCOLS: Final = {"tcp": 6, "udp": 17, "sctp": 132, "udplite": 136}
_SOME_PORT: Final = 54321
_TO_NODE: Final = ("to_node", "to_host")


@dataclass(frozen=True, slots=True)
class _Seen:
    """A packet on its way through a node."""

    packet: Packet
    iif: str
    oif: str

    @property
    def version(self) -> int:
        return self.packet.source.version


def passes(rendering: Rendering, packet: Packet, iif: str, oif: str) -> bool:
    """Tell whether the first packet of a connection is let through; an interface is empty where the node is meant."""
    chains = {chain.name: chain.rules for chain in (*fixed_chains(rendering.settings), *rendering.chains.values())}
    model = _Model(chains, rendering.elements, _Seen(packet, iif, oif))
    coming = ("senders", "other_senders", "coming", "arriving")
    hooks = ("leaving", "from_host") if not iif else (*coming, *(("from_pods", "to_pods") if oif else _TO_NODE))
    return all(model.run(hook) is not False for hook in hooks if hook in chains)


class _Model:
    """One packet before the rules."""

    def __init__(self, chains: Mapping[str, tuple[str, ...]], sets: Mapping[str, set[Element]], seen: _Seen) -> None:
        self._chains = chains
        self._sets = sets
        self._seen = seen
        self._mark = 0

    def run(self, chain: str) -> bool | None:
        """Return whether a chain lets the packet through, or None if it does not decide."""
        for rule in self._chains[chain]:
            if rule.startswith("type filter hook"):
                continue
            words = _WORDS.findall(rule)
            statement = self._conditions(words)
            if statement is None:
                continue
            verdict, ended = self._carry_out(words[statement:])
            if verdict is not None or ended:
                return verdict
        return None

    def _carry_out(self, words: list[str]) -> tuple[bool | None, bool]:
        """Return the verdict, and whether the chain ends here without one."""
        words = [word for word in words if word not in {"counter", "notrack"}]
        if words[: len(_SETTING)] == _SETTING:
            operator, value = words[len(_SETTING) : len(_SETTING) + 2]
            self._mark = self._mark | int(value, 16) if operator == "|" else self._mark & int(value, 16)
            words = [word for word in words[len(_SETTING) + 2 :] if word != "counter"]
        match words:
            case []:
                return None, False
            case ["accept", *_]:
                return True, True
            case ["drop", *_] | ["reject", *_]:
                return False, True
            case ["return", *_]:
                return None, True
            case ["goto", chain, *_]:
                return self.run(chain), True
            case ["jump", chain, *_]:
                return self.run(chain), False
            case ["log", *_]:
                return None, False
            case _:
                raise AssertionError(words)

    def _conditions(self, words: list[str]) -> int | None:
        """Return where the statements begin, None if a condition does not hold."""
        place = 0
        while place < len(words) and words[place] not in _STATEMENTS and words[place:][: len(_SETTING)] != _SETTING:
            if words[place : place + 3] == ["meta", "mark", "&"]:
                mask, _, wanted = words[place + 3 : place + 6]
                if self._mark & int(mask, 16) != int(wanted, 16):
                    return None
                place += 6
                continue
            fields: list[str] = []
            while True:
                count = 1 if words[place] in {"iifname", "oifname"} else 2
                fields.append(" ".join(words[place : place + count]))
                place += count
                if words[place] != ".":
                    break
                place += 1
            if words[place] == "vmap":
                return self._dispatch(fields, words, place + 1)
            negated = words[place] == "!="
            place += negated
            if not self._holds(fields, words[place], negated=negated):
                return None
            place += 1
        return place

    def _dispatch(self, fields: list[str], words: list[str], place: int) -> int | None:
        """Put the verdict of a map into the place of its words."""
        if fields == ["ct state"]:
            return None
        name = self._seen.iif if fields == ["iifname"] else self._seen.oif
        packed = name.encode().ljust(16, b"\0")
        if fields == ["meta nfproto"]:
            packed = of_version(self._seen.version, "", "").key
        found = [each.chain for each in self._sets[words[place].removeprefix("@")] if each.key == packed]
        if not found:
            return None
        words[place:] = ["goto", found[0]]
        return place

    def _holds(self, fields: list[str], wanted: str, *, negated: bool) -> bool:
        values = [self._value(field) for field in fields]
        if any(value is None for value in values):
            return False
        return self._is_in([value for value in values if value is not None], wanted) != negated

    def _is_in(self, values: list[str | bytes | int], wanted: str) -> bool:
        if wanted.startswith("@"):
            key = b"".join(_packed(value, len(values)) for value in values)
            elements = self._sets[wanted[1:]]
            return any(each.key <= key <= (each.last or each.key) for each in elements)
        alternatives = wanted.strip("{} ").split(", ")
        return any(_equals(values, each.split(" . ")) for each in alternatives)

    def _value(self, field: str) -> str | bytes | int | None:
        """Return what a packet has in a field; None if it has no such field."""
        packet, version = self._seen.packet, self._seen.version
        icmp = packet.icmp if packet.protocol == (1 if version == 4 else 58) else None
        ip = "ip" if version == 4 else "ip6"
        ports = {"sport": packet.source_port or _SOME_PORT, "dport": packet.port or 0}
        simple: dict[str, Callable[[], str | bytes | int | None]] = {
            "iifname": lambda: self._seen.iif,
            "oifname": lambda: self._seen.oif,
            f"{ip} saddr": lambda: packet.source.packed,
            f"{ip} daddr": lambda: packet.destination.packed,
            "meta nfproto": lambda: f"ipv{version}",
            "meta l4proto": lambda: packet.protocol,
            "ct state": lambda: "new",
            f"{'icmp' if version == 4 else 'icmpv6'} type": lambda: icmp.type if icmp else None,
            f"{'icmp' if version == 4 else 'icmpv6'} code": lambda: icmp.code if icmp else None,
        }
        if field in simple:
            return simple[field]()
        layer, word = field.split()
        if word in ports and (layer == "th" or _PORT_PROTOCOLS[layer] == packet.protocol):
            return ports[word]
        assert word in {*ports, "type", "code", "saddr", "daddr", "hoplimit"}, field
        return None


def _packed(value: str | bytes | int, fields: int) -> bytes:
    """Return a value as the kernel has it in a key; in one of several fields it is filled up to four octets."""
    match value:
        case str():
            return value.encode().ljust(16, b"\0")
        case bytes():
            return value
        case int():
            return (value.to_bytes(1) if value < 256 and fields > 1 else value.to_bytes(2)).ljust(4, b"\0")


def _equals(values: list[str | bytes | int], wanted: list[str]) -> bool:
    return len(values) == len(wanted) and all(map(_equal, values, wanted))


def _equal(value: str | bytes | int, wanted: str) -> bool:
    match value:
        case str():
            said = wanted.strip('"')
            return value.startswith(said[:-1]) if said.endswith("*") else value == said
        case bytes():
            return ip_address(value) in ip_network(wanted)
        case int():
            if wanted in _PORT_PROTOCOLS:
                return value == _PORT_PROTOCOLS[wanted]
            first, _, last = wanted.partition("-")
            return int(first) <= value <= int(last or first)

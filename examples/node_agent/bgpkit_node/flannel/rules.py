"""Rules of the packet filter that are flannel's: told apart in what iptables-save prints, removed, put back. Pure.

Flannel has two chains, FLANNEL-POSTRTG and FLANNEL-FWD, and rules that lead there; older versions have rules with its
comment among those of others. With EnableNFTables it has tables of its own instead. iptables-save(8), nft(8).
"""

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import msgspec

NFT: Final = "nft"
TABLES: Final = (("ip", "flannel-ipv4"), ("ip6", "flannel-ipv6"))
"""The tables of nftables that flannel makes when it is told to: family and name."""
_CHAINS: Final = frozenset({"FLANNEL-POSTRTG", "FLANNEL-FWD"})
_COMMENTS: Final = frozenset({"flanneld masq", "flanneld forward"})
_CHAIN: Final = re.compile(r":(\S+) (\S+)")
_FORWARD, _DROP = "FORWARD", "DROP"


class LeadingRule(msgspec.Struct, frozen=True):
    """A rule of flannel's in a chain of others, and its place there, from 1."""

    chain: str
    place: int
    words: str


class Rules(msgspec.Struct, frozen=True):
    """What flannel has in one table: chains with their rules, and rules in chains of others; or a table of its own."""

    program: str
    """``iptables-nft`` and the like, or ``nft``."""
    table: str
    chains: tuple[tuple[str, tuple[str, ...]], ...] = ()
    leading: tuple[LeadingRule, ...] = ()
    text: str = ""
    """All of the table, where it is of nftables and flannel's alone."""

    def __str__(self) -> str:
        """Return what it is, in words."""
        if self.program == NFT:
            return f"table {self.table} ({NFT})"
        count = sum(len(rules) for _, rules in self.chains) + len(self.leading)
        chains = ", ".join(name for name, _ in self.chains)
        what = f"{'chain' if len(self.chains) == 1 else 'chains'} {chains} of " if chains else ""
        return f"{what}table {self.table} ({self.program}, {count} {'rule' if count == 1 else 'rules'})"

    @property
    def removal(self) -> str:
        """What the program takes to remove it all, in one transaction."""
        if self.program == NFT:
            return f"delete table {self.table}\n"
        lines = [f"-D {rule.chain} {rule.words}" for rule in self.leading]
        lines += [f"{flag} {name}" for flag in ("-F", "-X") for name, _ in self.chains]
        return _script(self.table, lines)

    def restoration(self, present: "Saved") -> str:
        """Return what the program takes to put it back among the rules that are ``present``."""
        if self.program == NFT:
            return self.text
        lines = [f":{name} - [0:0]" for name, _ in self.chains]
        lines += [f"-A {name} {words}" for name, rules in self.chains for words in rules]
        counts = {chain: len(rules) for chain, rules in present.chains_of(self.table).items()}
        for rule in self.leading:
            place = min(rule.place, counts.get(rule.chain, 0) + 1)
            counts[rule.chain] = counts.get(rule.chain, 0) + 1
            lines.append(f"-I {rule.chain} {place} {rule.words}")
        return _script(self.table, lines)


def _script(table: str, lines: Sequence[str]) -> str:
    return "\n".join([f"*{table}", *lines, "COMMIT", ""])


@dataclass(frozen=True, slots=True)
class Saved:
    """What iptables-save has printed: the rules of each chain of each table, and the policies of chains."""

    program: str
    tables: dict[str, dict[str, list[str]]] = field(default_factory=dict[str, dict[str, list[str]]])
    policies: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])

    @classmethod
    def read(cls, program: str, text: str) -> "Saved":
        """Read it; comments and counters are passed over."""
        saved = cls(program)
        table = ""
        for line in text.splitlines():
            if line.startswith("*"):
                table = line[1:].strip()
                saved.tables[table] = {}
            elif declared := _CHAIN.match(line):
                saved.tables[table].setdefault(declared[1], [])
                saved.policies[table, declared[1]] = declared[2]
            elif line.startswith("-A "):
                _, chain, words = line.split(" ", 2)
                saved.tables[table].setdefault(chain, []).append(words)
        return saved

    def chains_of(self, table: str) -> dict[str, list[str]]:
        """Return the rules of each chain of a table."""
        return self.tables.get(table, {})

    @property
    def drops_forwarded(self) -> bool:
        """Whether a packet that no rule accepts is not forwarded."""
        return self.policies.get(("filter", _FORWARD)) == _DROP

    def flannels(self) -> Iterator[Rules]:
        """Yield what is flannel's, a table at a time."""
        for table, chains in self.tables.items():
            own = tuple((name, tuple(rules)) for name, rules in chains.items() if name in _CHAINS)
            leading = tuple(
                LeadingRule(name, place, words)
                for name, rules in chains.items()
                if name not in _CHAINS
                for place, words in enumerate(rules, 1)
                if _is_flannels(words)
            )
            if own or leading:
                yield Rules(program=self.program, table=table, chains=own, leading=leading)


def _is_flannels(words: str) -> bool:
    """Tell a rule that leads to a chain of flannel's, or has its comment."""
    told = shlex.split(words)
    pairs = set(pairwise(told))
    leads = any((flag, name) in pairs for flag in ("-j", "-g") for name in _CHAINS)
    return leads or any(("--comment", comment) in pairs for comment in _COMMENTS)

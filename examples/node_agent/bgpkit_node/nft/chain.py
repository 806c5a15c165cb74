"""A chain of rules that never changes: another content is another chain, of another name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple, Self

from bgpkit_node.nft.naming import named_by_content
from bgpkit_node.nft.unions import Union


class Verdict(Enum):
    """What becomes of a packet, in nft's words."""

    ACCEPT = "accept"
    DROP = "drop"
    GOTO = "goto"
    JUMP = "jump"


class Leap(NamedTuple):
    """A rule that matches every packet: ``chain`` is where GOTO and JUMP lead to. ``comment`` is that of the rule."""

    verdict: Verdict
    chain: str = ""
    comment: str = ""
    counted: bool = True

    def __str__(self) -> str:
        """Give the rule in nft's words."""
        words = ("counter" if self.counted else "", self.verdict.value, self.chain, f'comment "{self.comment}"')
        return " ".join(word for word in words if word)


@dataclass(frozen=True, slots=True)
class Chain:
    """The rules are in nft's words; ``calls`` are the chains that they lead to, ``unions`` sets that they look into.

    ``leaps``, if given, are the same rules: so simple that the chain can be made without nft.
    """

    name: str
    comment: str
    rules: tuple[str, ...]
    calls: tuple["Chain", ...] = field(default=(), repr=False)
    leaps: tuple[Leap, ...] = ()
    unions: tuple[Union, ...] = field(default=(), repr=False)

    @classmethod
    def holding(
        cls,
        word: str,
        comment: str,
        rules: tuple[str, ...],
        calls: tuple["Chain", ...] = (),
        unions: tuple[Union, ...] = (),
    ) -> Self:
        """Make a chain whose name says, after ``word``, what it holds; what it calls is part of that."""
        return cls(named_by_content(word, comment, *rules), comment, rules, calls, (), unions)

    @classmethod
    def leaping(cls, word: str, comment: str, leaps: tuple[Leap, ...], calls: tuple["Chain", ...]) -> Self:
        """Make a chain of rules that match every packet, named likewise."""
        rules = tuple(str(leap) for leap in leaps)
        return cls(named_by_content(word, comment, *rules), comment, rules, calls, leaps)


class SharedChains:
    """The chains in use, each there once however many lead to it."""

    def __init__(self) -> None:
        """Start with none."""
        self.chains: dict[str, Chain] = {}
        self._uses: dict[str, int] = {}

    def hold(self, chain: Chain) -> None:
        """Count one more use of a chain; the first brings it in, with those it calls."""
        waiting = [chain]
        while waiting:
            held = waiting.pop()
            uses = self._uses[held.name] = self._uses.get(held.name, 0) + 1
            if uses == 1:
                self.chains[held.name] = held
                waiting.extend(held.calls)

    def release(self, chain: Chain) -> None:
        """Count one use less; the last takes the chain out, and those that only it called."""
        waiting = [chain]
        while waiting:
            freed = waiting.pop()
            uses = self._uses[freed.name] = self._uses[freed.name] - 1
            if uses == 0:
                del self._uses[freed.name], self.chains[freed.name]
                waiting.extend(freed.calls)


def callees_first(chains: Mapping[str, Chain]) -> list[Chain]:
    """Return the chains in an order in which each follows those that it leads to."""
    ordered: dict[str, Chain] = {}

    def visit(chain: Chain) -> None:
        """Put a chain behind those that it leads to; they are few one below the other: tiers."""
        if chain.name in chains and chain.name not in ordered:
            for called in chain.calls:
                visit(called)
            ordered[chain.name] = chain

    for chain in chains.values():
        visit(chain)
    return list(ordered.values())

"""The rules of a policy for paths of which all is known but the prefix: prefixes in, verdicts out."""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Final, TypeAlias

from bgpkit.policy.condition import Divider, KeyCondition, leaves
from bgpkit.policy.key_block import KeyBlock, head_sizes
from bgpkit.policy.reduction import Reduced, decided, divider
from bgpkit.policy.verdict import Verdict

Step: TypeAlias = tuple[int, Reduced, bool]
"""The index of a rule, for which prefixes it is, and whether it has the last word. The last step is for all."""

VerdictOf: TypeAlias = Callable[[tuple[int, ...]], Verdict]
"""Takes the indexes of the rules that matched, in order; returns what they say together, always the same object."""

Groups: TypeAlias = Sequence[tuple[Verdict, list[bytes]]]

_NOTHING: Final = list[bytes]()
_HEADS_MAXIMUM: Final = 1 << 16
"""Heads remembered at most."""


class Program:
    """Rules, as they are for the prefixes of paths that answer all path conditions alike."""

    __slots__ = ("_dividers", "_ends", "_head", "_heads", "_verdict_of", "verdict")

    verdict: Verdict | None
    """What all prefixes get, when the path alone decides."""

    def __init__(self, steps: Sequence[Step], width: int, verdict_of: VerdictOf) -> None:
        """Take the steps that are left, for prefixes of ``width`` bits, 0 for keys that are none."""
        self._verdict_of = verdict_of
        self._head = itemgetter(slice(head_sizes(width)[0]))
        self._heads: _Heads | None = None
        self._dividers = tuple(
            (index, None if isinstance(condition, bool) else divider(condition, width), last)
            for index, condition, last in steps
        )
        # What each rule gives, when none of them leaves it to the next.
        self._ends: tuple[tuple[Divider | None, Verdict], ...] = ()
        if all(last for _, _, last in self._dividers):
            self._ends = tuple((divide, verdict_of((index,))) for index, divide, _ in self._dividers)
        self.verdict = None
        asked = [leaf for _, condition, _ in steps if not isinstance(condition, bool) for leaf in leaves(condition)]
        if not asked:
            self.verdict = verdict_of(tuple(index for index, _, _ in steps))
        elif width and not any(isinstance(leaf, KeyCondition) and leaf.scattered(width) for leaf in asked):
            self._heads = _Heads(tuple(steps), width, verdict_of)

    def passing(self) -> Callable[[list[bytes]], bool] | None:
        """Return what tells of many blocks, at little cost, that all of their prefixes are accepted as they are.

        Where it says no, they may be all the same; None where it never says yes.
        """
        if self._heads is None:
            return None
        holds_all, head = self._heads.passing.issuperset, self._head
        return lambda keys: holds_all(map(head, keys))

    def run(self, keys: list[bytes], block: KeyBlock) -> Groups:
        """Divide prefixes by verdict; the very list ``keys`` when all get the same."""
        heads = self._heads
        if heads is None:
            return self._straight(keys, block) if self._ends else self._by_rule(keys, block)
        if heads.usual.issuperset(map(self._head, keys)):
            return ((heads.usual_verdict, keys),)
        groups = heads.groups(keys)
        if groups is not None:
            return groups
        return self._straight(keys, block) if self._ends else self._by_rule(keys, block)

    def _straight(self, keys: list[bytes], block: KeyBlock) -> Groups:
        """Ask one rule after the other, each of which has the last word."""
        done: list[tuple[Verdict, list[bytes]]] = []
        for divide, verdict in self._ends:
            if divide is not None:
                inside, keys = divide(keys, block)
                if inside:
                    done.append((verdict, inside))
                    if not keys:
                        break
            else:
                done.append((verdict, keys))
        return done

    def _by_rule(self, keys: list[bytes], block: KeyBlock) -> Groups:
        """Ask one rule after the other about the prefixes that are left to it."""
        done: list[tuple[Verdict, list[bytes]]] = []
        matched: tuple[int, ...] = ()
        steps = iter(self._dividers)
        for index, divide, last in steps:
            inside, outside = (keys, _NOTHING) if divide is None else divide(keys, block)
            if inside and last:
                done.append((self._verdict_of((*matched, index)), inside))
            elif inside and outside:
                return [*done, *self._forked(matched, index, inside, outside, tuple(steps), block)]
            elif inside:
                matched = (*matched, index)
                continue
            if not outside:
                break
            keys = outside
        return done

    def _forked(
        self,
        matched: tuple[int, ...],
        index: int,
        inside: list[bytes],
        outside: list[bytes],
        steps: tuple[tuple[int, Divider | None, bool], ...],
        block: KeyBlock,
    ) -> Groups:
        """Go on from a rule without a last word that some prefixes match and others do not."""
        done: list[tuple[Verdict, list[bytes]]] = []
        pending = [((*matched, index), inside), (matched, outside)]
        for following, divide, last in steps:
            left: list[tuple[tuple[int, ...], list[bytes]]] = []
            for before, group in pending:
                within, without = (group, _NOTHING) if divide is None else divide(group, block)
                if without:
                    left.append((before, without))
                if within and last:
                    done.append((self._verdict_of((*before, following)), within))
                elif within:
                    left.append(((*before, following), within))
            pending = left
        return done


class _Heads(dict[bytes, Verdict | None]):
    """Which verdict all prefixes with the same first octets get, None where it varies; found out when first asked."""

    __slots__ = ("_alike", "_sizes", "_steps", "_verdict_of", "_width", "passing", "usual", "usual_verdict")

    passing: set[bytes]
    """The heads whose prefixes are accepted as they are."""
    usual: set[bytes]
    """The heads that lead to the verdict that a whole block has got last."""
    usual_verdict: Verdict

    def __init__(self, steps: Sequence[Step], width: int, verdict_of: VerdictOf) -> None:
        super().__init__()
        self._steps = steps
        self._width = width
        self._sizes = head_sizes(width)
        self._verdict_of = verdict_of
        self._alike: dict[int, set[bytes]] = {}
        self.usual = set()
        self.passing = set()
        self.usual_verdict = verdict_of((steps[-1][0],))

    def groups(self, keys: list[bytes]) -> Groups | None:
        """Divide prefixes by their heads, longer ones where need be; None when even behind one of these it varies."""
        groups: dict[int, tuple[Verdict, list[bytes]]] = {}
        short, longer = self._sizes
        for key in keys:
            verdict = self[key[:short]] or self[key[:longer]]
            if verdict is None:
                return None
            groups.setdefault(id(verdict), (verdict, []))[1].append(key)
        if len(groups) > 1:
            return tuple(groups.values())
        ((number, (verdict, _)),) = groups.items()
        if number in self._alike:
            self.usual, self.usual_verdict = self._alike[number], verdict
        return ((verdict, keys),)

    def __missing__(self, head: bytes) -> Verdict | None:
        if len(self) >= _HEADS_MAXIMUM:
            self.clear()
            self.passing.clear()
            for alike in self._alike.values():
                alike.clear()
        verdict = self[head] = self._found(head)
        if verdict is not None and len(head) <= self._sizes[0]:
            self._alike.setdefault(id(verdict), set()).add(head)
            if verdict.accepted and verdict.change is None:
                self.passing.add(head)
        return verdict

    def _found(self, head: bytes) -> Verdict | None:
        matched: list[int] = []
        for index, condition, last in self._steps:
            inside = decided(condition, self._width, head)
            if inside is None:
                return None
            if inside:
                matched.append(index)
                if last:
                    break
        return self._verdict_of(tuple(matched))

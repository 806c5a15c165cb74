"""The rules of a policy for paths of which all is known but the prefix: prefixes in, verdicts out."""

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from bgpkit.policy.condition import Divider, KeyCondition, leaves
from bgpkit.policy.key_block import KeyBlock
from bgpkit.policy.reduction import Step, VerdictOf, divider
from bgpkit.policy.verdict import Verdict
from bgpkit.policy.verdict_rows import VerdictRows

Groups: TypeAlias = Sequence[tuple[Verdict, list[bytes]]]

_NOTHING: Final = list[bytes]()


class Program:
    """Rules, as they are for the prefixes of paths that answer all path conditions alike."""

    __slots__ = ("_dividers", "_ends", "_rows", "_verdict_of", "verdict")

    verdict: Verdict | None
    """What all prefixes get, when the path alone decides."""

    def __init__(self, steps: Sequence[Step], width: int, verdict_of: VerdictOf) -> None:
        """Take the steps that are left, for prefixes of ``width`` bits, 0 for keys that are none."""
        self._verdict_of = verdict_of
        self._rows: VerdictRows | None = None
        self._dividers = tuple(
            (index, None if isinstance(condition, bool) else divider(condition, width), last)
            for index, condition, last in steps
        )
        # What each rule gives, when none of them leaves it to the next.
        self._ends: tuple[tuple[Divider | None, Verdict], ...] = ()
        if all(last for _, _, last in self._dividers):
            self._ends = tuple((divide, verdict_of((index,))) for index, divide, _ in self._dividers)
        self.verdict = None
        asked = dict.fromkeys(
            leaf for _, condition, _ in steps if not isinstance(condition, bool) for leaf in leaves(condition)
        )
        on_keys = [leaf for leaf in asked if isinstance(leaf, KeyCondition)]
        if not asked:
            self.verdict = verdict_of(tuple(index for index, _, _ in steps))
        elif width and all(leaf.lengths(width, b"") is not None for leaf in on_keys):
            self._rows = VerdictRows(steps, on_keys, width, verdict_of)

    @property
    def common(self) -> Callable[[list[bytes]], Verdict | None] | None:
        """What gives the one verdict of a block, None for one that may get several; None where nothing does quickly."""
        return None if self._rows is None else self._rows.common

    def run(self, keys: list[bytes], block: KeyBlock) -> Groups:
        """Divide prefixes by verdict; the very list ``keys`` when all get the same."""
        rows = self._rows
        if rows is not None:
            verdict = rows.common(keys)
            if verdict is not None:
                return ((verdict, keys),)
            groups = rows.groups(keys)
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

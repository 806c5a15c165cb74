"""What rules give prefixes by the first octets of their addresses and their lengths: laid out once, then looked up."""

from collections.abc import Sequence
from typing import Final, final

from bgpkit.policy.condition import Condition, KeyCondition, Lengths
from bgpkit.policy.key_block import cuts
from bgpkit.policy.reduction import Step, VerdictOf, lengths
from bgpkit.policy.verdict import Verdict

_ROWS_MAXIMUM: Final = 1 << 16
"""First octets remembered at most."""
_ALIKE_MAXIMUM: Final = 4096
_MANY: Final = 512
_OCTET: Final = 8
_OCTETS: Final = tuple(bytes((number,)) for number in range(1 << _OCTET))
_SIDE_BY_SIDE: Final = 2
"""Octets of IPv4 addresses of which all values have their rows side by side."""
_VARIES: Final = Verdict(False, "not the same for all prefixes with these octets")
_UNKNOWN: Final = Verdict(False, "not looked at yet")
_NOTHING: Final[Lengths] = (0, 0)


@final
class VerdictRows:
    """For the first octets of addresses a row: the verdict of the prefixes of each length that begin with them.

    Where it is not the same for all of them, more octets are looked at. Rows that are alike are one object. Once there
    are many of IPv4 they stand side by side, by the number that is in the first two octets: that spares the cache of
    the processor most of what looking them up by octets costs.
    """

    __slots__ = (
        "_alike",
        "_blank",
        "_end",
        "_every",
        "_further_end",
        "_further_rows",
        "_leaves",
        "_rows",
        "_side_by_side",
        "_steps",
        "_verdict_of",
        "_width",
    )

    def __init__(
        self, steps: Sequence[Step], leaves: Sequence[KeyCondition], width: int, verdict_of: VerdictOf
    ) -> None:
        """Take the steps for prefixes of ``width`` bits, and the questions that stand in them."""
        self._steps = tuple(steps)
        self._leaves = tuple(leaves)
        self._width = width
        self._every = (1 << width + 1) - 1
        first, second = cuts(width)
        self._end, self._further_end = first + 1, second + 1
        self._verdict_of = verdict_of
        self._rows: dict[bytes, list[Verdict]] = {}
        self._further_rows: dict[bytes, list[Verdict]] = {}
        self._alike: dict[tuple[Lengths, ...], list[Verdict]] = {}
        self._blank = [_UNKNOWN] * (width + 1)
        self._side_by_side: list[list[Verdict]] = []

    def __len__(self) -> int:
        """Return for how many first octets a row is remembered by them."""
        return len(self._rows)

    def common(self, keys: list[bytes]) -> Verdict | None:
        """Return the verdict that all of ``keys`` get; None when they get several, or the rules are to be asked."""
        side_by_side = self._side_by_side
        found: Verdict | None = None
        if side_by_side:
            try:
                for key in keys:
                    verdict = side_by_side[key[1] << 8 | key[2]][key[0]]
                    if verdict is not found:
                        if verdict is _UNKNOWN or verdict is _VARIES:
                            verdict = self.of(key)
                        if found is None and verdict is not _VARIES:
                            found = verdict
                        elif verdict is not found:
                            return None
            except IndexError:  # a prefix of a single octet, or of none
                pass
            else:
                return found
        found = None
        for key in keys:
            verdict = self.of(key)
            if found is None and verdict is not _VARIES:
                found = verdict
            elif verdict is not found:
                return None
        return found

    def groups(self, keys: list[bytes]) -> Sequence[tuple[Verdict, list[bytes]]] | None:
        """Divide ``keys`` by verdict; None when for one of them the rules are to be asked."""
        groups: dict[int, tuple[Verdict, list[bytes]]] = {}
        for key in keys:
            verdict = self.of(key)
            if verdict is _VARIES:
                return None
            group = groups.get(id(verdict))
            if group is None:
                groups[id(verdict)] = (verdict, [key])
            else:
                group[1].append(key)
        return tuple(groups.values())

    def of(self, key: bytes) -> Verdict:
        """Return the verdict of one prefix; one that no rule gives when the rules are to be asked."""
        if self._side_by_side and len(key) > _SIDE_BY_SIDE:
            place = key[1] << 8 | key[2]
            row = self._side_by_side[place]
            if row is self._blank:
                self._put(key[1])
                row = self._side_by_side[place]
        else:
            row = self._in(self._rows, key[1 : self._end])
        verdict = row[key[0]]
        return verdict if verdict is not _VARIES else self._in(self._further_rows, key[1 : self._further_end])[key[0]]

    def _in(self, rows: dict[bytes, list[Verdict]], octets: bytes) -> list[Verdict]:
        """Return the row of ``octets`` out of ``rows``, where it is put if it is not there yet."""
        row = rows.get(octets)
        if row is None:
            if len(rows) >= _ROWS_MAXIMUM:
                rows.clear()
            row = rows[octets] = self._row(octets)
            if len(rows) == _MANY and rows is self._rows and self._end == _SIDE_BY_SIDE + 1:
                self._side_by_side = [self._blank] * (1 << 16)
        return row

    def _put(self, first: int) -> None:
        """Lay out all rows of a first octet side by side: once for all of them where they are alike."""
        start, octets = first << _OCTET, bytes((first,))
        told = [leaf.lengths(self._width, octets) or _NOTHING for leaf in self._leaves]
        if all(self._every >> _OCTET + 1 == (inside | outside) >> _OCTET + 1 for inside, outside in told):
            rows = [self._row(octets)] * (1 << _OCTET)
        else:
            rows = [self._row(octets + _OCTETS[second]) for second in range(1 << _OCTET)]
        self._side_by_side[start : start + (1 << _OCTET)] = rows

    def _row(self, octets: bytes) -> list[Verdict]:
        """Lay out the row of ``octets``, unless there is one like it."""
        width = self._width
        told = tuple([leaf.lengths(width, octets) or _NOTHING for leaf in self._leaves])
        row = self._alike.get(told)
        if row is None:
            if len(self._alike) >= _ALIKE_MAXIMUM:
                self._alike.clear()
            row = self._alike[told] = self._laid_out(dict(zip(self._leaves, told, strict=True)))
        return row

    def _laid_out(self, answers: dict[Condition, Lengths]) -> list[Verdict]:
        """Walk through the rules, all lengths at once; those for which one of them varies are left out from there."""
        row = [_VARIES] * (self._width + 1)
        pending: list[tuple[tuple[int, ...], int]] = [((), self._every)]
        for index, condition, last in self._steps:
            inside, outside = lengths(condition, answers, self._every)
            left: list[tuple[tuple[int, ...], int]] = []
            for matched, which in pending:
                if which & outside:
                    left.append((matched, which & outside))
                if which & inside and last:
                    self._fill(row, which & inside, self._verdict_of((*matched, index)))
                elif which & inside:
                    left.append(((*matched, index), which & inside))
            pending = left
        return row

    def _fill(self, row: list[Verdict], which: int, verdict: Verdict) -> None:
        for length in range(self._width + 1):
            if which >> length & 1:
                row[length] = verdict

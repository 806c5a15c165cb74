"""Judging the paths of a table anew, in slices: after a change of policy, of what a peer is to us, of next hops."""

from collections.abc import Callable, Iterator
from typing import Final

from bgpkit_fsm import Family
from bgpkit_rib import Path, Table

SLICE: Final = 2000
"""Keys looked at before others get their turn."""


def judge_again(
    family: Family,
    table: Table,
    wanted: Callable[[Path], bool],
    judge: Callable[[Family, Path, list[bytes]], None],
    among: Callable[[Family, list[bytes]], list[bytes]] | None = None,
) -> Iterator[None]:
    """Call ``judge`` with each path that is ``wanted`` and its keys, a slice of the table at each step.

    ``among`` picks the keys that are looked at; without it all are.

    What comes into the table meanwhile has been judged by the new rules, so that a snapshot of the keys will do.
    """
    keys = table.keys()
    for start in range(0, len(keys), SLICE):
        by_path: dict[Path, list[bytes]] = {}
        some = keys[start : start + SLICE]
        for key in some if among is None else among(family, some):
            entry = table.get(key)
            if isinstance(entry, Path):
                if wanted(entry):
                    by_path.setdefault(entry, []).append(key)
            elif entry is not None:
                for path in entry:
                    if wanted(path):
                        by_path.setdefault(path, []).append(key)
        for path, group in by_path.items():
            judge(family, path, group)
        yield

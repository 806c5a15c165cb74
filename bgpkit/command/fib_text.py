"""Routes of a kernel table for people."""

from collections import Counter
from collections.abc import Sequence
from typing import Final, cast

from bgpkit.command.asking import Item

FIB_HEAD: Final = ("PREFIX", "STATUS", "ROUTE")
"""The columns of the table of routes."""
_THERE: Final = frozenset({"installed", "foreign", "present"})
"""Statuses of which only what is there is worth saying."""


def fib_row(item: Item) -> Sequence[str]:
    """Return a prefix's row of the table."""
    return str(item["prefix"]), str(item["status"]), route_text(item)


def route_text(item: Item) -> str:
    """Return what is in the kernel, or what is wanted instead, and why it is not there."""
    present = " and ".join(map(str, cast("list[object]", item["present"])))
    if item["status"] in _THERE:
        return present
    parts = [f"wanted {item['wanted']}"] if item["wanted"] else []
    parts += [f"the kernel has {present}"] if present else []
    parts += [str(item["reason"])] if item["reason"] else []
    return ", ".join(parts)


def diff_line(item: Item) -> str:
    """Return a difference as one line."""
    return f"{item['prefix']}  {item['status']}: {route_text(item)}"


def summary_line(statuses: Counter[str], totals: Item) -> str:
    """Return how many prefixes differ, and how."""
    differing = sum(statuses.values())
    beside = f"{totals['wanted']} wanted, {totals['present']} present"
    if not differing:
        return f"nothing differs: {beside}"
    how = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    return f"{'1 prefix differs' if differing == 1 else f'{differing} prefixes differ'}: {how} ({beside})"

"""The routes of ours in the kernel, by prefix: nearly always one each, else one for each metric. Pure."""

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

from bgpkit.fib.form import Forms
from bgpkit.fib.netlink.decode import Route

Kept = TypeVar("Kept")

_SLICE: Final = 8192
"""Entries let go at a time: a millisecond."""


def put(held: dict[bytes, Forms], key: bytes, forms: Forms) -> bool:
    """Hold the one form in ``forms``, in place of one with the same metric; tell whether others are held too."""
    before, metric = held.get(key), forms[0].metric
    if before is None or (len(before) == 1 and before[0].metric == metric):
        held[key] = forms
        return False
    others = tuple(each for each in before if each.metric != metric)
    held[key] = (*others, *forms)
    return bool(others)


def drop(held: dict[bytes, Forms], key: bytes, metric: int) -> bool:
    """Hold the form with ``metric`` no longer; tell whether others are held."""
    before = held.get(key, ())
    if len(before) == 1 and before[0].metric == metric:
        del held[key]
        return False
    if len(before) > 1 and (others := tuple(each for each in before if each.metric != metric)):
        held[key] = others
        return True
    if any(each.metric == metric for each in before):
        del held[key]
        return False
    return bool(before)


def emptied(entries: dict[bytes, Kept]) -> Iterator[None]:
    """Empty a dictionary slice by slice: to let go of a million entries takes as long as a few batches."""
    while entries:
        for _ in range(min(len(entries), _SLICE)):
            entries.popitem()
        yield


def gather(held: dict[bytes, Forms], page: Sequence[Route], protocol: int) -> list[Route]:
    """Hold the routes of ``protocol`` in a page of a dump, and return the others."""
    ours = {key: forms for key, each, forms in page if each == protocol}
    if len(ours) == len(page) and held.keys().isdisjoint(ours):
        held.update(ours)
        return []
    for key, each, forms in page:
        if each == protocol:
            held[key] = (*held[key], *forms) if key in held else forms
    return [route for route in page if route[1] != protocol]

"""The routes of ours in the kernel, by prefix: nearly always one each, else one for each metric. Pure."""

from collections import deque
from collections.abc import Iterator
from itertools import repeat, starmap
from typing import Final, TypeVar

from bgpkit.fib.form import Forms
from bgpkit.fib.netlink.page import Page, Route
from bgpkit.fib.operation import Batch, Verb

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


def carry_out(held: dict[bytes, Forms], batch: Batch) -> None:
    """Hold what there is when all of a plain batch has been carried out."""
    if batch.verb not in {None, Verb.DELETE}:
        held.update(zip(batch.keys, batch.forms, strict=True))
        return
    if batch.verb is Verb.DELETE:
        deque(map(held.pop, batch.keys, repeat(None)), 0)
        return
    for verb, key, forms in zip(batch.verbs, batch.keys, batch.forms, strict=True):
        if verb is Verb.DELETE:
            held.pop(key, None)
        else:
            held[key] = forms


def emptied(entries: dict[bytes, Kept]) -> Iterator[None]:
    """Empty a dictionary slice by slice: to let go of a million entries takes as long as a few batches."""
    while entries:
        deque(starmap(entries.popitem, repeat((), min(len(entries), _SLICE))), 0)
        yield


def gather(held: dict[bytes, Forms], page: Page, protocol: int) -> list[Route]:
    """Hold the routes of ``protocol`` in a page of a dump, and return the others."""
    keys, count = page.keys, len(held) + len(page)
    if page.protocols.count(protocol) == len(keys) and held.keys().isdisjoint(keys):
        held.update(zip(keys, page.forms, strict=True))
        if len(held) == count:
            return []
        for key in keys:  # one of them has several routes
            held.pop(key, None)
    for key, each, forms in page:
        if each == protocol:
            held[key] = (*held[key], *forms) if key in held else forms
    return [route for route in page if route[1] != protocol]

"""The request ``routes``: a RIB, or what it has for a prefix, in slices."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from ipaddress import ip_address
from typing import Final

from bgpkit.control.error import ControlError
from bgpkit.control.protocol import Words
from bgpkit.control.route_items import route_item
from bgpkit.speaker import RibView, Route, Speaker
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family
from bgpkit_rib import Prefix

SLICE_SECONDS: Final = 0.004
"""Time for looking at routes before others get their turn."""
_LOOK: Final = 32
"""Routes looked at between two looks at the clock."""
VIEWS: Final = {
    "received": RibView.ADJ_RIB_IN_PRE,
    "accepted": RibView.ADJ_RIB_IN_POST,
    "loc-rib": RibView.LOC_RIB,
    "sent": RibView.ADJ_RIB_OUT,
}
"""The views by the names that people use."""


async def routes_answer(speaker: Speaker, words: Words) -> AsyncGenerator[list[str], None]:
    """Yield the routes that are asked for; ControlError, ConfigError or ValueError for what cannot be asked."""
    words.only("family", "peer", "view", "prefix", "longer")
    routes = _routes(speaker, words)
    async for items in in_slices(routes):
        yield items


async def in_slices(routes: Iterable[Route | None]) -> AsyncGenerator[list[str], None]:
    """Yield routes as JSON in lists that took some milliseconds to make; None is a route that nobody wants."""
    clock = asyncio.get_running_loop().time
    items: list[str] = []
    deadline = clock() + SLICE_SECONDS
    for number, route in enumerate(routes):
        if route is not None:
            items.append(route_item(route))
        if not number % _LOOK and clock() > deadline:
            yield items
            items = []
            await asyncio.sleep(0)
            deadline = clock() + SLICE_SECONDS
    yield items


def family_of(words: Words, prefixes: Iterable[Prefix] = ()) -> Family:
    """Return the family that a request names, or that its prefixes belong to."""
    name = words.text("family")
    if name:
        return Family.parse(name)
    return IPV6_UNICAST if any(prefix.width == 128 for prefix in prefixes) else IPV4_UNICAST


def _routes(speaker: Speaker, words: Words) -> Iterable[Route | None]:
    destination, name, peer = words.text("prefix"), words.text("view"), words.text("peer") or None
    if name and name not in VIEWS:
        raise ControlError(f"there is no view {name!r}; known: {', '.join(VIEWS)}")
    view = VIEWS[name] if name else None
    if not destination:
        if words.flag("longer"):
            raise ControlError("longer asks for what lies inside a prefix; name the prefix")
        return speaker.routes(family_of(words), peer=peer, view=view)
    if "/" not in destination:
        return _longest_match(speaker, words, destination, peer, view)
    prefix = Prefix.parse(destination)
    family = family_of(words, (prefix,))
    if words.flag("longer"):
        return _wanted(speaker.routes(family, peer=peer, view=view), lambda each: _inside(prefix, each))
    return _exact(speaker, family, prefix, peer, view)


def _exact(
    speaker: Speaker, family: Family, prefix: Prefix, peer: str | None, view: RibView | None
) -> Iterable[Route | None]:
    """Return what there is for exactly ``prefix``: without a view and a peer all paths."""
    if view in {RibView.ADJ_RIB_IN_PRE, RibView.ADJ_RIB_OUT}:
        return _wanted(speaker.routes(family, peer=peer, view=view), lambda each: each == prefix)
    if peer is not None:
        speaker.routes(family, peer=peer)  # so that an unknown one is told
    paths = speaker.paths(prefix, family)
    if view is RibView.LOC_RIB:
        paths = tuple(route for route in paths if route.best)
    return [route for route in paths if peer is None or route.peer == peer]


def _longest_match(
    speaker: Speaker, words: Words, address: str, peer: str | None, view: RibView | None
) -> Iterable[Route | None]:
    """Return what there is for the longest prefix that holds an address."""
    try:
        host = ip_address(address)
    except ValueError:
        raise ControlError(f"{address!r} is neither an address nor a prefix such as 192.0.2.0/24") from None
    family = family_of(words, (Prefix.parse(f"{host}/{host.max_prefixlen}"),))
    for length in range(host.max_prefixlen, -1, -1):
        prefix = _covering(int(host), length, host.max_prefixlen)
        if speaker.paths(prefix, family):
            found = list(_exact(speaker, family, prefix, peer, view))
            if any(route is not None for route in found):
                return found
    return []


def _covering(address: int, length: int, width: int) -> Prefix:
    spare = width - length
    network = (address >> spare << spare).to_bytes(width // 8, "big")
    return Prefix.parse(f"{ip_address(network)}/{length}")


def _wanted(routes: Iterable[Route], wants: Callable[[object], bool]) -> Iterator[Route | None]:
    """Yield each route that is wanted, None in place of each other: looking takes its time, too."""
    for route in routes:
        yield route if wants(route.nlri) else None


def _inside(prefix: Prefix, nlri: object) -> bool:
    return isinstance(nlri, Prefix) and nlri.width == prefix.width and prefix.contains(nlri)

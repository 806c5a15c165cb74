"""The policies whose cost is measured, the first of them accepting everything, and the feed that they judge."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks._codec_streams import Stream, as_it_is, bodies_of, make_stream
from bgpkit.policy import (
    ACCEPT_ALL,
    AddCommunities,
    AsPathMatches,
    Communities,
    FunctionPolicy,
    Policy,
    PrefixRange,
    PrefixSet,
    RoutePolicy,
    Rule,
    SetLocalPref,
    Then,
)
from bgpkit.wire import UpdateContext, UpdateDecoder, encode_announcements
from bgpkit_fsm import IPV4_UNICAST
from bgpkit_rib import Community, Prefix

CONTEXT: Final = UpdateContext(families=frozenset({IPV4_UNICAST}), four_octet_as=True, internal=True)

CUSTOMERS: Final = 10_000
"""Prefixes in the customers' list."""

BOGONS: Final = PrefixSet.of(
    "0.0.0.0/0",
    "0.0.0.0/8 le 32",
    "10.0.0.0/8 le 32",
    "100.64.0.0/10 le 32",
    "127.0.0.0/8 le 32",
    "169.254.0.0/16 le 32",
    "172.16.0.0/12 le 32",
    "192.0.0.0/24 le 32",
    "192.0.2.0/24 le 32",
    "192.168.0.0/16 le 32",
    "198.18.0.0/15 le 32",
    "198.51.100.0/24 le 32",
    "203.0.113.0/24 le 32",
    "224.0.0.0/3 le 32",
    name="bogons",
)
SHORT_ENOUGH: Final = PrefixSet.of("0.0.0.0/0 le 24", "::/0 le 48", name="short-enough")


@dataclass(frozen=True, slots=True)
class Row:
    """One policy."""

    name: str
    make: Callable[[Sequence[bytes]], Policy]
    """Takes the keys of the feed, in its order."""
    asks_prefixes: bool = False
    """Whether it is one of those that must cost little: prefixes and nothing else."""


def _checked(_: Sequence[bytes]) -> Policy:
    rules = (Rule(BOGONS, then=Then.REJECT), Rule(SHORT_ENOUGH, then=Then.ACCEPT))
    return RoutePolicy("checked", rules)


def _some_customers(keys: Sequence[bytes]) -> Policy:
    """Accept a list of customers that one route in a hundred of a full table is in."""
    return _customers(random.Random(1).sample(list(keys), min(CUSTOMERS, len(keys) // 4)))


def _all_customers(keys: Sequence[bytes]) -> Policy:
    """Accept a list of customers that has every route of the feed in it: the /16 of each, and longer ones."""
    return _customers(list(dict.fromkeys(_covering(key) for key in keys))[: 6 * CUSTOMERS])


def _covering(key: bytes) -> bytes:
    return b"\x10" + key[1:3]


def _customers(keys: Sequence[bytes]) -> Policy:
    ranges = tuple(PrefixRange(prefix, le=max(24, prefix.length)) for prefix in (Prefix(key, 32) for key in keys))
    return RoutePolicy("customers", (Rule(PrefixSet(ranges, "customers"), then=Then.ACCEPT),))


def _exact(keys: Sequence[bytes]) -> Policy:
    """Accept what stands in a list of single prefixes, one route in a hundred of the feed."""
    chosen = random.Random(2).sample(list(keys), min(CUSTOMERS, len(keys) // 4))
    ranges = tuple(PrefixRange(Prefix(key, 32)) for key in chosen)
    return RoutePolicy("exact", (Rule(PrefixSet(ranges, "exact"), then=Then.ACCEPT),), default=True)


def _communities(_: Sequence[bytes]) -> Policy:
    rules = (
        Rule(Communities.of("no-advertise", "64512:666"), then=Then.REJECT),
        Rule(AsPathMatches.of("_(23456|[64512-65534])_"), then=Then.REJECT),
    )
    return RoutePolicy("attributes", rules, default=True)


def _changing(_: Sequence[bytes]) -> Policy:
    actions = (SetLocalPref(200), AddCommunities((Community.parse("64512:1"),)))
    return RoutePolicy("changing", (Rule(actions=actions, then=Then.ACCEPT),))


def _function(_: Sequence[bytes]) -> Policy:
    return FunctionPolicy(lambda route: route.key is not None and route.key[0] <= 24, "function")


def make_feed(prefixes: int) -> Stream:
    """Return a feed with the proportions of an Internet table, and no prefix that such a table must not have."""
    stream = make_stream("", prefixes, IPV4_UNICAST)
    decoder = UpdateDecoder(CONTEXT, as_it_is)
    messages: list[bytes] = []
    counts: list[int] = []
    for start, stop in bodies_of(stream.octets):
        for _, inputs, keys, _ in decoder.decode(stream.octets, start, stop).announced:
            public = [key for key in keys if Prefix(key, 32) not in BOGONS]
            messages += encode_announcements(inputs.raw, IPV4_UNICAST, public) if public else []
            counts += [len(public)] if public else []
    return Stream(name="a feed", octets=b"".join(messages), counts=tuple(counts), terms=stream.terms)


def keys_of(stream: Stream) -> list[bytes]:
    """Return the keys of a feed, in its order."""
    decoder = UpdateDecoder(CONTEXT, as_it_is)
    updates = (decoder.decode(stream.octets, start, stop) for start, stop in bodies_of(stream.octets))
    return [key for update in updates for _, _, keys, _ in update.announced for key in keys]


ROWS: Final = (
    Row("accept-all", lambda _: ACCEPT_ALL),
    Row("bogons refused, then le 24", _checked, asks_prefixes=True),
    Row("10,000 customers le 24, a full table", _some_customers, asks_prefixes=True),
    Row("a list that all the feed is in", _all_customers, asks_prefixes=True),
    Row("10,000 single prefixes", _exact, asks_prefixes=True),
    Row("communities and an AS path pattern", _communities),
    Row("every path changed", _changing),
    Row("a function for each prefix", _function),
)

"""The streams that the codecs are measured on: made up with the proportions of an Internet table, and a real table."""

import gzip
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Final

from benchmarks._codec_work import Terms
from bgpkit.wire import (
    MAXIMUM_LENGTH,
    AttributeInputs,
    UpdateContext,
    UpdateDecoder,
    encode_announcements,
    encode_attributes,
    next_message,
)
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family
from bgpkit_rib import Aggregator, AsPath, Community, LargeCommunity, Origin, PathAttributes

REAL_TABLE: Final = (
    Path(__file__).resolve().parents[1] / "examples/node_agent/bgpkit_node/demo/data/feed-as1853-20020722.as2.bgp.gz"
)
_USUAL: Final = 0.616
"""The share of prefixes that are /24, or /48 of IPv6."""
_OTHER_LENGTHS: Final = {
    IPV4_UNICAST: (16, 17, 18, 19, 20, 21, 22, 22, 22, 23, 23, 23),
    IPV6_UNICAST: (32, 36, 40, 42, 44, 44, 46, 47),
}
_SIZES: Final = (1, 2, 2, 3, 4, 4, 5, 6, 7, 8)
"""How many prefixes share attributes: 4.2 on average."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """Messages back to back, and how many prefixes each announces."""

    name: str
    octets: bytes
    counts: tuple[int, ...]
    terms: Terms

    @property
    def family(self) -> Family:
        """The family of the prefixes."""
        return Family(self.terms.afi, 1)

    def __str__(self) -> str:
        """Return name and size."""
        prefixes = sum(self.counts)
        average = prefixes / len(self.counts)
        return f"{self.name}: {len(self.counts):,} UPDATEs, {prefixes:,} prefixes, {average:.1f} in each"


def make_attributes(rng: random.Random, family: Family) -> PathAttributes:
    """Return attributes as a full table has them, each time others."""
    address = IPv4Address(0x0A000000 + rng.randrange(1 << 16))
    return PathAttributes(
        origin=Origin(0 if rng.random() < 0.9 else 2),
        as_path=AsPath.of(*(_as_number(rng) for _ in range(rng.randrange(2, 7)))),
        next_hop=address if family == IPV4_UNICAST else IPv6Address(0x20010DB8 << 96 | int(address)),
        med=rng.randrange(1000) if rng.random() < 0.3 else None,
        local_pref=100,
        communities=tuple(Community(rng.randrange(1 << 32)) for _ in range(rng.randrange(1, 6)))
        if rng.random() < 0.75
        else (),
        large_communities=(LargeCommunity(rng.randrange(1 << 32), 1, 2),) if rng.random() < 0.1 else (),
        aggregator=Aggregator(rng.randrange(1, 1 << 32), address) if rng.random() < 0.08 else None,
    )


def make_stream(name: str, prefixes: int, family: Family, sizes: Sequence[int] = _SIZES) -> Stream:
    """Return a stream that announces about so many distinct prefixes, ``sizes`` of them at a time."""
    rng = random.Random(4271)
    seen: set[bytes] = set()
    messages: list[bytes] = []
    counts: list[int] = []
    while len(seen) < prefixes:
        keys = _distinct_keys(rng, family, rng.choice(sizes), seen)
        made = encode_announcements(encode_attributes(make_attributes(rng, family), family), family, keys)
        assert len(made) == 1
        messages += made
        counts.append(len(keys))
    terms = Terms(four_octet_as=True, afi=family.afi)
    return Stream(name=name, octets=b"".join(messages), counts=tuple(counts), terms=terms)


def read_real_table(name: str, updates: int) -> Stream:
    """Return the first UPDATEs of a table of 2002, whose AS numbers have two octets."""
    octets = gzip.decompress(REAL_TABLE.read_bytes())
    context = UpdateContext(families=frozenset({IPV4_UNICAST}), four_octet_as=False, internal=False)
    decoder = UpdateDecoder(context, as_it_is)
    counts: list[int] = []
    end = 0
    for start, stop in bodies_of(octets)[:updates]:
        counts.append(sum(len(keys) for _, _, keys, _ in decoder.decode(octets, start, stop).announced))
        end = stop
    terms = Terms(four_octet_as=False, afi=IPV4_UNICAST.afi)
    return Stream(name=name, octets=octets[:end], counts=tuple(counts), terms=terms)


def all_streams(*, quick: bool) -> tuple[Callable[[], Stream], ...]:
    """Return how each stream is made, the one with a million prefixes first."""
    if quick:
        return (
            partial(make_stream, "20,000 prefixes", 20_000, IPV4_UNICAST),
            partial(read_real_table, "a real table", 2_000),
        )
    return (
        partial(make_stream, "a million prefixes", 1_000_000, IPV4_UNICAST),
        partial(read_real_table, "a real table", 1 << 30),
        partial(make_stream, "IPv6", 40_000, IPV6_UNICAST),
        partial(make_stream, "large UPDATEs", 100_000, IPV4_UNICAST, range(50, 400)),
    )


def bodies_of(stream: bytes) -> list[tuple[int, int]]:
    """Return start and end of every body."""
    bodies: list[tuple[int, int]] = []
    offset, end = 0, len(stream)
    while offset < end:
        stop = next_message(stream, offset, end, MAXIMUM_LENGTH)
        bodies.append((offset + 19, stop))
        offset = stop
    return bodies


def as_it_is(inputs: AttributeInputs) -> AttributeInputs:
    """Make nothing of the attributes: the codec alone is measured."""
    return inputs


def _as_number(rng: random.Random) -> int:
    """Return an AS number whose third octet cannot be taken for a segment type.

    os-ken guesses from the octets of a path how long its AS numbers are; such paths it guesses right.
    """
    while True:
        number = rng.randrange(1, 400_000)
        if number >> 8 & 0xFF not in (1, 2):
            return number


def _distinct_keys(rng: random.Random, family: Family, count: int, seen: set[bytes]) -> list[bytes]:
    """Return prefixes that have not been seen, most of the usual length, and note them."""
    keys: list[bytes] = []
    while len(keys) < count:
        usual = 24 if family == IPV4_UNICAST else 48
        length = usual if rng.random() < _USUAL else rng.choice(_OTHER_LENGTHS[family])
        number = rng.randrange(0x010000, 0xE00000) if family == IPV4_UNICAST else 0x200000 | rng.getrandbits(20)
        bits = (number << 32 | rng.getrandbits(32)) >> 56 - length << 56 - length
        key = bytes((length,)) + bits.to_bytes(7, "big")[: (length + 7) // 8]
        if key not in seen:
            seen.add(key)
            keys.append(key)
    return keys

"""What feeders say: distinct prefixes and attribute blocks as a full table has them, equal for every daemon."""

import math
import random
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from ipaddress import ip_address, ip_network
from typing import Final

from benchmarks._peers_octets import (
    AGGREGATOR,
    AS_PATH,
    ATOMIC_AGGREGATE,
    COMMUNITIES,
    IPV4,
    LARGE_COMMUNITIES,
    LOCAL_PREF,
    MED,
    NEXT_HOP,
    ORIGIN,
    Family,
    announcement,
    attribute,
    withdrawals,
)

PREFIXES_EACH: Final = 4.2
"""How many prefixes share an attribute block, on average."""
_USUAL: Final = 0.616
"""Share of the usual length: /24, /48."""
_OTHER_LENGTHS: Final = {"ipv4": (16, 17, 18, 19, 20, 20, 21, 21, 22, 22, 22, 23, 23), "ipv6": (32, 36, 40, 44, 44, 46)}
_MOST: Final = 200
BOGONS: Final = (
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",
)
"""IPv4 prefixes that no feed holds, and that the import policy of the scenario named policy refuses."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Feed:
    """One feeder's announcements: what is sent, and what is to be expected from it; equal to itself only."""

    family: Family
    next_hop: bytes
    keys: Sequence[bytes]
    groups: Sequence[tuple[int, int]]
    """Start and end in ``keys`` of what shares an attribute block."""
    blocks: Sequence[bytes]
    """The attribute block of each group; of IPv6 without MP_REACH_NLRI."""

    def stream(self, *, packed: bool = True) -> bytes:
        """Return the UPDATEs, one for each group, or one for each prefix."""
        return b"".join(self._messages(packed=packed, groups=slice(None)))

    def part(self, start: int, stop: int) -> bytes:
        """Return the UPDATEs of some groups."""
        return b"".join(self._messages(packed=True, groups=slice(start, stop)))

    def withdrawn(self, *, packed: bool = True) -> bytes:
        """Return the UPDATEs that withdraw everything."""
        return b"".join(withdrawals(self.keys, packed=packed))

    def _messages(self, *, packed: bool, groups: slice) -> Iterator[bytes]:
        for (start, stop), block in zip(self.groups[groups], self.blocks[groups], strict=True):
            if packed:
                yield announcement(block, self.keys[start:stop], self.family, self.next_hop)
            else:
                yield from (announcement(block, [key], self.family, self.next_hop) for key in self.keys[start:stop])


@cache
def distinct_prefixes(family: Family, count: int, seed: int = 1) -> tuple[bytes, ...]:
    """Return distinct valid prefixes as they stand in a message, in no order, none of them a bogon."""
    rng = random.Random(f"{family.name} {seed}")
    usual = 24 if family is IPV4 else 48
    bogons = _bogons()
    seen: dict[bytes, None] = {}
    while len(seen) < count:
        length = usual if rng.random() < _USUAL else rng.choice(_OTHER_LENGTHS[family.name])
        bits = rng.getrandbits(length)
        if family is IPV4:
            address = bits << (32 - length)
            if any(address >> shift == value for shift, value in bogons):
                continue
            octets = address.to_bytes(4, "big")
        else:
            octets = ((bits << (48 - length) & (1 << 45) - 1) | 1 << 45).to_bytes(6, "big")  # 2000::/3
        seen[bytes((length,)) + octets[: (length + 7) // 8]] = None
    return tuple(seen)


def make_feed(
    keys: Sequence[bytes],
    family: Family,
    next_hop: str,
    *,
    seed: int,
    base_asn: int = 1000,
    group: int | None = None,
) -> Feed:
    """Return a feed of prefixes, grouped by chance or ``group`` at a time; paths begin with an AS near ``base_asn``."""
    rng = random.Random(seed)
    rate = math.log(1 + 1 / (PREFIXES_EACH - 1))
    groups: list[tuple[int, int]] = []
    start = 0
    while start < len(keys):
        size = group or 1 + min(int(rng.expovariate(rate)), _MOST)
        groups.append((start, min(start + size, len(keys))))
        start += size
    packed = ip_address(next_hop).packed
    serial = iter(range(1 << 31))
    blocks = [_block(rng, next(serial), base_asn, packed if family is IPV4 else b"") for _ in groups]
    return Feed(family=family, next_hop=packed, keys=keys, groups=groups, blocks=blocks)


@lru_cache(maxsize=4)
def blocks_of(feed: Feed) -> dict[bytes, bytes]:
    """Return the attribute block of each prefix of a feed."""
    return {
        key: block
        for (start, stop), block in zip(feed.groups, feed.blocks, strict=True)
        for key in feed.keys[start:stop]
    }


def bogon_announcement(feed: Feed) -> tuple[bytes, tuple[bytes, ...]]:
    """Return an UPDATE that announces one prefix in each range of bogons, and the prefixes, as they stand in it."""
    networks = [ip_network(text) for text in BOGONS]
    keys = tuple(bytes((24,)) + net.network_address.packed[:3] for net in networks)
    return announcement(feed.blocks[0], keys, IPV4, feed.next_hop), keys


def _block(rng: random.Random, serial: int, base_asn: int, next_hop: bytes) -> bytes:
    """Return an attribute block; the serial number makes its AS path one of a kind."""
    asns = [base_asn + rng.randrange(200), *(_asn(rng) for _ in range(rng.choice((0, 1, 1, 2, 2, 3, 4))))]
    asns += [200_000 + serial // 30_000, 3_000 + serial % 30_000]
    parts = [
        attribute(ORIGIN, bytes((rng.choices((0, 1, 2), (85, 3, 12))[0],))),
        attribute(AS_PATH, struct.pack(f"!BB{len(asns)}I", 2, len(asns), *asns)),
    ]
    if next_hop:
        parts.append(attribute(NEXT_HOP, next_hop))
    if rng.random() < 0.30:
        parts.append(attribute(MED, rng.randrange(1, 1000).to_bytes(4, "big")))
    parts.append(attribute(LOCAL_PREF, (100).to_bytes(4, "big")))
    if rng.random() < 0.08:
        parts.append(attribute(ATOMIC_AGGREGATE, b""))
        parts.append(attribute(AGGREGATOR, struct.pack("!II", asns[-1], rng.randrange(1 << 24, 0xDF000000))))
    if rng.random() < 0.75:
        numbers = sorted({asns[0] << 16 | rng.randrange(1, 5000) for _ in range(rng.randint(1, 6))})
        parts.append(attribute(COMMUNITIES, struct.pack(f"!{len(numbers)}I", *numbers)))
    if rng.random() < 0.10:
        large = sorted({(asns[1], rng.randrange(1, 100), rng.randrange(1000)) for _ in range(rng.randint(1, 2))})
        parts.append(attribute(LARGE_COMMUNITIES, b"".join(struct.pack("!III", *each) for each in large)))
    return b"".join(parts)


def _asn(rng: random.Random) -> int:
    """Return an AS number for public use that the reflector's is not, of two or four octets."""
    return rng.randrange(3000, 23000) if rng.random() < 0.7 else rng.randrange(131_072, 190_000)


def _bogons() -> tuple[tuple[int, int], ...]:
    """Return shift and value of each bogon; a prefix that covers one is none itself."""
    networks = [ip_network(text) for text in BOGONS]
    return tuple((32 - net.prefixlen, int(net.network_address) >> 32 - net.prefixlen) for net in networks)

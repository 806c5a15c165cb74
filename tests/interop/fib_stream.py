"""What the peers of a test say, drawn at random from a seed: announcements, other attributes, withdrawals."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Final, NamedTuple

from bgpkit import IPV4_UNICAST, IPV6_UNICAST
from tests.interop.fib_pair import ASN, NEIGHBORS, Neighbor
from tests.support import multiprotocol, octets

_AT_ONCE: Final = 200
"""Prefixes in one UPDATE."""
DIRECT: Final = ("10.0.0.2", "10.0.0.3", "10.0.1.2", "10.0.1.3")
BEHIND: Final = ("10.8.0.1", "10.8.200.1", "10.9.0.1", "10.9.0.2", "10.10.0.1")
"""Next hops behind routes of others."""
DIRECT6: Final = ("2001:db8::2", "2001:db8::3", "2001:db8:1::2", "2001:db8:1::3")
BEHIND6: Final = ("2001:db8:8::1", "2001:db8:9::1", "2001:db8:a::1")


class Said(NamedTuple):
    """What a peer says of a prefix."""

    next_hop: str
    local_pref: int | None
    asns: tuple[int, ...]
    med: int | None


class Stream:
    """Says something new of prefixes, peer by peer, and remembers what stands."""

    def __init__(self, seed: int, *, ipv4: int, ipv6: int) -> None:
        """Draw so many prefixes of each family."""
        self._random = random.Random(seed)
        self.prefixes = (*self._drawn(ipv4, self._prefix4), *self._drawn(ipv6, self._prefix6))
        self.said: dict[Neighbor, dict[str, Said]] = {each: {} for each in NEIGHBORS}
        self._marks = 0

    def announced(self, neighbor: Neighbor, share: float) -> list[bytes]:
        """Return the UPDATEs by which a peer says something new of a share of all prefixes."""
        chosen = self._chosen(self.prefixes, share)
        return self._announcing(neighbor, {prefix: self._drawn_saying(neighbor, prefix) for prefix in chosen})

    def withdrawn(self, neighbor: Neighbor, share: float) -> list[bytes]:
        """Return the UPDATEs by which a peer withdraws a share of what it has said."""
        gone = self._chosen(list(self.said[neighbor]), share)
        for prefix in gone:
            del self.said[neighbor][prefix]
        four, six = [each for each in gone if ":" not in each], [each for each in gone if ":" in each]
        return [
            *(octets.withdraw(*part) for part in _parts(four)),
            *(multiprotocol.unreach(IPV6_UNICAST, octets.nlri(*part)) for part in _parts(six)),
        ]

    def mark(self, neighbor: Neighbor) -> tuple[str, list[bytes]]:
        """Return a prefix that no one has announced before, and its UPDATEs: whoever has it, has all before it."""
        self._marks += 1
        prefix = f"198.18.{self._marks >> 8}.{self._marks & 255}"
        said = Said(DIRECT[2], *self._preferences(neighbor, 100, ()), med=None)
        return prefix, self._announcing(neighbor, {f"{prefix}/32": said})

    def forget(self, neighbor: Neighbor) -> None:
        """Note that a peer's session is lost."""
        self.said[neighbor].clear()

    def again(self, neighbor: Neighbor, said: dict[str, Said]) -> list[bytes]:
        """Return the UPDATEs by which a peer says what it has said once."""
        return self._announcing(neighbor, said)

    def _announcing(self, neighbor: Neighbor, news: dict[str, Said]) -> list[bytes]:
        self.said[neighbor].update(news)
        alike: defaultdict[tuple[Said, bool], list[str]] = defaultdict(list)
        for prefix, said in news.items():
            alike[said, ":" in prefix].append(prefix)
        return [
            update
            for (said, _), prefixes in alike.items()
            for part in _parts(prefixes)
            for update in _update(said, part)
        ]

    def _drawn_saying(self, neighbor: Neighbor, prefix: str) -> Said:
        """Draw from few values, so that paths are often equal, and so that each step decides now and then."""
        draw = self._random.choice
        six = ":" in prefix or self._random.random() < 0.1
        next_hop = draw((*DIRECT6, *BEHIND6)) if six else draw((*DIRECT, *BEHIND))
        asns = draw(((65001,), (65001,), (65002,), (65001, 65003), (65002, 65003)))
        local_pref, path = self._preferences(neighbor, draw((100, 100, 100, 200)), asns)
        return Said(next_hop, local_pref, path, draw((None, 0, 0, 10)))

    def _preferences(
        self, neighbor: Neighbor, local_pref: int, asns: tuple[int, ...]
    ) -> tuple[int | None, tuple[int, ...]]:
        """Return LOCAL_PREF and AS_PATH as a peer may send them."""
        return (local_pref, asns) if neighbor.asn == ASN else (None, (neighbor.asn, *asns[1:]))

    def _chosen(self, prefixes: Sequence[str], share: float) -> list[str]:
        return self._random.sample(prefixes, round(len(prefixes) * share))

    def _drawn(self, count: int, draw: Callable[[], str]) -> list[str]:
        found: dict[str, None] = {}
        while len(found) < count:
            found[draw()] = None
        return list(found)

    def _prefix4(self) -> str:
        return str(
            IPv4Network((self._random.randrange(20 << 24, 100 << 24), self._random.randint(9, 32)), strict=False)
        )

    def _prefix6(self) -> str:
        address = 0x2A00 << 112 | self._random.getrandbits(100)
        return str(IPv6Network((address, self._random.randint(20, 128)), strict=False))


def _update(said: Said, prefixes: Sequence[str]) -> list[bytes]:
    """Return the UPDATE that announces prefixes of one family."""
    next_hop, local_pref, asns, med = said
    plain = ":" not in next_hop
    block = octets.attributes(*asns, next_hop=next_hop if plain else None, local_pref=local_pref, med=med)
    if plain:
        return [octets.update(block, *prefixes)]
    family = IPV6_UNICAST if ":" in prefixes[0] else IPV4_UNICAST
    packed = ip_address(next_hop).packed
    return [multiprotocol.reach(family, octets.nlri(*prefixes), next_hop=packed, block=block)]


def _parts(prefixes: Sequence[str]) -> Iterable[Sequence[str]]:
    return (prefixes[start : start + _AT_ONCE] for start in range(0, len(prefixes), _AT_ONCE))

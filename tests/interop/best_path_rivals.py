"""Rival paths for one prefix each: one contest for every step of the decision process, and many drawn at random."""

import random
import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from tests.support import octets

ASN: Final = 64512
NEAR, FAR = "10.10.0.1", "10.10.0.2"
METRICS: Final = {NEAR: 10, FAR: 20}
"""Next hops that only an interior route leads to, and how far they are."""


@dataclass(frozen=True, slots=True)
class Rival:
    """A peer that offers paths."""

    address: str
    asn: int
    identifier: str
    weight: int = 0


RIVALS: Final = {
    "e1": Rival("10.9.0.11", 64601, "10.0.0.5"),
    "e2": Rival("10.9.0.12", 64601, "10.0.0.2"),
    "e3": Rival("10.9.0.13", 64602, "10.0.0.3"),
    "i1": Rival("10.9.0.14", ASN, "10.0.0.4"),
    "i2": Rival("10.9.0.15", ASN, "10.0.0.1"),
    "heavy": Rival("10.9.0.16", ASN, "10.0.0.6", weight=100),
}
"""Two peers of one AS, one of another, and internal ones; the order of identifiers is not that of addresses."""
NAMES: Final = {rival.address: name for name, rival in RIVALS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The path of one rival."""

    rival: str
    as_path: tuple[int, ...] = ()
    """Behind the rival's own AS, if that is not ours."""
    as_set: tuple[int, ...] = ()
    origin: int = 0
    med: int | None = None
    local_pref: int | None = None
    originator_id: str | None = None
    clusters: tuple[str, ...] = ()
    next_hop: str | None = None
    aigp: int | None = None

    def update(self, prefix: str) -> bytes:
        """Return the UPDATE that offers the path."""
        rival = RIVALS[self.rival]
        internal = rival.asn == ASN
        block = octets.attributes(
            *(self.as_path if internal else (rival.asn, *self.as_path)),
            next_hop=self.next_hop or rival.address,
            med=self.med,
            local_pref=(100 if self.local_pref is None else self.local_pref) if internal else None,
            originator_id=self.originator_id,
            cluster_list=self.clusters,
        )
        block = octets.attribute(0x40, 1, bytes((self.origin,))) + block.removeprefix(octets.ORIGIN_IGP)
        if self.as_set:
            segment = struct.pack(f"!BB{len(self.as_set)}I", 1, len(self.as_set), *self.as_set)
            value = octets.read_attributes(block)[2]
            block = block.replace(octets.attribute(0x40, 2, value), octets.attribute(0x40, 2, value + segment))
        if self.aigp is not None:
            block += octets.attribute(0x80, 26, struct.pack("!BHQ", 1, 11, self.aigp))
        return octets.update(block, prefix)


@dataclass(frozen=True, slots=True)
class Contest:
    """A prefix and who offers what for it."""

    name: str
    prefix: str
    offers: tuple[Offer, ...]
    own: bool = False
    """Whether the speaker under test originates the prefix itself, with ORIGIN INCOMPLETE."""


_CLUSTER, _ANOTHER = "10.3.0.1", "10.3.0.2"
_STEPS: Final[Mapping[str, tuple[Offer, ...]]] = {
    "weight": (Offer(rival="heavy", local_pref=50), Offer(rival="i1", local_pref=200)),
    "local preference": (Offer(rival="i1", as_path=(1, 2, 3), local_pref=200), Offer(rival="e1")),
    "own": (Offer(rival="i2"),),
    "own, of lower local preference": (Offer(rival="i2", local_pref=200),),
    "AIGP": (Offer(rival="i1", as_path=(1, 2), aigp=10), Offer(rival="i2", aigp=20)),
    "AIGP or none": (Offer(rival="i1", as_path=(1, 2), aigp=10), Offer(rival="i2")),
    "AIGP and the way to the next hop": (
        Offer(rival="i1", as_path=(1, 2), aigp=12, next_hop=NEAR),
        Offer(rival="i2", aigp=5, next_hop=FAR),
    ),
    "AS path length": (Offer(rival="e1", origin=2), Offer(rival="e3", as_path=(1,))),
    "AS path length with a set": (Offer(rival="e1", as_set=(7, 8, 9), origin=2), Offer(rival="e3", as_path=(1, 2))),
    "origin": (Offer(rival="e1", origin=1, med=9), Offer(rival="e2", origin=2)),
    "MED of one AS": (Offer(rival="e1", med=5), Offer(rival="e2", med=10)),
    "MED of two ASes": (Offer(rival="e1", med=5), Offer(rival="e3", med=10)),
    "MED missing": (Offer(rival="e1"), Offer(rival="e2", med=1)),
    "MED, internal and external": (Offer(rival="i1", as_path=(64601,), med=5), Offer(rival="e2", med=10)),
    "MED in a cycle": (Offer(rival="e3", med=0), Offer(rival="e2", med=20), Offer(rival="e1", med=10)),
    "external": (Offer(rival="e1"), Offer(rival="i2", as_path=(64700,))),
    "IGP metric": (Offer(rival="i1", next_hop=NEAR), Offer(rival="i2", next_hop=FAR)),
    "identifier": (Offer(rival="i1"), Offer(rival="i2")),
    "identifier of external peers": (Offer(rival="e1"), Offer(rival="e3")),
    "originator": (
        Offer(rival="i1", originator_id="10.2.0.1", clusters=(_CLUSTER, _ANOTHER)),
        Offer(rival="i2", originator_id="10.2.0.2", clusters=(_CLUSTER,)),
    ),
    "originator and identifier": (
        Offer(rival="i1", originator_id="10.0.0.0", clusters=(_CLUSTER, _ANOTHER)),
        Offer(rival="i2"),
    ),
    "cluster list": (
        Offer(rival="i1", originator_id="10.2.0.1", clusters=(_CLUSTER, _ANOTHER)),
        Offer(rival="i2", originator_id="10.2.0.1", clusters=(_CLUSTER,)),
    ),
    "peer address": (
        Offer(rival="i1", originator_id="10.2.0.1", clusters=(_ANOTHER,)),
        Offer(rival="i2", originator_id="10.2.0.1", clusters=(_CLUSTER,)),
    ),
}
"""A contest for each step, in which later steps would choose another."""
LADDER: Final = tuple(
    Contest(name, f"10.77.{number}.0/24", offers, own=name.startswith("own"))
    for number, (name, offers) in enumerate(_STEPS.items())
)


def drawn(count: int, seed: int, *, meds: bool, reflected: bool) -> tuple[Contest, ...]:
    """Draw contests of two to five rivals, whose paths often tie in what comes before MED.

    Without ``meds`` none has a MED, without ``reflected`` none has passed a route reflector.
    """
    rng = random.Random(seed)
    return tuple(_drawn(number, rng, meds=meds, reflected=reflected) for number in range(count))


def _drawn(number: int, rng: random.Random, *, meds: bool, reflected: bool) -> Contest:
    names = rng.sample(["e1", "e2", "e3", "i1", "i2"], rng.randint(2, 5))
    alike = rng.random() < 0.6
    offers = [_offer(name, rng, alike=alike) for name in names]
    if not meds:
        offers = [replace(offer, med=None) for offer in offers]
    if not reflected:
        offers = [replace(offer, originator_id=None, clusters=()) for offer in offers]
    return Contest(f"drawn {number}", f"10.88.{number}.0/24", tuple(offers))


def _offer(name: str, rng: random.Random, *, alike: bool) -> Offer:
    internal = RIVALS[name].asn == ASN
    tail = () if alike else tuple(rng.sample((64701, 64702), rng.randint(0, 1)))
    reflected = internal and rng.random() < 0.5
    return Offer(
        rival=name,
        as_path=(rng.choice((64601, 64602)), *tail) if internal else tail,
        origin=0 if alike else rng.randint(0, 1),
        med=rng.choice((None, 0, 5, 10)),
        local_pref=100 if alike or not internal else rng.choice((100, 100, 99, 101)),
        originator_id=f"10.2.0.{rng.randint(1, 2)}" if reflected else None,
        clusters=tuple(f"10.3.0.{each}" for each in range(1, 1 + rng.randint(1, 2))) if reflected else (),
        next_hop=rng.choice((None, NEAR, FAR)) if internal else None,
    )

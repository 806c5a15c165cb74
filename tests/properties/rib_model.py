"""A slow and obvious decision process, written from the sentences of the RFCs, to hold the fast one against."""

import random
from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from hypothesis import strategies as st

from bgpkit_rib import Path, Source, SourceKind

Facts: TypeAlias = tuple[Source, int, bytes, int, bool]


def facts(path: Path) -> Facts:
    """Return what tells a path from any other in these tests."""
    return path.source, path.path_id, path.raw, path.generation, path.eligible


def is_internal(path: Path) -> bool:
    """Tell whether the path came from an IBGP peer, or one in another member AS of our confederation."""
    return path.kind in {SourceKind.CLIENT, SourceKind.NON_CLIENT, SourceKind.CONFEDERATION}


def rfc_best(paths: Iterable[Path]) -> Path:
    """Return the best of eligible paths: what is left after the last step."""
    left = rfc_equals(paths)
    left = [p for p in left if p.identifier == min(q.identifier for q in left)]
    left = [p for p in left if p.cluster_length == min(q.cluster_length for q in left)]
    left = [p for p in left if p.source.address == min(q.source.address for q in left)]
    left = [p for p in left if p.path_id == min(q.path_id for q in left)]
    assert len(left) == 1
    return left[0]


def rfc_equals(paths: Iterable[Path]) -> list[Path]:
    """Return the eligible paths left after step (e), by removal from consideration, step after step.

    RFC 4271, section 9.1.2.2, with section 9 of RFC 4456, section 5.3 of RFC 5065, section 4.1 of RFC 7311 and
    section 4.4 of RFC 9494.
    """
    left = list(paths)
    if any(not p.least_preferred for p in left):
        left = [p for p in left if not p.least_preferred]
    left = [p for p in left if p.weight == max(q.weight for q in left)]
    left = [p for p in left if p.local_pref == max(q.local_pref for q in left)]
    if any(p.kind is SourceKind.LOCAL for p in left):
        left = [p for p in left if p.kind is SourceKind.LOCAL]
    with_aigp = [(p.aigp, p) for p in left if p.aigp is not None]
    if with_aigp:
        left = [p for aigp, p in with_aigp if aigp == min(accumulated for accumulated, _ in with_aigp)]
    left = [p for p in left if p.as_path_length == min(q.as_path_length for q in left)]
    left = [p for p in left if p.origin == min(q.origin for q in left)]
    left = [m for m in left if not any(n.neighbor_as == m.neighbor_as and n.med < m.med for n in left)]
    if any(not is_internal(p) for p in left):
        left = [p for p in left if not is_internal(p)]
    return [p for p in left if p.metric == min(q.metric for q in left)]


def rfc_order(paths: Iterable[Path]) -> list[Path]:
    """Return eligible paths best first: the best, then the best of the others, and so on."""
    left = [path for path in paths if path.eligible]
    ordered: list[Path] = []
    while left:
        best = rfc_best(left)
        ordered.append(best)
        left.remove(best)
    return ordered


def make_sources() -> tuple[Source, ...]:
    """Return sources of every kind, some peers sharing a BGP Identifier."""
    external, client, other, member = (
        SourceKind.EBGP,
        SourceKind.CLIENT,
        SourceKind.NON_CLIENT,
        SourceKind.CONFEDERATION,
    )
    peers = [
        Source(f"peer{number}", kind, address=bytes((10, 0, 0, 9 - number)), bgp_identifier=1 + number // 2)
        for number, kind in enumerate((external, external, client, client, other, member))
    ]
    return (*peers, Source("own", SourceKind.LOCAL))


_MOST: Final = (1, 1, 1, 2, 2, 2, 2, 1, 1, 2, 2, 1)
"""The highest of the numbers that a path is made from, so few that ties are common; 0 is what most paths have."""
_AIGP, _NEIGHBOR, _MED = 4, 5, 6
"""Places among them."""


def path_of(source: Source, path_id: int, numbers: Sequence[int], *, eligible: bool) -> Path:
    """Return the path of ``source`` that ``numbers`` make; its octets tell them."""
    weight, preference, length, origin, aigp, neighbor, med, cluster, metric, originator, hop, last = numbers
    return Path(
        source,
        bytes(numbers),
        next_hop=bytes((10, 9, 9, hop)),
        weight=weight,
        local_pref=100 + preference,
        aigp=aigp - 1 if aigp else None,
        as_path_length=1 + length,
        origin=origin,
        neighbor_as=neighbor,
        med=med or None,
        cluster_length=cluster,
        metric=metric,
        originator_id=originator or None,
        path_id=path_id,
        eligible=eligible,
        reason="" if eligible else "refused",
        least_preferred=bool(last),
    )


@st.composite
def paths(draw: st.DrawFn, source: Source, path_id: int = 0) -> Path:
    """Draw a path of ``source``, with few numbers that are not 0."""
    numbers = [0] * len(_MOST)
    for place in draw(st.lists(st.integers(0, len(_MOST) - 1), max_size=4)):
        numbers[place] = draw(st.integers(0, _MOST[place]))
    return path_of(source, path_id, numbers, eligible=draw(st.sampled_from((True, True, True, True, False))))


@st.composite
def few_candidates(draw: st.DrawFn, sources: tuple[Source, ...]) -> list[Path]:
    """Draw some paths, no two of the same source and path identifier; simple ones to read when a test fails."""
    identities = st.tuples(st.sampled_from(sources), st.integers(0, 1))
    chosen = draw(st.lists(identities, max_size=8, unique=True))
    return [draw(paths(source, path_id)) for source, path_id in chosen]


def many_candidates(seed: int, sources: tuple[Source, ...]) -> list[Path]:
    """Return two to eight paths that differ in a few places only, so that each step of the process has its contests.

    In half of the contests neighboring AS and MED are among these, without which MEDs would hardly ever decide. Nor
    are external peers in all, or what we originate ourselves in many, since those would win most.
    """
    rng = random.Random(seed)
    base = [rng.randint(0, most) for most in _MOST]
    if rng.random() < 0.7:
        base[_AIGP] = 0
    places = rng.sample(range(len(_MOST)), rng.randint(0, 3))
    if rng.random() < 0.5:
        places += [_NEIGHBOR, _MED]
    kinds = {SourceKind.CLIENT, SourceKind.NON_CLIENT, SourceKind.CONFEDERATION}
    kinds |= {kind for kind, share in ((SourceKind.EBGP, 0.5), (SourceKind.LOCAL, 0.1)) if rng.random() < share}
    rivals = [(each, path_id) for each in sources for path_id in (0, 1) if each.kind in kinds]
    made: list[Path] = []
    for source, path_id in rng.sample(rivals, rng.randint(2, 8)):
        numbers = list(base)
        for place in places:
            numbers[place] = rng.randint(0, _MOST[place])
        made.append(path_of(source, path_id, numbers, eligible=rng.random() < 0.9))
    return made


def candidates(sources: tuple[Source, ...]) -> st.SearchStrategy[list[Path]]:
    """Draw contests of both kinds: simple ones and hard ones."""
    return st.one_of(
        few_candidates(sources), st.integers(0, 2**32 - 1).map(lambda seed: many_candidates(seed, sources))
    )


def made_again(
    path: Path, *, eligible: bool | None = None, metric: int | None = None, generation: int | None = None
) -> Path:
    """Return a new path that says the same as ``path``, but for what is given; of the present generation if not."""
    accumulated = path.aigp
    eligible = path.eligible if eligible is None else eligible
    return Path(
        path.source,
        path.raw,
        next_hop=path.next_hop,
        weight=path.weight,
        local_pref=path.local_pref,
        aigp=None if accumulated is None else accumulated - path.metric,
        as_path_length=path.as_path_length,
        origin=path.origin,
        neighbor_as=path.neighbor_as,
        med=path.med,
        originator_id=path.identifier,
        cluster_length=path.cluster_length,
        metric=path.metric if metric is None else metric,
        path_id=path.path_id,
        eligible=eligible,
        reason="" if eligible else "refused",
        generation=generation,
        least_preferred=path.least_preferred,
    )

"""A slow and obvious decision process, written from the sentences of the RFCs, to hold the fast one against."""

from collections.abc import Iterable
from typing import TypeAlias

from hypothesis import strategies as st

from bgpkit_rib import Path, Source, SourceKind

Facts: TypeAlias = tuple[Source, int, bytes, int, bool]


def facts(path: Path) -> Facts:
    """Return what tells a path from any other in these tests."""
    return path.source, path.path_id, path.raw, path.generation, path.eligible


def is_internal(path: Path) -> bool:
    """Tell whether the path came from an IBGP peer."""
    return path.kind in {SourceKind.CLIENT, SourceKind.NON_CLIENT}


def rfc_best(paths: Iterable[Path]) -> Path:
    """Return the best of eligible paths, by removal from consideration, step after step.

    RFC 4271, section 9.1.2.2, with section 9 of RFC 4456.
    """
    left = list(paths)
    left = [p for p in left if p.local_pref == max(q.local_pref for q in left)]
    if any(p.kind is SourceKind.LOCAL for p in left):
        left = [p for p in left if p.kind is SourceKind.LOCAL]
    left = [p for p in left if p.as_path_length == min(q.as_path_length for q in left)]
    left = [p for p in left if p.origin == min(q.origin for q in left)]
    left = [m for m in left if not any(n.neighbor_as == m.neighbor_as and n.med < m.med for n in left)]
    if any(not is_internal(p) for p in left):
        left = [p for p in left if not is_internal(p)]
    left = [p for p in left if p.metric == min(q.metric for q in left)]
    left = [p for p in left if p.identifier == min(q.identifier for q in left)]
    left = [p for p in left if p.cluster_length == min(q.cluster_length for q in left)]
    left = [p for p in left if p.source.address == min(q.source.address for q in left)]
    left = [p for p in left if p.path_id == min(q.path_id for q in left)]
    assert len(left) == 1
    return left[0]


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
    """Return sources of every kind, two peers sharing a BGP Identifier."""
    kinds = (SourceKind.EBGP, SourceKind.EBGP, SourceKind.CLIENT, SourceKind.CLIENT, SourceKind.NON_CLIENT)
    peers = [
        Source(f"peer{number}", kind, address=bytes((10, 0, 0, 9 - number)), bgp_identifier=1 + number // 2)
        for number, kind in enumerate(kinds)
    ]
    return (*peers, Source("own", SourceKind.LOCAL))


@st.composite
def paths(draw: st.DrawFn, source: Source, path_id: int = 0) -> Path:
    """Draw a path of ``source`` from values so few that ties are common; its octets tell the values."""
    eligible = draw(st.sampled_from((True, True, True, False)))
    originator_id = draw(st.sampled_from((None, None, 1, 2)))
    numbers = [draw(st.integers(0, most)) for most in (1, 1, 1, 2, 2, 1, 1)]
    preference, length, origin, neighbor, med, cluster, metric = numbers
    return Path(
        source,
        repr((numbers, originator_id)).encode(),
        local_pref=100 + preference,
        as_path_length=1 + length,
        origin=origin,
        neighbor_as=neighbor,
        med=med or None,
        cluster_length=cluster,
        metric=metric,
        originator_id=originator_id,
        path_id=path_id,
        eligible=eligible,
        reason="" if eligible else "refused",
    )

"""What each program that decodes BGP is asked to do, and the text that all of them must agree on.

Only the standard library is used here: the programs beside ours run in an environment of their own.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

ORIGIN, AS_PATH, NEXT_HOP, MED, LOCAL_PREF, ATOMIC_AGGREGATE, AGGREGATOR, COMMUNITIES = range(1, 9)
MP_REACH, MP_UNREACH, LARGE_COMMUNITIES = 14, 15, 32
"""Type codes of path attributes, as IANA numbers them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the messages of a stream must be read by."""

    four_octet_as: bool
    afi: int
    """1 for IPv4 unicast, 2 for IPv6 unicast."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One way through a stream, its messages at hand."""

    run: Callable[[], object]
    """What is measured; called once."""
    lines: Callable[[Sequence[bytes], Terms], Iterator[str]] | None = None
    """What the program makes of each UPDATE, as `canonical_line` writes it; None where the work gives no such thing."""
    same: Callable[[], int] | None = None
    """How many messages the work has written octet for octet as they were; None where it writes none."""


Prepare = Callable[[Sequence[bytes], Terms], Work]
"""Takes whole messages and their terms, and does all that is not to be measured."""


def canonical_line(
    *,
    announced: Iterable[str],
    withdrawn: Iterable[str],
    as_path: str,
    origin: int | None,
    next_hop: str,
    med: int | None,
    local_pref: int | None,
    atomic_aggregate: bool,
    aggregator: tuple[int, object] | None,
    communities: Iterable[int],
    large_communities: Iterable[str],
) -> str:
    """Return what one UPDATE says, the same whatever order a program keeps its prefixes and communities in.

    An AGGREGATOR of AS 0 is left out: it is to be discarded (RFC 7607, section 2), which the others do not do.
    """
    return "|".join(
        (
            " ".join(sorted(announced)),
            " ".join(sorted(withdrawn)),
            as_path,
            str(origin),
            next_hop,
            str(med),
            str(local_pref),
            str(atomic_aggregate),
            "" if aggregator is None or not aggregator[0] else f"{aggregator[0]} {aggregator[1]}",
            " ".join(f"{number >> 16}:{number & 0xFFFF}" for number in sorted(communities)),
            " ".join(sorted(large_communities)),
        )
    )


def path_text(segments: Iterable[tuple[bool, Iterable[int]]]) -> str:
    """Return an AS path; each segment is given as whether it is a set, and its AS numbers: ``1 2 {3,4}``."""
    return " ".join(
        f"{{{','.join(map(str, sorted(set(asns))))}}}" if is_set else " ".join(map(str, asns))
        for is_set, asns in segments
    )

"""What an aggregate says, by the routes that contribute to it: RFC 4271, section 9.2.2.2."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, NamedTuple, TypeVar

from bgpkit.wire import AttributeCode, attribute_value, decode_attributes
from bgpkit_rib import (
    Aggregator,
    AsPath,
    AsSegment,
    AsSegmentKind,
    Community,
    ExtendedCommunity,
    LargeCommunity,
    Origin,
    Path,
    PathAttributes,
)

T = TypeVar("T")

_INSIDE: Final = frozenset({AsSegmentKind.CONFED_SEQUENCE, AsSegmentKind.CONFED_SET})
_NOTHING: Final = AsPath()


@dataclass(frozen=True, slots=True, kw_only=True)
class AggregateOptions:
    """How an aggregate is to be made."""

    attributes: PathAttributes | None = None
    """What it says beside ORIGIN, AS_PATH, ATOMIC_AGGREGATE and AGGREGATOR, which follow from contributing routes."""
    as_set: bool = False
    """What contributing routes say is merged: AS numbers into an AS_SET, communities. RFC 9774 is against it."""
    keep_as_path: bool = False
    """AS_PATH is what the AS_PATHs of all begin with; else it is empty, and the aggregate originates here."""
    summary_only: bool = False
    """The more specific routes are not sent to anyone."""
    matching_med: bool = False
    """It is announced only while all contributing routes have the same MULTI_EXIT_DISC."""
    always: bool = False
    """It is announced without contributing routes, too."""


class Contribution(NamedTuple):
    """What one route brings into an aggregate, as far as that is asked for."""

    origin: Origin
    atomic: bool
    """It has ATOMIC_AGGREGATE, or has lost AS numbers by coming in here."""
    as_path: AsPath = _NOTHING
    med: int | None = None
    communities: tuple[Community, ...] = ()
    extended_communities: tuple[ExtendedCommunity, ...] = ()
    large_communities: tuple[LargeCommunity, ...] = ()


def contribution(path: Path, options: AggregateOptions) -> Contribution:
    """Return what ``path`` brings in; paths that bring in the same give equal values."""
    if not options.as_set and not options.keep_as_path:
        atomic = attribute_value(path.raw, AttributeCode.ATOMIC_AGGREGATE) is not None
        passed = bool(attribute_value(path.raw, AttributeCode.AS_PATH))
        return Contribution(Origin(path.origin), atomic or passed, med=_med(path.raw, options))
    values = decode_attributes(path.raw)
    found = Contribution(values.origin, values.atomic_aggregate, values.as_path, _med(path.raw, options))
    if not options.as_set:
        return found
    return found._replace(
        communities=values.communities,
        extended_communities=values.extended_communities,
        large_communities=values.large_communities,
    )


def aggregated(
    routes: Iterable[Contribution], options: AggregateOptions, aggregator: Aggregator
) -> PathAttributes | None:
    """Return the attributes of an aggregate of ``routes``; None when there is nothing to announce.

    ATOMIC_AGGREGATE tells that AS numbers of contributing routes are missing (section 5.1.6). Communities are merged
    where an AS_SET is asked for and nothing is missing: RFC 1997; RFC 4360, section 6; RFC 8092, section 3.
    """
    routes = tuple(routes)
    if not routes and not options.always:
        return None
    if len({route.med for route in routes}) > 1:
        return None
    as_path = _as_path([route.as_path for route in routes], as_set=options.as_set)
    told = {asn for segment in as_path.segments for asn in segment.asns}
    missing = any(asn not in told for route in routes for segment in route.as_path.segments for asn in segment.asns)
    values = replace(
        options.attributes or PathAttributes(),
        origin=max((route.origin for route in routes), default=Origin.IGP),
        as_path=as_path,
        atomic_aggregate=missing or any(route.atomic for route in routes),
        aggregator=aggregator,
    )
    if not options.as_set or values.atomic_aggregate:
        return values
    return replace(
        values,
        communities=_merged(values.communities, (route.communities for route in routes)),
        extended_communities=_merged(values.extended_communities, (route.extended_communities for route in routes)),
        large_communities=_merged(values.large_communities, (route.large_communities for route in routes)),
    )


def _as_path(paths: list[AsPath], *, as_set: bool) -> AsPath:
    """Return what ``paths`` have in common at their left, and with ``as_set`` all other AS numbers as sets.

    Those of confederation segments, which are known inside only, get a set of that kind. RFC 5065, section 3.
    """
    outside = [[segment for segment in path.segments if segment.kind not in _INSIDE] for path in paths]
    lead = _common([_leading(segments) for segments in outside])
    segments = [AsSegment(AsSegmentKind.SEQUENCE, lead)] if lead else []
    if as_set:
        others = {asn for path in outside for segment in path for asn in segment.asns} - set(lead)
        inside = {asn for path in paths for segment in path.segments if segment.kind in _INSIDE for asn in segment.asns}
        if others:
            segments.append(AsSegment(AsSegmentKind.SET, tuple(sorted(others))))
        if inside:
            segments.insert(0, AsSegment(AsSegmentKind.CONFED_SET, tuple(sorted(inside))))
    return AsPath(tuple(segments))


def _leading(segments: list[AsSegment]) -> tuple[int, ...]:
    return segments[0].asns if segments and segments[0].kind is AsSegmentKind.SEQUENCE else ()


def _common(sequences: list[tuple[int, ...]]) -> tuple[int, ...]:
    """Return what all sequences begin with."""
    first, last = min(sequences, default=()), max(sequences, default=())
    length = next((at for at, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]), len(first))
    return first[:length]


def _merged(own: tuple[T, ...], others: Iterable[tuple[T, ...]]) -> tuple[T, ...]:
    found = dict.fromkeys(own)
    found.update(dict.fromkeys(sorted({value for each in others for value in each}, key=str)))
    return tuple(found)


def _med(raw: bytes, options: AggregateOptions) -> int | None:
    value = attribute_value(raw, AttributeCode.MULTI_EXIT_DISC) if options.matching_med else None
    return None if value is None else int.from_bytes(value, "big")

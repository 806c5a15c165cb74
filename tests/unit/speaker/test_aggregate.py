"""What an aggregate says; the sentences of the RFCs are proven in tests/conformance/rfc4271."""

from ipaddress import IPv4Address
from typing import Any

import pytest

from bgpkit.speaker.aggregate import AggregateOptions, Contribution, aggregated, contribution
from bgpkit.wire import encode_attributes
from bgpkit_rib import (
    Aggregator,
    AsPath,
    Community,
    LargeCommunity,
    Origin,
    PathAttributes,
    Source,
    SourceKind,
    make_path,
)

US = Aggregator(64512, IPv4Address("192.0.2.1"))
PLAIN, KEEP, SET = AggregateOptions(), AggregateOptions(keep_as_path=True), AggregateOptions(as_set=True)


def of(*texts: str, options: AggregateOptions = PLAIN) -> PathAttributes:
    """Return the aggregate of routes with these AS_PATHs."""
    found = aggregated([brought(AsPath.parse(text), options) for text in texts], options, US)
    assert found is not None
    return found


def brought(as_path: AsPath, options: AggregateOptions, **attributes: Any) -> Contribution:
    """Return what a path with these attributes brings in."""
    values = PathAttributes(as_path=as_path, **attributes)
    raw = encode_attributes(values)
    return contribution(make_path(Source("s", SourceKind.EBGP), raw, origin=int(values.origin)), options)


@pytest.mark.parametrize(
    ("texts", "plain", "keep", "as_set"),
    [
        (["1 2", "1 3"], "", "1", "1 {2,3}"),
        (["1 2", "1 2"], "", "1 2", "1 2"),
        (["1 2", "1 2 3"], "", "1 2", "1 2 {3}"),
        (["1 2", "3"], "", "", "{1,2,3}"),
        (["1", ""], "", "", "{1}"),
        (["1 {7,8}", "1 {8,9}"], "", "1", "1 {7,8,9}"),
        (["{7}", "1"], "", "", "{1,7}"),
        (["(64600) 1 2", "1 3"], "", "1", "[64600] 1 {2,3}"),
        (["1 2 1", "1 3"], "", "1", "1 {2,3}"),
        (["", ""], "", "", ""),
    ],
)
def test_as_path_by_what_is_asked_for(texts: list[str], plain: str, keep: str, as_set: str) -> None:
    """Nothing, what all begin with, or all."""
    assert str(of(*texts).as_path) == plain
    assert str(of(*texts, options=KEEP).as_path) == keep
    assert str(of(*texts, options=SET).as_path) == as_set


@pytest.mark.parametrize(
    ("texts", "plain", "keep", "as_set"),
    [
        (["1 2", "1 3"], True, True, False),
        (["1 2", "1 2"], True, False, False),
        (["", ""], False, False, False),
        (["(64600) 1"], True, True, False),
    ],
)
def test_atomic_aggregate_tells_that_as_numbers_are_missing(
    texts: list[str], plain: bool, keep: bool, as_set: bool
) -> None:
    """And only then."""
    found = [of(*texts, options=options).atomic_aggregate for options in (PLAIN, KEEP, SET)]
    assert found == [plain, keep, as_set]


def test_communities_are_merged_with_an_as_set_only() -> None:
    """RFC 1997: where AS_PATH is complete, so should the communities be; ours come first."""
    ours, one, two = Community(1), Community(2), Community(3)
    large = LargeCommunity(1, 2, 3)
    for as_set, expected in ((True, (ours, one, two)), (False, (ours,))):
        options = AggregateOptions(attributes=PathAttributes(communities=(ours,)), as_set=as_set)
        routes = [
            brought(AsPath.of(1), options, communities=(two, one), large_communities=(large,)),
            brought(AsPath.of(1), options, communities=(one,)),
        ]
        found = aggregated(routes, options, US)
        assert found is not None
        assert found.communities == expected
        assert found.large_communities == ((large,) if as_set else ())
    atomic = brought(AsPath.of(1), SET, communities=(one,), atomic_aggregate=True)
    found = aggregated([atomic], SET, US)
    assert found is not None
    assert (found.communities, found.atomic_aggregate) == ((), True)


def test_what_is_ours_to_say_is_kept() -> None:
    """A MED, a next hop and so on come from the options; ORIGIN, AS_PATH and AGGREGATOR never do."""
    given = PathAttributes(origin=Origin.EGP, as_path=AsPath.of(9), med=5, next_hop=IPv4Address("192.0.2.9"))
    found = aggregated([brought(AsPath.of(1), PLAIN)], AggregateOptions(attributes=given), US)
    assert found is not None
    assert (found.med, str(found.next_hop), found.origin) == (5, "192.0.2.9", Origin.IGP)
    assert (found.as_path, found.aggregator) == (AsPath(), US)


def test_without_routes_there_is_one_only_always() -> None:
    """An aggregate that is always there says the least."""
    assert aggregated([], PLAIN, US) is None
    always = aggregated([], AggregateOptions(always=True), US)
    assert always == PathAttributes(aggregator=US)


def test_routes_that_bring_in_the_same_are_one_contribution() -> None:
    """What is not asked for makes no difference."""
    one, two = (brought(AsPath.of(asn), PLAIN, med=asn, communities=(Community(asn),)) for asn in (1, 2))
    assert one == two
    assert brought(AsPath.of(1), KEEP) != brought(AsPath.of(2), KEEP)
    assert brought(AsPath.of(1), KEEP, communities=(Community(1),)) == brought(AsPath.of(1), KEEP)
    matching = AggregateOptions(matching_med=True)
    assert brought(AsPath(), matching, med=1) != brought(AsPath(), matching, med=2)

"""RFC 4271, section 9.2.2.2, Aggregating Routing Information: what an aggregate says of the routes in it."""

from ipaddress import IPv4Address

import pytest

from bgpkit.speaker.aggregate import AggregateOptions, Contribution, aggregated, contribution
from bgpkit.wire import encode_attributes
from bgpkit_rib import Aggregator, AsPath, Origin, PathAttributes, Source, SourceKind, make_path

US, OTHERS = Aggregator(64512, IPv4Address("192.0.2.1")), Aggregator(7, IPv4Address("192.0.2.7"))


def brought(options: AggregateOptions, values: PathAttributes) -> Contribution:
    """Return what a route brings in."""
    source = Source("s", SourceKind.EBGP)
    return contribution(make_path(source, encode_attributes(values), origin=int(values.origin)), options)


def aggregate(*routes: PathAttributes, options: AggregateOptions) -> PathAttributes:
    """Return the aggregate of routes."""
    found = aggregated([brought(options, each) for each in routes], options, US)
    assert found is not None
    return found


BRIEF, COMPLETE = AggregateOptions(), AggregateOptions(as_set=True)
BOTH = pytest.mark.parametrize("options", [BRIEF, COMPLETE], ids=["brief", "as-set"])


@pytest.mark.rfc("4271", "9.2.2.2")
@pytest.mark.parametrize("options", [BRIEF, COMPLETE])
def test_routes_with_different_meds_are_not_aggregated_where_that_is_asked_for(options: AggregateOptions) -> None:
    """Routes that have different MULTI_EXIT_DISC attributes SHALL NOT be aggregated."""
    matching = AggregateOptions(as_set=options.as_set, matching_med=True)
    meds = [brought(matching, PathAttributes(med=med)) for med in (1, 2)]
    assert aggregated(meds, matching, US) is None
    assert aggregated(meds[:1] * 2, matching, US) is not None
    assert aggregated([brought(options, PathAttributes(med=med)) for med in (1, 2)], options, US) is not None


@pytest.mark.rfc("4271", "9.2.2.2")
@BOTH
def test_an_aggregate_has_no_med_of_a_contributing_route(options: AggregateOptions) -> None:
    """If AS_PATH begins with an AS_SET, the router SHOULD NOT send MULTI_EXIT_DISC with the aggregate."""
    assert aggregate(PathAttributes(as_path=AsPath.parse("{1,2}"), med=3), options=options).med is None


@pytest.mark.rfc("4271", "9.2.2.2")
@BOTH
def test_the_next_hop_is_the_aggregating_speaker(options: AggregateOptions) -> None:
    """Where next hops differ, that of the aggregate SHALL be one of the speaker: each peer is told it."""
    hops = [PathAttributes(next_hop=IPv4Address(f"192.0.2.{number}")) for number in (8, 9)]
    assert aggregate(*hops, options=options).next_hop is None


@pytest.mark.rfc("4271", "9.2.2.2")
@BOTH
@pytest.mark.parametrize(
    ("origins", "expected"),
    [
        ((Origin.IGP, Origin.IGP), Origin.IGP),
        ((Origin.EGP, Origin.IGP), Origin.EGP),
        ((Origin.IGP, Origin.INCOMPLETE, Origin.EGP), Origin.INCOMPLETE),
    ],
)
def test_origin_is_the_worst(options: AggregateOptions, origins: tuple[Origin, ...], expected: Origin) -> None:
    """INCOMPLETE if at least one has that; otherwise EGP if at least one has that; otherwise IGP."""
    assert aggregate(*(PathAttributes(origin=origin) for origin in origins), options=options).origin is expected


@pytest.mark.rfc("4271", "9.2.2.2")
@BOTH
def test_equal_as_paths_and_no_paths(options: AggregateOptions) -> None:
    """If the routes have identical AS_PATHs, the aggregate has the same; brief aggregation (RFC 9774) drops it."""
    same = aggregate(*[PathAttributes(as_path=AsPath.of(1, 2))] * 2, options=options)
    assert str(same.as_path) == ("1 2" if options.as_set else "")


@pytest.mark.rfc("4271", "9.2.2.2")
@BOTH
def test_atomic_aggregate_is_inherited(options: AggregateOptions) -> None:
    """If at least one of the routes has ATOMIC_AGGREGATE, the aggregate SHALL have it as well."""
    routes = [PathAttributes(atomic_aggregate=True), PathAttributes()]
    assert aggregate(*routes, options=options).atomic_aggregate
    assert not aggregate(routes[1], options=options).atomic_aggregate


@pytest.mark.rfc("4271", "5.1.6")
@pytest.mark.parametrize(("options", "atomic"), [(BRIEF, True), (COMPLETE, False)])
def test_atomic_aggregate_tells_of_a_dropped_as_set(options: AggregateOptions, atomic: bool) -> None:
    """If AS numbers are missing as a result of dropping the AS_SET, the aggregate SHOULD have ATOMIC_AGGREGATE."""
    routes = [PathAttributes(as_path=AsPath.of(1, 2)), PathAttributes(as_path=AsPath.of(1, 3))]
    assert aggregate(*routes, options=options).atomic_aggregate is atomic


@pytest.mark.rfc("4271", "9.2.2.2")
@pytest.mark.rfc("4271", "5.1.7")
@BOTH
def test_aggregator_is_ours(options: AggregateOptions) -> None:
    """AGGREGATOR of the routes MUST NOT be included; the speaker's own has its AS number and its BGP Identifier."""
    assert aggregate(PathAttributes(aggregator=OTHERS), options=options).aggregator == US


@pytest.mark.rfc("9774", "3")
@pytest.mark.parametrize("options", [BRIEF, AggregateOptions(keep_as_path=True)])
def test_no_as_set_is_made_unless_asked_for(options: AggregateOptions) -> None:
    """A speaker SHALL NOT advertise AS_SETs; contributing ones are not copied either."""
    routes = [PathAttributes(as_path=AsPath.parse(text)) for text in ("1 {2,3}", "1 4", "1 [64600] 5")]
    assert "{" not in str(aggregate(*routes, options=options).as_path)
    assert "[" not in str(aggregate(*routes, options=options).as_path)

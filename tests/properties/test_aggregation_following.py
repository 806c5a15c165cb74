"""Aggregates against a slow model that looks through the whole table, and AS_PATHs against the RFC's sentences."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import TypeAlias
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bgpkit.speaker import aggregation as module
from bgpkit.speaker.aggregate import AggregateOptions, Contribution, aggregated, contribution
from bgpkit.speaker.aggregation import Aggregation
from bgpkit.wire import decode_attributes, encode_attributes
from bgpkit_fsm import IPV4_UNICAST
from bgpkit_rib import (
    Aggregator,
    AsPath,
    AsSegment,
    AsSegmentKind,
    Origin,
    PathAttributes,
    Prefix,
    Source,
    SourceKind,
    Table,
    make_path,
)

US = Aggregator(64512, IPv4Address("192.0.2.1"))
AGGREGATES = Source("aggregate", SourceKind.LOCAL)
PEERS = [Source(f"peer {number}", SourceKind.EBGP, bgp_identifier=number) for number in range(3)]
PREFIXES = ["10.0.0.0/8", "10.0.0.0/9", "10.0.0.0/16", "10.1.0.0/16", "10.128.0.0/16", "10.1.1.0/24", "11.0.0.0/8"]
AS_PATHS = st.sampled_from(["", "1", "1 2", "1 3", "1 {2,3}", "{4}", "(64600) 1", "1 2 3 2"])
OPTIONS = st.builds(
    AggregateOptions, as_set=st.booleans(), keep_as_path=st.booleans(), matching_med=st.booleans(), always=st.booleans()
)


@dataclass(frozen=True)
class Announce:
    """A source announces prefixes."""

    source: Source
    prefixes: list[str]
    values: PathAttributes
    eligible: bool


@dataclass(frozen=True)
class Withdraw:
    """A source withdraws prefixes."""

    source: Source
    prefixes: list[str]


@dataclass(frozen=True)
class Add:
    """An aggregate is added, unless it is there."""

    prefix: str
    options: AggregateOptions


@dataclass(frozen=True)
class Remove:
    """An aggregate is removed, if it is there."""

    prefix: str


@dataclass(frozen=True)
class Turn:
    """The event loop turns."""


Step: TypeAlias = Announce | Withdraw | Add | Remove | Turn
SOURCES = st.sampled_from(PEERS)
ATTRIBUTES = st.builds(
    PathAttributes,
    origin=st.sampled_from(Origin),
    as_path=AS_PATHS.map(AsPath.parse),
    med=st.sampled_from([None, 5]),
    atomic_aggregate=st.booleans(),
)
SOME = st.lists(st.sampled_from(PREFIXES), min_size=1, max_size=4, unique=True)
STEPS: st.SearchStrategy[list[Step]] = st.lists(
    st.one_of(
        st.builds(Announce, SOURCES, SOME, ATTRIBUTES, st.booleans()),
        st.builds(Withdraw, SOURCES, SOME),
        st.builds(Add, st.sampled_from(PREFIXES[:4]), OPTIONS),
        st.builds(Remove, st.sampled_from(PREFIXES[:4])),
        st.just(Turn()),
    ),
    max_size=25,
)


def inside(prefix: str, table: Table, options: AggregateOptions) -> Iterator[Contribution]:
    """Yield what each more specific best route brings in."""
    network = IPv4Network(prefix)
    for key, path in table.loc_rib():
        other = IPv4Network(str(Prefix.from_key(key, 32)))
        if other != network and other.subnet_of(network):
            yield contribution(path, options)


async def follow(steps: list[Step]) -> tuple[Table, dict[str, AggregateOptions]]:
    """Take all steps, aggregates being added while others happen, and wait until all is quiet."""
    table = Table(32)
    aggregation = Aggregation(AGGREGATES, {IPV4_UNICAST: table}, lambda: None)
    present: dict[str, AggregateOptions] = {}
    adding: list[asyncio.Task[None]] = []
    for step in steps:
        match step:
            case Announce(source, prefixes, values, eligible):
                path = make_path(source, encode_attributes(values), origin=int(values.origin), eligible=eligible)
                table.announce(path, [Prefix.parse(text).key for text in prefixes])
            case Withdraw(source, prefixes):
                table.withdraw(source, [Prefix.parse(text).key for text in prefixes])
            case Add(prefix, options) if prefix not in present:
                present[prefix] = options
                adding.append(asyncio.ensure_future(aggregation.add(prefix, options, US)))
                await asyncio.sleep(0)
            case Remove(prefix) if prefix in present:
                del present[prefix]
                await aggregation.remove(prefix)
            case _:
                await asyncio.sleep(0)
    await asyncio.gather(*adding)
    for _ in range(5 * len(PREFIXES)):
        await asyncio.sleep(0)
    return table, present


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_aggregates_are_what_looking_through_the_table_gives(steps: list[Step]) -> None:
    """After any sequence: there, with the same attributes, or not there."""
    with patch.object(module, "SLICE", 2):
        table, present = asyncio.run(follow(steps))
    for prefix in PREFIXES:
        found = [path for key, path in table.paths_from(AGGREGATES) if key == Prefix.parse(prefix).key]
        expected = None
        if prefix in present:
            expected = aggregated(inside(prefix, table, present[prefix]), present[prefix], US)
        assert [decode_attributes(path.raw) for path in found] == ([] if expected is None else [expected])


SEGMENTS = st.builds(
    AsSegment,
    st.sampled_from([AsSegmentKind.SET, AsSegmentKind.SEQUENCE]),
    st.lists(st.integers(1, 6), min_size=1, max_size=3, unique=True).map(tuple),
)
PATHS = st.lists(st.builds(AsPath, st.lists(SEGMENTS, max_size=3).map(tuple)), min_size=1, max_size=4)


@given(PATHS)
def test_an_aggregated_as_path_keeps_the_sentences_of_the_rfc(paths: list[AsPath]) -> None:
    """RFC 4271, section 9.2.2.2, about tuples <type, value> of the aggregated AS_PATH, one assertion each."""
    options = AggregateOptions(as_set=True)
    found = aggregated([Contribution(Origin.IGP, False, path) for path in paths], options, US)
    assert found is not None
    all_asns = [[asn for segment in path.segments for asn in segment.asns] for path in paths]
    sequence = [asn for each in found.as_path.segments if each.kind is AsSegmentKind.SEQUENCE for asn in each.asns]
    sets = [asn for each in found.as_path.segments if each.kind is AsSegmentKind.SET for asn in each.asns]
    assert all(asn in asns for asn in sequence for asns in all_asns)
    assert all(any(asn in asns for asns in all_asns) for asn in sets)
    assert all(asns[: len(sequence)] == sequence for asns in all_asns)
    assert len(sets) == len(set(sets))
    assert {asn for asns in all_asns for asn in asns} == {*sequence, *sets}
    assert not found.atomic_aggregate

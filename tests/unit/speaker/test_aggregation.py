"""Aggregates follow the table; the law of it is a property test."""

import asyncio
from ipaddress import IPv4Address
from typing import Any

import pytest

from bgpkit import ConfigError
from bgpkit.speaker import Confederation
from bgpkit.speaker import aggregation as module
from bgpkit.speaker.aggregate import AggregateOptions
from bgpkit.speaker.aggregation import Aggregation
from bgpkit.wire import decode_attributes, encode_attributes
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST
from bgpkit_rib import Aggregator, AsPath, Path, PathAttributes, Prefix, Source, SourceKind, Table, best_of, make_path
from tests.support import octets
from tests.support.speakers import (
    EVERYTHING,
    THIRD,
    holds,
    prefixes,
    route_to,
    scripted,
    settled,
    speaker_at,
    towards_scripted,
)

AGGREGATOR = Aggregator(64512, IPv4Address("192.0.2.1"))
UPSTREAM = Source("upstream", SourceKind.EBGP)
AGGREGATES = Source("aggregate", SourceKind.LOCAL)


def keys(*texts: str) -> list[bytes]:
    """Return the keys of prefixes."""
    return [Prefix.parse(text).key for text in texts]


class Bench:
    """A table and its aggregates."""

    def __init__(self) -> None:
        """Make an empty table."""
        self.table = Table(32)
        self.summaries_changed = 0
        self.aggregation = Aggregation(AGGREGATES, {IPV4_UNICAST: self.table}, self._count)

    def path(self, *asns: int) -> Path:
        """Return a path from upstream."""
        return make_path(UPSTREAM, encode_attributes(PathAttributes(as_path=AsPath.of(*asns))))

    async def add(self, prefix: str, **options: Any) -> None:
        """Add an aggregate."""
        await self.aggregation.add(prefix, AggregateOptions(**options), AGGREGATOR)

    def said(self, prefix: str) -> PathAttributes | None:
        """Return what the aggregate says; None while there is none."""
        best = best_of(self.table.get(Prefix.parse(prefix).key))
        return None if best is None or best.source is not AGGREGATES else decode_attributes(best.raw)

    def _count(self) -> None:
        self.summaries_changed += 1


async def test_an_aggregate_is_there_while_something_contributes() -> None:
    """More specific best routes only: not the prefix itself, not what is less specific or beside it."""
    bench = Bench()
    await bench.add("10.0.0.0/8")
    bench.table.announce(bench.path(1), keys("0.0.0.0/0", "11.0.0.0/16"))
    await settled()
    assert bench.said("10.0.0.0/8") is None
    bench.table.announce(bench.path(1), keys("10.1.0.0/16", "10.2.0.0/16"))
    await settled()
    said = bench.said("10.0.0.0/8")
    assert said is not None
    assert (said.as_path, said.atomic_aggregate, said.aggregator) == (AsPath(), True, AGGREGATOR)
    bench.table.withdraw(UPSTREAM, keys("10.1.0.0/16"))
    await settled()
    assert bench.said("10.0.0.0/8") is not None
    bench.table.withdraw(UPSTREAM, keys("10.2.0.0/16"))
    await settled()
    assert bench.said("10.0.0.0/8") is None


async def test_what_was_there_before_counts() -> None:
    """The table is looked through when an aggregate is added; when that is done, it is there."""
    bench = Bench()
    bench.table.announce(bench.path(1), keys("10.1.0.0/16"))
    await bench.add("10.0.0.0/8")
    assert bench.said("10.0.0.0/8") is not None


async def test_a_route_that_may_not_be_chosen_contributes_nothing() -> None:
    """Only best routes do."""
    bench = Bench()
    raw = encode_attributes(PathAttributes())
    bench.table.announce(make_path(UPSTREAM, raw, eligible=False), keys("10.1.0.0/16"))
    await bench.add("10.0.0.0/8")
    bench.table.announce(make_path(UPSTREAM, raw, eligible=False), keys("10.2.0.0/16"))
    await settled()
    assert bench.said("10.0.0.0/8") is None


async def test_an_aggregate_contributes_to_a_larger_one() -> None:
    """And takes it along when it goes."""
    bench = Bench()
    await bench.add("10.0.0.0/8")
    await bench.add("10.1.0.0/16")
    bench.table.announce(bench.path(1), keys("10.1.1.0/24"))
    await settled()
    bench.table.withdraw(UPSTREAM, keys("10.1.1.0/24"))
    await settled()
    assert bench.said("10.0.0.0/8") is bench.said("10.1.0.0/16") is None
    assert bench.table.keys() == []
    await bench.add("10.2.0.0/16", always=True)
    await settled()
    assert bench.said("10.0.0.0/8") is not None


async def test_unchanged_aggregates_are_not_announced_again() -> None:
    """A contributing route more is no news to peers, unless it changes what the aggregate says."""
    bench = Bench()
    await bench.add("10.0.0.0/8", keep_as_path=True)
    bench.table.announce(bench.path(1, 2), keys("10.1.0.0/16"))
    await settled()
    first = bench.table.best(keys("10.0.0.0/8")[0])
    bench.table.announce(bench.path(1, 2), keys("10.2.0.0/16"))
    await settled()
    assert bench.table.best(keys("10.0.0.0/8")[0]) is first
    bench.table.announce(bench.path(1, 3), keys("10.2.0.0/16"))
    await settled()
    said = bench.said("10.0.0.0/8")
    assert said is not None
    assert (str(said.as_path), said.atomic_aggregate) == ("1", True)


async def test_a_route_of_our_own_to_the_same_prefix_wins() -> None:
    """What somebody announces on purpose says more than an aggregate, whichever came first."""
    bench = Bench()
    local = Source("local", SourceKind.LOCAL)
    await bench.add("10.0.0.0/8", always=True)
    bench.table.announce(make_path(local, encode_attributes(PathAttributes())), keys("10.0.0.0/8"))
    assert bench.said("10.0.0.0/8") is None
    bench.table.withdraw(local, keys("10.0.0.0/8"))
    assert bench.said("10.0.0.0/8") is not None


async def test_what_cannot_be_is_told() -> None:
    """Twice the same, none of that prefix, a family without a table, a next hop of another family."""
    bench = Bench()
    await bench.add("10.0.0.0/8")
    with pytest.raises(ConfigError, match=r"there is an aggregate 10\.0\.0\.0/8 already"):
        await bench.add("10.0.0.0/8")
    with pytest.raises(ConfigError, match=r"there is no aggregate 11\.0\.0\.0/8"):
        await bench.aggregation.remove("11.0.0.0/8")
    with pytest.raises(ConfigError, match="no table for ipv6-unicast"):
        await bench.add("2001:db8::/32")
    with pytest.raises(ValueError, match="ten"):
        await bench.add("ten")


async def test_removing_follows_the_table_no_more() -> None:
    """With the last aggregate the table is left alone."""
    bench = Bench()
    bench.table.announce(bench.path(1), keys("10.1.0.0/16"))
    await bench.add("10.0.0.0/8", summary_only=True)
    assert bench.aggregation.summaries(IPV4_UNICAST) == frozenset(keys("10.0.0.0/8"))
    assert bench.aggregation.summaries(IPV6_UNICAST) == frozenset()
    assert bench.summaries_changed == 1
    await bench.aggregation.remove("10.0.0.0/8")
    assert bench.said("10.0.0.0/8") is None
    assert bench.aggregation.summaries(IPV4_UNICAST) == frozenset()
    assert bench.summaries_changed == 2
    assert bench.table.consumers == ()


async def test_an_aggregate_removed_while_the_table_is_looked_through_does_not_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nor does it stay in the way of another."""
    monkeypatch.setattr(module, "SLICE", 1)
    bench = Bench()
    bench.table.announce(bench.path(1), keys("10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16"))
    adding = asyncio.ensure_future(bench.add("10.0.0.0/8", summary_only=True))
    await asyncio.sleep(0)
    await bench.aggregation.remove("10.0.0.0/8")
    await adding
    assert bench.said("10.0.0.0/8") is None
    await bench.add("10.0.0.0/8")
    assert bench.said("10.0.0.0/8") is not None


async def test_peers_get_the_aggregate_and_with_summary_only_nothing_more_specific() -> None:
    """Through sessions: on, off, and for what comes meanwhile."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted(asn=65001, import_policy=EVERYTHING))
        await speaker.add_peer(towards_scripted(THIRD, asn=65002, export_policy=EVERYTHING))
        async with (
            await scripted(speaker, asn=65001) as feeder,
            await scripted(speaker, address=THIRD, asn=65002) as peer,
        ):
            held: dict[str, octets.HeardUpdate] = {}

            async def until(*wanted: str) -> None:
                while set(held) != set(wanted):
                    update = await peer.update()
                    held.update(dict.fromkeys(update.announced, update))
                    for prefix in update.withdrawn:
                        held.pop(prefix, None)

            await speaker.aggregate("10.0.0.0/8", summary_only=True)
            await feeder.send(octets.update(octets.attributes(65001, 1), "10.1.0.0/16", "11.0.0.0/8"))
            await until("10.0.0.0/8", "11.0.0.0/8")
            aggregate = held["10.0.0.0/8"]
            assert aggregate.as_path == (64512,)
            assert aggregate.values[6] == b""
            assert aggregate.values[7] == bytes.fromhex("0000fc00 0a000001")
            assert prefixes(speaker) == {"10.0.0.0/8", "10.1.0.0/16", "11.0.0.0/8"}
            await speaker.remove_aggregate("10.0.0.0/8")
            await until("10.1.0.0/16", "11.0.0.0/8")
            await speaker.aggregate("10.0.0.0/8", summary_only=True)
            await until("10.0.0.0/8", "11.0.0.0/8")
            await feeder.send(octets.withdraw("10.1.0.0/16"))
            await until("11.0.0.0/8")


async def test_an_aggregate_of_a_confederation_names_the_confederation() -> None:
    """The outside knows no member AS."""
    async with speaker_at(confederation=Confederation(identifier=64999)) as speaker:
        await speaker.aggregate("10.0.0.0/8", always=True)
        await speaker.aggregate("2001:db8::/32", always=True)
        await holds(speaker, ["10.0.0.0/8"])
        await holds(speaker, ["2001:db8::/32"], IPV6_UNICAST)
        assert route_to(speaker, "10.0.0.0/8").attributes.aggregator == Aggregator(64999, speaker.bgp_identifier)

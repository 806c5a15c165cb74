"""The task that follows the kernel's routes: what it reports, when it reads anew, how it ends. In virtual time."""

import asyncio
import os
from collections.abc import AsyncIterator, Collection
from ipaddress import ip_address
from typing import Any

import pytest
from structlog.testing import capture_logs

from bgpkit.errors import ConfigError, FibError
from bgpkit.fib import KernelNextHops, NextHop, Way
from bgpkit.fib import next_hops as module
from bgpkit.fib.form import Hop, make_form
from bgpkit.fib.netlink.decode import RouteNotice
from bgpkit.fib.netlink.page import Page, Route
from bgpkit_rib import Path, Prefix, Source, SourceKind
from tests.support import virtual_time
from tests.unit.fib.model_reader import ModelReader

NEAR, FAR = ip_address("10.1.0.1").packed, ip_address("10.2.0.1").packed
KEYS = {NEAR: Prefix.parse("10.1.0.0/16").key, FAR: Prefix.parse("10.2.0.0/16").key}
Table = dict[bytes, int]
"""Metrics by key."""


def row(key: bytes, metric: int) -> Route:
    """Return a static route by the interface e0."""
    return key, 4, (make_form(1, [Hop(b"\x0a\0\0\2", 2, onlink=False, weight=1)], metric),)


class StaticRoutes(ModelReader):
    """A kernel whose table is static routes of different metrics."""

    def __init__(self) -> None:
        """Start with the two routes."""
        super().__init__()
        self.table: Table = {KEYS[NEAR]: 10, KEYS[FAR]: 20}
        self.unheard: Collection[int] = ()

    async def dump(self, width: int, *, own_only: bool) -> AsyncIterator[Page]:
        """Give a route of the table a page."""
        self.routes = [row(key, metric) for key, metric in self.table.items()]
        async for page in super().dump(width, own_only=own_only):
            yield page

    def change(self, address: bytes, metric: int) -> None:
        """Replace a route, and tell of it."""
        key = KEYS[address]
        before, self.table[key] = self.table[key], metric
        self.tell(RouteNotice(False, 32, *row(key, before)), RouteNotice(True, 32, *row(key, metric)))


class Rig:
    """Next hops over a model, and how often they have reported."""

    def __init__(self) -> None:
        """Make both; whoever is told of changes asks for the two addresses again."""
        self.reader = StaticRoutes()
        self.reports = 0
        self.asks: tuple[bytes, ...] = (NEAR, FAR)
        self.next_hops = KernelNextHops(on_change=self.changed, own=[12])

    def changed(self) -> None:
        """Count, and ask again."""
        self.reports += 1
        self.ask()

    def ask(self) -> list[int]:
        """Return the metrics as told."""
        return [self.next_hops.resolve(address).metric for address in self.asks]


@pytest.fixture
def rig(monkeypatch: pytest.MonkeyPatch) -> Rig:
    """Make a rig whose reader is the model."""
    made = Rig()

    def opened(_table: int, *, unheard: Collection[int], **_place: str | None) -> StaticRoutes:
        made.reader.unheard = unheard
        return made.reader

    monkeypatch.setattr(module, "NetlinkReader", opened)
    return made


async def pause(seconds: float = 0.06) -> None:
    """Let time pass."""
    await asyncio.sleep(seconds)


def test_a_change_of_what_was_asked_for_is_reported_once(rig: Rig) -> None:
    """A swarm of notices is one report, after 50 ms; by then the new answer is there."""

    async def main() -> None:
        async with rig.next_hops:
            assert rig.ask() == [10, 20]
            for metric in (11, 12, 13):
                rig.reader.change(NEAR, metric)
            await pause(0.04)
            assert (rig.reports, rig.ask()) == (0, [10, 20])
            await pause()
            assert (rig.reports, rig.ask()) == (1, [13, 20])
            assert rig.reader.dumps == 1

    virtual_time.run(main())


def test_what_nobody_asked_for_is_not_reported(rig: Rig) -> None:
    """Nor what comes back to the same, nor what was asked for before the last report and not since."""

    async def main() -> None:
        rig.asks = (NEAR,)
        async with rig.next_hops:
            rig.ask()
            rig.reader.change(FAR, 21)
            rig.reader.change(NEAR, 11)
            rig.reader.change(NEAR, 10)
            await pause()
            assert rig.reports == 0
            assert rig.next_hops.resolve(FAR) == Way(reachable=True, metric=21)
            rig.reader.change(NEAR, 12)
            await pause()
            assert rig.reports == 1
            rig.reader.change(FAR, 22)
            await pause()
            assert rig.reports == 1

    virtual_time.run(main())


def path(*addresses: str, peer: str = "10.0.0.9") -> Path:
    """Return a path by a next hop."""
    packed = b"".join(ip_address(address).packed for address in addresses)
    return Path(Source(peer, SourceKind.CLIENT), b"", next_hop=packed)


def test_a_gateway_that_moves_is_reported_though_the_way_is_as_far(rig: Rig) -> None:
    """What speakers are told is the same, and what routes are told is not."""

    async def main() -> None:
        answers: list[object] = []

        def moved() -> None:
            answers.append((rig.next_hops.resolve(NEAR), rig.next_hops.via(path("10.1.0.1"))))

        rig.next_hops = KernelNextHops(on_change=moved, own=[12])
        async with rig.next_hops:
            moved()
            for gateway in ("10.0.0.3", "10.0.0.3", "10.0.0.4"):
                form = make_form(1, [Hop(ip_address(gateway).packed, 2, onlink=False, weight=1)], 10)
                rig.reader.tell(RouteNotice(True, 32, KEYS[NEAR], 4, (form,), replaced=True))
                await pause()
            way = Way(reachable=True, metric=10)
            assert answers == [
                (way, (NextHop(ip_address(gateway), "e0"),)) for gateway in ("10.0.0.2", "10.0.0.3", "10.0.0.4")
            ]

    virtual_time.run(main())


def test_via_tells_the_neighbors_behind_which_a_next_hop_is(rig: Rig) -> None:
    """None where there is no way; a link-local one is a neighbour without being looked up."""

    async def main() -> None:
        async with rig.next_hops:
            via = rig.next_hops.via
            assert via(path("10.1.0.1")) == (NextHop(ip_address("10.0.0.2"), "e0"),)
            assert via(path("10.1.0.1")) is via(path("10.1.0.1"))
            assert via(path("10.3.0.1")) is None
            assert via(path("2001:db8::1")) is None
            neighbor = NextHop(ip_address("fe80::1"), "e7")
            assert via(path("2001:db8::1", "fe80::1", peer="fe80::1%e7")) == neighbor
            form = make_form(1, [Hop(ip_address("fe80::9").packed, 2, onlink=False, weight=1)], 1024)
            rig.reader.tell(RouteNotice(True, 128, Prefix.parse("2001:db8::/32").key, 4, (form,)))
            await pause()
            for addresses in (("2001:db8::1",), ("2001:db8::1", "fe80::1"), ("::", "2001:db8::1")):
                assert via(path(*addresses)) == (NextHop(ip_address("fe80::9"), "e0"),)

    virtual_time.run(main())


def test_lost_notices_are_made_up_for_by_reading_anew(rig: Rig) -> None:
    """Which routes have changed is seen then."""

    async def main() -> None:
        async with rig.next_hops:
            rig.ask()
            rig.reader.table[KEYS[FAR]] = 5
            rig.reader.tell(lost=True)
            await pause()
            assert (rig.reports, rig.ask(), rig.reader.dumps) == (1, [10, 5], 2)
            await pause(1.0)
            assert rig.reader.dumps == 2

    virtual_time.run(main())


def test_what_is_told_or_lost_while_the_table_is_read_counts(rig: Rig) -> None:
    """A notice is later than the page before it; a loss asks for another reading."""

    async def main() -> None:
        async with rig.next_hops:
            rig.ask()
            pages: list[int] = []

            def disturb() -> None:
                pages.append(0)
                if len(pages) == 1:
                    rig.reader.change(NEAR, 14)
                elif len(pages) == 2:
                    rig.reader.tell(lost=True)

            rig.reader.between_pages = disturb
            rig.reader.tell(lost=True)
            await pause()
            assert rig.ask() == [14, 20]
            await pause(0.5)
            assert (rig.ask(), rig.reader.dumps) == ([14, 20], 3)

    virtual_time.run(main())


def test_a_table_that_cannot_be_read_is_read_a_second_later(rig: Rig) -> None:
    """With a line in the log; what was known is told meanwhile."""

    async def main() -> None:
        async with rig.next_hops:
            rig.ask()
            rig.reader.unreadable, rig.reader.table[KEYS[FAR]] = True, 5
            with capture_logs() as lines:
                rig.reader.tell(lost=True)
                await pause(0.5)
            assert [line["event"] for line in lines] == ["fib.next_hops_unread"]
            rig.reader.unreadable = False
            await pause(0.4)
            assert rig.ask() == [10, 20]
            await pause(0.4)
            assert rig.ask() == [10, 5]

    virtual_time.run(main())


def test_the_table_is_read_again_from_time_to_time(rig: Rig) -> None:
    """What nobody told of is seen within the interval."""

    async def main() -> None:
        async with rig.next_hops:
            rig.ask()
            rig.reader.table[KEYS[FAR]] = 5
            await pause(299)
            assert rig.ask() == [10, 20]
            await pause(2)
            assert (rig.reports, rig.ask(), rig.reader.dumps) == (1, [10, 5], 2)
            await pause(301)
            assert rig.reader.dumps == 3

    virtual_time.run(main())


def test_more_addresses_than_are_kept_are_all_reported_as_changed(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was forgotten may have changed."""
    monkeypatch.setattr(module, "REMEMBERED", 1)

    async def main() -> None:
        async with rig.next_hops:
            rig.ask()
            rig.reader.change(NEAR, 11)
            await pause()
            assert (rig.reports, rig.ask()) == (1, [11, 20])

    virtual_time.run(main())


def test_a_report_that_fails_is_logged_and_the_next_one_comes(rig: Rig) -> None:
    """Somebody else's fault."""

    def failing() -> None:
        rig.changed()
        raise RuntimeError("no more")

    rig.next_hops = KernelNextHops(on_change=failing)

    async def main() -> None:
        async with rig.next_hops:
            rig.ask()
            with capture_logs() as lines:
                for metric in (11, 12):
                    rig.reader.change(NEAR, metric)
                    await pause(0.2)
            assert [line["event"] for line in lines] == ["fib.next_hops_report_failed"] * 2
            assert (rig.reports, rig.ask()) == (2, [12, 20])

    virtual_time.run(main())


def test_a_socket_that_breaks_is_logged_once(rig: Rig) -> None:
    """What was known is told from then on, and the end is as usual."""

    async def main() -> None:
        async with rig.next_hops:
            rig.reader.deaf = True
            with capture_logs() as lines:
                rig.reader.change(NEAR, 11)
                await pause(0.5)
                rig.reader.change(NEAR, 12)
                await pause(0.5)
            assert [line["event"] for line in lines] == ["fib.next_hops_lost"]
            assert rig.ask() == [10, 20]

    virtual_time.run(main())


def test_it_starts_once_and_closes_as_often_as_asked(rig: Rig) -> None:
    """What was known is told afterwards; a start that fails leaves nothing open."""

    async def main() -> None:
        rig.reader.unreadable = True
        with pytest.raises(FibError, match="cannot be read"):
            await rig.next_hops.start()
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(rig.reader.fileno())
        rig.reader = StaticRoutes()
        async with rig.next_hops:
            assert rig.reader.unheard == {12}
            with pytest.raises(FibError, match="already"):
                await rig.next_hops.start()
            rig.ask()
        await rig.next_hops.close()
        assert rig.ask() == [10, 20]

    virtual_time.run(main())


def test_before_the_start_nothing_can_be_reached() -> None:
    """No kernel has been asked."""
    assert KernelNextHops(on_change=lambda: None).resolve(NEAR) == Way(reachable=False)


def test_only_what_goes_through_certain_protocols_may_count(rig: Rig) -> None:
    """Routes of others are as if they were not there."""

    async def main() -> None:
        for through, reachable in (([2, 4], True), ([2, 188], False)):
            rig.reader = StaticRoutes()
            rig.next_hops = KernelNextHops(on_change=rig.changed, through=through)
            async with rig.next_hops:
                assert rig.next_hops.resolve(NEAR).reachable is reachable

    virtual_time.run(main())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"own": [256]}, "protocol 256 is no protocol number"),
        ({"through": [-1]}, "protocol -1 is no protocol number"),
        ({"table": 0}, "table 0 cannot be read"),
        ({"check_interval": 0}, "check_interval 0 is not"),
    ],
)
def test_what_cannot_be_is_refused(options: dict[str, Any], words: str) -> None:
    """By a sentence that names it."""
    with pytest.raises(ConfigError, match=words):
        KernelNextHops(on_change=lambda: None, **options)
